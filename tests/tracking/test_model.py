"""The trained model in MLflow, loaded by somebody who has installed what it asks for."""

import os
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from arrays import call, numpy
from logged_requirements import check_installed_here
from mirrored import check_finished, models, run_path
from run_folders import write_comparison

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.tracking import ComparisonMirror

# Where nothing is set and no more is there than the model asks for; the project only as its wheel.
LOAD = """
import sys
for name in ("filelock", "typer", "keras_tuner", "tensorflow"):
    sys.modules[name] = None
import mlflow, numpy
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
numpy.save("y.npy", model.predict(numpy.load("x.npy")))
import keras, keras_drnn
weights = mlflow.keras.load_model(sys.argv[2]).get_weights()
for one, other in zip(weights, model.get_raw_model().get_weights(), strict=True):
    numpy.testing.assert_array_equal(one, other)
print(keras_drnn.__file__, keras.backend.backend())
"""

# MLflow warns of a type hint of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


def save_model(folder, units):
    # A seed of its own each time, so that a second model differs.
    keras.utils.set_random_seed(units)
    recipe = replace(recipe_for("drnn", preset="best", data="nucla", units=units), frame_units=4)
    model = build_model(recipe, layout=KINECT_V1, bodies=1, classes=3)
    model.save(run_path(folder, "drnn", 0) / "model.keras")
    return model


def run_python(folder, *arguments, **environment):
    """What a process of its own prints, with the environment as it is but for Keras' variables."""
    before = {key: value for key, value in os.environ.items() if not key.startswith("KERAS_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=before | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_last_saved_model_with_its_signature_loads_in_a_fresh_process(store, tmp_path):
    folder = write_comparison(tmp_path / "model", ("drnn",), seeds=1, evaluations=3)
    save_model(folder, units=5)
    ComparisonMirror(folder, store).close()
    # The run is taken up again, say because its export had failed.
    model = save_model(folder, units=10)
    ComparisonMirror(folder, store).close()

    run, _ = check_finished(store, folder)
    (logged,) = models(store, run)
    assert logged.status == "READY"
    x = np.random.default_rng(0).normal(size=(2, 9, 1, 20, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    (path,) = (path for path in (tmp_path.parent.parent).rglob(f"{logged.model_id}/**/MLmodel"))
    *packages, wheel = (path.parent / "requirements.txt").read_text().splitlines()
    check_installed_here(packages, "mlflow", "keras", "numpy", keras.backend.backend())
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    run_python(path.parent, *install, str(tmp_path / "installed"), wheel)
    # The interpreter's own packages are there too, the checkout only behind the wheel.
    shown = run_python(
        tmp_path, "-c", LOAD, store, logged.model_uri, PYTHONPATH=str(tmp_path / "installed")
    )
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), numpy(call(model, x)), atol=1e-5)
    where = tmp_path / "installed" / "keras_drnn" / "__init__.py"
    assert shown.splitlines()[-1] == f"{where} {keras.backend.backend()}"

    import mlflow.models

    signature = mlflow.models.Model.load(str(path)).signature
    (given,), (taken,) = signature.outputs.inputs, signature.inputs.inputs
    assert (taken.shape, taken.type) == ((-1, -1, 1, 20, 3), np.float32)
    assert (given.shape, given.type) == ((-1, -1, 3), np.float32)
