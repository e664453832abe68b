# %% [markdown]
# # A search on one's own data
#
# Which delays suit your data? `keras_drnn.tuning.search` tries some out, judges them by sequences
# that it holds out, and trains the best. This notebook goes from a table to a model that is kept,
# exported and registered in MLflow. It takes a minute on JAX, and runs on any backend.
#
# To try it yourself, in a clone: `pip install -e '.[all]' jupyterlab jupytext`, then `jupyter lab`,
# and open `docs/notebooks/own_search.py` by *Open With, Notebook*.

# %%
import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # or "torch", "tensorflow"

from pathlib import Path

import keras
import mlflow
import numpy as np
import pandas as pd
from IPython.display import Image

from keras_drnn.tuning import Limits, SearchSettings, Space, search

# %% [markdown]
# ## A table
#
# Such a table comes from a logger: one row for each reading of three sensors, in sequences that
# belong to persons. Here it is made up: each sequence has two pulses, and its class is the distance
# between them.

# %%
STEPS, SENSORS = 60, ["a", "b", "c"]


def recorded(persons, sequences, seed):
    rng = np.random.default_rng(seed)
    tables = []
    for person in persons:
        for number in range(sequences):
            label = rng.integers(0, 3)
            first = rng.integers(0, STEPS - 28)
            readings = rng.normal(0, 0.1, (STEPS, 3))
            readings[[first, first + [4, 14, 24][label]], 0] += 1
            table = pd.DataFrame(readings, columns=SENSORS).assign(
                person=person, sequence=f"{person}-{number}", step=range(STEPS), label=label
            )
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


table = recorded(["ada", "ben", "cleo", "dan", "eve"], 80, seed=0)
test_table = recorded(["fay", "gus"], 80, seed=1)
table.head(3).round(2)

# %% [markdown]
# The search takes arrays, `(sequences, steps, features)` and a class for each sequence. Whose
# sequence it is, is given as well: those of one person are held out together, so that a model is
# never judged by somebody whom it has been trained on. The test side is other persons again.


# %%
def arrays(table):
    groups = [group for _, group in table.sort_values("step").groupby("sequence")]
    x = np.stack([group[SENSORS] for group in groups]).astype("float32")
    labels = np.array([group.label.iat[0] for group in groups])
    return x, labels, [group.person.iat[0] for group in groups]


x, y, persons = arrays(table)
x_test, y_test, _ = arrays(test_table)
print(x.shape, "of", len(set(persons)), "persons; test", x_test.shape)

# %% [markdown]
# ## The search
#
# Here one question alone is asked: how many groups, with delays that double? `Space` has one value of
# everything else, so that a grid is four trials. One group means no delays at all: the search can find
# that they do not help. More usual is the default, 30 trials or more in which a Bayesian oracle
# chooses bases, units, learning rates and more as well. If the kernel dies, the same call goes on
# where it was.

# %%
outcome = search(
    "pulses",
    x,
    y,
    test=(x_test, y_test),
    groups=persons,
    settings=SearchSettings(
        oracle="grid",
        folds=1,
        seeds=1,
        steps=100,
        winner_steps=200,
        space=Space(
            groups=(1, 2, 3, 4),
            bases=(2.0,),
            units=(36,),
            growths=(1.0,),
            first_steps=(0,),
            activations=("relu",),
            head_units=(0,),
            dropout=(0.0, 0.0),
            learning_rate=(0.007, 0.007),
        ),
        limits=Limits(parameters=5000),
    ),
    tracking_uri="sqlite:///mlflow.db",
)
print(outcome["counts"])

# %% [markdown]
# Every trial, the best first. `score` is the accuracy on the person who was held out:

# %%
trials = pd.DataFrame(outcome["trials"]).sort_values("score", ascending=False)
trials[["delays", "parameters", "score"]].round(3)

# %% [markdown]
# The folder has pictures of it: accuracy against the number of parameters, and the best accuracy for
# each base and number of groups.

# %% alt="Accuracy of each trial against its number of parameters; a line joins those that no other beats."
Image("pulses/front.png", width=620)

# %% alt="A grid of the best accuracy for each base and each number of groups."
Image("pulses/delays.png", width=620)

# %% [markdown]
# Of 80 held-out sequences the standard error is 3 points at 90 %, 5 at 70 %: neighbours in this list
# may stand as they do by chance. More `folds` and `trials` tell more.
#
# ## The winner
#
# It was trained anew for 200 updates, and it alone has met the test side. Its files are in the
# folder: the Keras model, and what a phone runs.

# %%
winner = outcome["winner"]
print("delays", winner["params"]["delays"])
print(f"test side: {100 * winner['mean']['test/sequence_accuracy']:.1f} % (by chance 33 %)")
for file in sorted(Path("pulses/winner").rglob("model.*")):
    print(f"{file.suffix[1:]:>7} {file.stat().st_size:>7,} bytes")

# %%
model = keras.saving.load_model(next(Path("pulses/winner").rglob("model.keras")), compile=False)
scores = model.predict(x_test, verbose=0)
pd.crosstab(pd.Series(y_test, name="class"), pd.Series(scores.argmax(-1), name="named"))

# %% [markdown]
# ## In MLflow
#
# A run for the search, with one inside it for each trial and each training of the winner; the best
# training is registered as a model. `mlflow ui --backend-store-uri sqlite:///mlflow.db` shows them.

# %%
mlflow.set_tracking_uri("sqlite:///mlflow.db")
runs = mlflow.search_runs(search_all_experiments=True)
print(len(runs), "runs")
for version in mlflow.MlflowClient().search_model_versions():
    print(f"models:/{version.name}/{version.version}")

# %% [markdown]
# From here: [the search](../guides/search.md) in full, with models of your own, several processes
# and data that do not fit into memory; and the way [to a device](device.py).
