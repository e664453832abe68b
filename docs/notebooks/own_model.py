# %% [markdown]
# # The layer in a model of one's own
#
# `DelayedRNN` is a recurrent layer like Keras' own, with one more argument, the delays. This
# notebook chooses them, trains a model beside one with an LSTM, and looks at how far back each of
# the two can see. It takes half a minute on JAX, and runs on any backend.
#
# To try it yourself, in a clone: `pip install -e '.[jax]' matplotlib jupyterlab jupytext`, then
# `jupyter lab`, and open `docs/notebooks/own_model.py` by *Open With, Notebook*.

# %%
import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # or "torch", "tensorflow"

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_drnn import DelayedRNN, draw_schedule, geometric_delays, transformations
from keras_drnn.influence import input_influence

# %matplotlib inline

# %% [markdown]
# ## Data
#
# One of four marks stands among the first ten steps of a sequence, and noise follows. Which one was
# it? Sequences have 60 to 100 steps; shorter ones are padded with zeros at the end.

# %%
STEPS, MARKS = 100, 4


def make_data(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.2, (count, STEPS, MARKS)).astype("float32")
    marks = rng.integers(0, MARKS, count)
    x[np.arange(count), rng.integers(0, 10, count), marks] += 2
    lengths = rng.integers(60, STEPS + 1, count)
    x[np.arange(STEPS) >= lengths[:, None]] = 0
    return x, marks, lengths


x, marks, _ = make_data(1000, seed=0)
x_test, marks_test, lengths_test = make_data(500, seed=1)
print("training", x.shape, "test", x_test.shape)

# %% [markdown]
# ## Delays
#
# The [rule](../guides/delays.md): add groups until what must be remembered is about a dozen matrix
# products away from the output, or less. `transformations` counts them for each input step; here
# the first ten count.

# %%
for groups in range(1, 6):
    delays = geometric_delays(3, groups)
    products = transformations(delays, STEPS)[:10].max()
    print(f"{delays}: {products} products")

# %% [markdown]
# Four groups it is. This is when they update, and what it does to the distances:

# %% alt="Above, ticks for the updates of four groups: every step, every 3, 9 and 27 steps. Below, the products between each input step and the last output: at most 12, where a plain RNN has up to 100."
DELAYS = geometric_delays(3, 4)
draw_schedule(DELAYS, STEPS)

# %% [markdown]
# ## Two models
#
# The same model twice, with another recurrent layer. `Masking` marks the padding, and both layers
# skip what is marked. 60 units in four groups have fewer weights than 60 in one; the LSTM is given
# 20 units, so that both are about as large.


# %%
def build(recurrent):
    model = keras.Sequential(
        [
            keras.Input((None, MARKS)),
            keras.layers.Masking(),
            recurrent,
            keras.layers.Dense(MARKS),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
    return model


keras.utils.set_random_seed(1)
models = {
    "D-RNN": build(DelayedRNN(60, delays=DELAYS)),
    "LSTM": build(keras.layers.LSTM(20)),
}
for name, model in models.items():
    print(f"{name}: {model.count_params():,} parameters")

# %% [markdown]
# ## What reaches the output, before training
#
# `input_influence` measures how much each input step moves the output: the Jacobian, one number for
# each step. Where it is nothing, no training signal comes through either.

# %%
sequence = x_test[np.argmax(lengths_test)]
before = {name: input_influence(model, sequence)[-1] for name, model in models.items()}
for name, influence in before.items():
    print(f"{name}: the first ten steps move it by {influence[:10].mean():.1g}")

# %% [markdown]
# ## Training
#
# 240 updates for each.

# %%
for name, model in models.items():
    model.fit(x, marks, batch_size=50, epochs=12, verbose=0)
    _, accuracy = model.evaluate(x_test, marks_test, verbose=0)
    print(f"{name}: {100 * accuracy:.0f} % of the marks named (by chance 25 %)")

# %% [markdown]
# The LSTM is not at its end after so few updates, and longer training may well get there. On
# sequences of 30 steps, with more units, it named half of the marks after 300
# ([measured](../guides/delays.md)). What differs is how directly the mark reaches the output, which
# training can use from its first update on:

# %% alt="Influence of each input step on the last output on a logarithmic scale, before and after training. The D-RNN's stays within a few powers of ten over all steps, the LSTM's falls steadily towards the first steps."
after = {name: input_influence(model, sequence)[-1] for name, model in models.items()}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
axes[0].set_ylabel("influence on the output")
for axis, title, influences in zip(axes, ("before", "after"), (before, after), strict=True):
    for name, influence in influences.items():
        axis.semilogy(influence, label=name)
    axis.legend()
    axis.set(title=f"{title} training", xlabel="input step")
# %% [markdown]
# ## Padding changes nothing
#
# A masked step is skipped as if it were absent. The scores of padded sequences are those of the
# sequences alone:

# %%
model = models["D-RNN"]
padded = model.predict(x_test[:5], verbose=0)
alone = [
    model.predict(sequence[None, :length], verbose=0)[0]
    for sequence, length in zip(x_test[:5], lengths_test, strict=False)
]
print(f"largest difference: {np.abs(padded - alone).max():.1g}")

# %% [markdown]
# ## Save and load
#
# As any Keras model; the process that loads it imports `keras_drnn`. The file can be read on another
# backend than the one that wrote it.

# %%
model.save("marks.keras")
again = keras.saving.load_model("marks.keras")
difference = np.abs(again.predict(x_test, verbose=0) - model.predict(x_test, verbose=0)).max()
print(f"delays {again.layers[1].delays}, largest difference {difference:.1g}")

# %% [markdown]
# From here: [the layer](../guides/layer.md) in detail, [examples](../examples.md) of other shapes,
# [a search](own_search.py) for delays where the rule leaves you in doubt, and the way
# [to a device](device.py).
