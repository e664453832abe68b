"""An exported file as an MLflow model: what it predicts, and how little it needs to."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import mlflow
import numpy as np
import pytest
from export_reports import export_report
from logged_requirements import check_installed_here
from mlflow_stores import make_store
from tflite_files import relu_model, summing_model

from keras_drnn.export.finishing import finished
from keras_drnn.tracking.litert import log_litert_model
from keras_drnn.tracking.store import connect

# MLflow warns of a type hint of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """The address of a logged model, and of its store."""
    folder = tmp_path_factory.mktemp("litert")
    path = folder / "sum.tflite"
    path.write_bytes(finished(summing_model(), {"streaming": True, "masks_zero_frames": False}))
    report = export_report(path)
    store = make_store(folder, tmp_path_factory)
    before = mlflow.get_tracking_uri()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", store)
        addresses = [log_litert_model(report, "sums")]
        # What a user's shell may hold, say of a training: a run of another experiment.
        client = connect(store)
        other = client.create_run(client.create_experiment("other"), run_name="a training")
        with pytest.MonkeyPatch.context() as shell:
            shell.setenv("MLFLOW_EXPERIMENT_NAME", "other")
            shell.setenv("MLFLOW_EXPERIMENT_ID", other.info.experiment_id)
            for run_id in (other.info.run_id, "0" * 32):
                shell.setenv("MLFLOW_RUN_ID", run_id)
                addresses.append(log_litert_model(report, "sums"))
        yield addresses, store
    mlflow.set_tracking_uri(before)


def test_each_file_is_a_version(logged):
    assert logged[0] == ["models:/sums/1", "models:/sums/2", "models:/sums/3"]


def test_it_predicts_where_nothing_but_numpy_and_the_runtime_is(logged):
    """Not even this project: the runtime travels with the model."""
    addresses, store = logged
    program = (
        "import json, sys\n"
        "for name in ('keras', 'keras_drnn', 'tensorflow', 'jax', 'torch'):\n"
        "    sys.modules[name] = None\n"
        "import mlflow, numpy as np\n"
        f"mlflow.set_tracking_uri({store!r})\n"
        f"model = mlflow.pyfunc.load_model({addresses[1]!r})\n"
        "clips = np.array([[[1, 2, 3], [1, 2, 3]], [[0, 0, 1], [5, 0, 0]]], 'float32')\n"
        "print(json.dumps(model.predict(clips).tolist()))\n"
        "print(model.metadata.signature.inputs, model.input_example.shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    scores, described = done.stdout.splitlines()[-2:]
    assert json.loads(scores) == [[[1, 2, 3], [2, 4, 6]], [[0, 0, 1], [5, 0, 1]]]
    assert described == "[Tensor('float32', (-1, -1, 3))] (1, 1, 3)"


def test_it_asks_for_what_is_installed_here(logged):
    addresses, _ = logged
    path = mlflow.pyfunc.get_model_dependencies(addresses[0])
    lines = Path(path).read_text().splitlines()
    check_installed_here(lines, "mlflow", "ai_edge_litert", "numpy")


def test_the_report_is_with_the_run(logged):
    runs = mlflow.search_runs(experiment_names=["keras_drnn"])
    assert len(runs) == 3
    assert set(runs["tags.mlflow.runName"]) == {"sums"} and set(runs["status"]) == {"FINISHED"}
    assert runs["metrics.multiply_adds"].tolist() == [10.5] * 3
    assert set(runs["params.operators"]) == {"ADD"}
    np.testing.assert_allclose(runs["metrics.largest_difference"], 1e-6)


def test_a_run_that_the_environment_names_is_left_as_it_was(logged):
    (run,) = mlflow.search_runs(experiment_names=["other"]).to_dict("records")
    assert run["tags.mlflow.runName"] == "a training" and run["status"] == "RUNNING"
    assert not [key for key in run if key.startswith(("metrics.", "params."))]


def test_clips_go_to_a_file_of_a_fixed_batch_a_batch_at_a_time(tmp_path):
    from keras_drnn_runtime.pyfunc import LiteRTPythonModel

    path = tmp_path / "batch.tflite"
    path.write_bytes(relu_model(shape=(2, -1, 3)))
    model = LiteRTPythonModel()
    model.load_context(SimpleNamespace(artifacts={"model": str(path)}))
    clips = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")
    np.testing.assert_array_equal(model.predict(None, clips), np.maximum(clips, 0), strict=True)
