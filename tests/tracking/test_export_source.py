"""A model that was trained here, found again by its address in MLflow, with all that is known."""

import json

import keras
import mlflow
import numpy as np
import pytest
from mirrored import check_finished, models, run_path
from run_folders import write_comparison

from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.sources import find_model
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.tracking import ComparisonMirror

# MLflow warns of a type hint of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")

KNOWN = {
    "classes": ["sit", "stand", "wave — aloft"],
    "joints": list(KINECT_V1.joint_names),
    "bodies": 1,
    "data": "nucla",
    "protocol": "cross-view",
    "decision": {"temperature": 1.5, "smoothing": 4.0, "enter": 0.6, "leave": 0.3},
}


@pytest.fixture(scope="module")
def trained(store, tmp_path_factory):
    """A run folder, the id of its run in MLflow, and its model, registered as `acts`."""
    folder = write_comparison(tmp_path_factory.mktemp("source") / "source", ("drnn",), seeds=1)
    path = run_path(folder, "drnn", 0) / "model.keras"
    recipe = Recipe("drnn", units=4, delays=(1, 3), motion=False)
    model = build_model(recipe, layout=KINECT_V1, bodies=1, classes=3)
    model.save(path)
    path.with_name("classes.json").write_text(json.dumps(KNOWN))
    ComparisonMirror(folder, store).close()
    run, _ = check_finished(store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", store)
        (logged,) = models(store, run)
        mlflow.set_tracking_uri(store)
        mlflow.register_model(logged.model_uri, "acts")
        yield path, run.info.run_id, model
    mlflow.set_tracking_uri(None)


@pytest.mark.parametrize("address", ["runs:/{run}/drnn-seed0", "models:/acts/1"])
def test_the_model_comes_with_what_its_folder_knows(trained, address, tmp_path):
    path, run_id, model = trained
    source = address.format(run=run_id)
    found, about = find_model(source, str(tmp_path))
    _, of_folder = find_model(str(path), str(tmp_path))
    assert about == of_folder | {"source": source, "run": run_id}
    assert about["labels"] == KNOWN["classes"]
    assert about["joints"] == KNOWN["joints"]
    assert (about["bodies"], about["data"], about["frame_rate"]) == (1, "nucla", 30)
    assert about["units"].startswith("metres") and about["decision"] == KNOWN["decision"]
    x = np.ones((1, 3, 1, 20, 3), "float32")
    loaded = keras.saving.load_model(found, compile=False)
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(m(x)) for m in (model, loaded)))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("models:/nobody/1", "It is not in the MLflow store sqlite"),
        ("models:/acts/7", "It is not in the MLflow store sqlite"),
        ("runs:/{run}/nothing", "It is not in the MLflow store sqlite"),
        ("runs:/{run}/outcome.npz", "without a .keras file"),
    ],
)
def test_an_address_of_no_model(trained, address, told, tmp_path):
    source = address.format(run=trained[1])
    with pytest.raises(ValueError, match=f"Expected a .keras file.*{told}") as caught:
        find_model(source, str(tmp_path))
    assert f"Received: {source}" in str(caught.value)


def test_a_store_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    with pytest.raises(ValueError, match="There is not yet the MLflow store"):
        find_model("models:/acts/1", str(tmp_path))
    assert not list(tmp_path.iterdir())
