"""`drnn tune`: configuration files, faults before any trial, and the whole way with them."""

import json
import tomllib
from pathlib import Path

import pytest
from searching import QuickCandidate, QuickObjective, trained
from typer.testing import CliRunner

from keras_drnn.cli.app import app
from keras_drnn.cli.tune import _OF_COMMAND
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.skeletons import SkeletonCandidate

CONFIGURATIONS = sorted((Path(__file__).parents[2] / "tuning").glob("*.toml"))


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: CliRunner().invoke(app, ["tune", *map(str, arguments)])


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)
def test_the_ready_configurations_are_searches(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for cell in content["models"]:
        own = {key: value for key, value in content.items() if key not in _OF_COMMAND}
        settings = SearchSettings.of({**own, "cell": cell})
        assert settings.recipe(content["data"]).cell == cell


def test_a_fault_is_reported_before_any_trial(command, tmp_path, monkeypatch):
    (tmp_path / "bad.toml").write_text("trials = 3\nspaces = 4\n")
    (tmp_path / "cell.toml").write_text('cell = "lstm"\n')
    (tmp_path / "string.toml").write_text('models = "drnn,rnn"\n')
    (tmp_path / "broken.toml").write_text("trials = \n")
    # With a byte-order mark: understood, up to the name that is none.
    (tmp_path / "marked.toml").write_text("trials = 3\n\nspaces = 4\n", encoding="utf-8-sig")
    (tmp_path / "utf16.toml").write_text("trials = 3\n", encoding="utf-16")
    for arguments, message in [
        (["bad.toml"], "spaces"),
        (["broken.toml"], "TOML"),
        (["marked.toml"], "spaces"),
        (["utf16.toml"], "utf16.toml"),
        (["--models", "drnn,rnn"], "cell='rnn'"),
        (["--oracle", "magic"], "magic"),
        (["cell.toml"], "`models`"),
        (["string.toml"], "cell='rnn'"),
        (["--name", "a/b"], "--name"),
        (["--json", "nowhere/outcomes.json"], "nowhere"),
    ]:
        done = command(*arguments)
        assert done.exit_code != 0 and isinstance(done.exception, ValueError)
        assert message in str(done.exception)
    monkeypatch.setenv("KERASTUNER_TUNER_ID", "chief")
    assert "KERASTUNER_ORACLE_IP" in str(command().exception)
    assert not list(tmp_path.glob("drnn-runs"))


def test_options_come_before_the_file_and_the_tables_after_the_search(
    command, source, data, log, tmp_path, monkeypatch
):
    """With the data that it reads, and quick trainings in place of those on skeletons."""

    def quick(candidate):
        settings = SearchSettings(cell=candidate.recipe.cell, folds=1)
        return QuickCandidate(QuickObjective(log, settings), candidate.recipe)

    for method in ("train_fold", "train_winner"):

        def call(candidate, *arguments, method=method, **options):
            return getattr(quick(candidate), method)(*arguments, **options)

        monkeypatch.setattr(SkeletonCandidate, method, call)
    monkeypatch.setattr("keras_drnn.tracking.check_store", lambda uri: None)
    monkeypatch.setattr("keras_drnn.tuning.mirror.SearchMirror", NoMirror)
    (tmp_path / "mine.toml").write_text(
        "trials = 9\nfolds = 1\nsteps = 2\noracle = 'random'\nmodels = ['drnn', 'gru']\n"
    )
    arguments = ["mine.toml", "--root", source["root"], "--trials", 2, "--json", "outcomes.json"]
    done = command(*arguments)
    assert done.exit_code == 0, done.output
    outcomes = json.loads((tmp_path / "outcomes.json").read_text())
    assert [outcome["cell"] for outcome in outcomes] == ["drnn", "gru"]
    assert [len(outcome["trials"]) for outcome in outcomes] == [2, 2]
    assert {steps for _, _, steps, _ in trained(log)} == {2}
    assert len(trained(log)) == 4
    assert "D-RNN" in done.output and "GRU" in done.output
    assert (tmp_path / "drnn-runs" / "search-mine-gru" / "front.png").exists()
    # The same command again has nothing to do.
    assert command(*arguments).exit_code == 0
    assert len(trained(log)) == 4


class NoMirror:
    """In place of MLflow."""

    def __init__(self, *arguments):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        pass

    def sync(self):
        pass
