"""What MLflow shows of a search: once, nested, and with its winner registered."""

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from mirrored import check_history, models, runs
from mlflow_stores import make_store

from keras_drnn.experiments.callbacks import TrainingDivergedError
from keras_drnn.system.atomic_writes import write_whole
from keras_drnn.tracking.store import connect

AWAY = "http://127.0.0.1:9"

# MLflow warns of a type hint of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("store"), tmp_path_factory)


def with_a_model(folder):
    """Files that a training of a winner leaves, beside those of a quick one."""
    import keras

    model = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(3)])
    write_whole(folder / "model.keras", model.save)
    (folder / "model.tflite").write_bytes(b"TFL3")
    np.savez(folder / "outcome.npz", fractions=np.ones(2))


def test_a_search_is_a_parent_with_nested_trials_and_a_registered_winner(run, folder, store, capfd):
    first = iter([TrainingDivergedError("The training loss was nan")])

    def fault(recipe):
        error = next(first, None)
        if error:
            raise error

    outcome = run(store, trials=2, fault=fault, wins=with_a_model)
    assert "Traceback" not in capfd.readouterr().err
    recorded = runs(store, folder.name)
    trials = [f"trial-{number:04d}" for number in range(2)]
    winners = outcome["winner"]["runs"]
    assert set(recorded) == {folder.name, *trials, *winners} and len(winners) == 2
    parent = recorded[folder.name]
    assert parent.info.status == "FINISHED"
    assert json.loads(parent.data.params["space.bases"].replace("(", "[").replace(")", "]")) == [
        2.0,
        3.0,
    ]
    for name in set(recorded) - {folder.name}:
        assert recorded[name].data.tags["mlflow.parentRunId"] == parent.info.run_id
    # Failed, with its hyperparameters and the reason; the others with curves and verdict.
    assert recorded[trials[0]].info.status == "FAILED"
    assert "loss was nan" in recorded[trials[0]].data.tags["error"]
    for number, name in enumerate(trials):
        values = outcome["trials"][number]["values"]
        params = recorded[name].data.params
        assert params["tuned.groups"] == str(values["groups"])
        assert params["delays"] == outcome["trials"][number]["delays"]
    for number, name in list(enumerate(trials))[1:]:
        check_history(store, recorded[name], folder / "trials" / name)
        metrics = recorded[name].data.metrics
        assert metrics["final/validation/sequence_accuracy"] == outcome["trials"][number]["score"]
        assert metrics["parameters"] == outcome["trials"][number]["parameters"]
    client = connect(store)
    files = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert files == {"search.json", "outcome.json", "front.png", "delays.png"}
    files = {file.path for file in client.list_artifacts(recorded[winners[0]].info.run_id)}
    assert "front.png" in files
    versions = client.search_model_versions(f"name = '{folder.name}'")
    assert [version.run_id for version in versions] == [recorded[winners[0]].info.run_id]
    (logged,) = models(store, recorded[winners[0]])
    assert versions[0].source == logged.artifact_location
    assert list(Path(unquote(urlsplit(logged.artifact_location).path)).glob("MLmodel"))


@pytest.mark.usefixtures("no_pictures")
def test_a_resumed_search_goes_on_with_its_parent_and_registers_each_winner_once(
    run, folder, store
):
    few = {"folds": 1, "seeds": 1, "seed": 3, "wins": with_a_model}
    first = run(store, trials=1, **few)
    before = runs(store, folder.name)
    more = run(store, trials=3, **few)
    after = runs(store, folder.name)
    assert more["winner"]["runs"] != first["winner"]["runs"]
    assert set(after) - set(before) == {"trial-0001", "trial-0002", *more["winner"]["runs"]}
    for name, earlier in before.items():
        assert after[name].info.run_id == earlier.info.run_id
    assert after[folder.name].info.status == "FINISHED"
    assert "error" not in after[folder.name].data.tags or not after[folder.name].data.tags["error"]
    versions = connect(store).search_model_versions(f"name = '{folder.name}'")
    assert [version.run_id for version in sorted(versions, key=lambda each: int(each.version))] == [
        after[name].info.run_id for name in (*first["winner"]["runs"], *more["winner"]["runs"])
    ]


@pytest.mark.usefixtures("no_pictures")
def test_a_store_that_is_away_costs_no_trial_and_gets_all_later(run, folder, store, caplog):
    few = {"trials": 2, "seeds": 1}
    outcome = run(AWAY, **few)
    assert outcome["counts"]["finished"] == 2
    assert any("MLflow does not have everything" in message for message in caplog.messages)
    run(store, **few)
    recorded = runs(store, folder.name)
    assert len(recorded) == 1 + 2 + 1
    for name in ("trial-0000", "trial-0001"):
        check_history(store, recorded[name], folder / "trials" / name)
