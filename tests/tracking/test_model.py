"""The trained model in MLflow, loaded by somebody who has imported `keras_drnn` and no more."""

import os
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from mirrored import check_finished, models, run_path
from run_folders import write_comparison

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.tracking import ComparisonMirror

LOAD = """
import keras_drnn, mlflow, numpy, sys
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.keras.load_model(sys.argv[2])
numpy.save(sys.argv[4], model.predict(numpy.load(sys.argv[3]), verbose=0))
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
    done = subprocess.run(
        [sys.executable, "-c", LOAD, store, logged.model_uri, "x.npy", "y.npy"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, atol=1e-5)

    import mlflow.models

    (path,) = (path for path in (tmp_path.parent.parent).rglob(f"{logged.model_id}/**/MLmodel"))
    signature = mlflow.models.Model.load(str(path)).signature
    (given,), (taken,) = signature.outputs.inputs, signature.inputs.inputs
    assert (taken.shape, taken.type) == ((-1, -1, 1, 20, 3), np.float32)
    assert (given.shape, given.type) == ((-1, -1, 3), np.float32)
