"""Which folds a command is about, and what it says of that."""

import json

import pytest
from recording_tables import rows, write_table


class Stop(Exception):
    """In place of a comparison."""


@pytest.fixture
def folds(command, tmp_path, monkeypatch):
    """Calls a command of which the data alone are wanted; gives them and what was printed."""
    write_table(tmp_path, rows("abc"))
    seen = []

    def compare(folder, settings, folds, uri, **how):
        seen.append(folds)
        raise Stop

    monkeypatch.setattr("keras_drnn.experiments.comparison.compare", compare)
    monkeypatch.setattr("keras_drnn.tracking.check_store", lambda uri: None)

    def call(*arguments):
        done = command(*arguments, "--data", "clips.csv", "--layout", "coco_17", "--split", "loso")
        assert isinstance(done.exception, Stop), done.output
        return seen.pop(), " ".join(done.output.split())

    return call


def test_compare_does_all_folds_and_says_how_many_trainings_that_are(folds):
    found, said = folds("compare", "--models", "drnn,rnn", "--seeds", "2")
    assert [part.protocol.name for part in found.parts] == ["without-a", "without-b", "without-c"]
    assert "12 trainings: 3 folds (loso) x 2 models x 2 seeds" in said
    assert "--protocol without-a does one" in said


def test_one_fold_is_done_where_it_is_named_and_by_train(folds):
    found, said = folds("compare", "--protocol", "without-b")
    assert [part.protocol.name for part in found.parts] == ["without-b"]
    assert "trainings" not in said
    found, said = folds("train", "drnn")
    assert [part.protocol.name for part in found.parts] == ["without-a"]
    assert "This is about without-a, one of the 3 folds loso: without-a, without-b" in said


def test_info_says_which_fold_it_describes(command, tmp_path):
    write_table(tmp_path, rows("abc"))
    arguments = ["--data", "clips.csv", "--layout", "coco_17", "--split", "loso"]
    done = command("data", "info", *arguments, "--json", "found.json")
    assert done.exit_code == 0, done.output
    assert "This is about without-a, one of" in done.output
    assert json.loads((tmp_path / "found.json").read_text())["protocol"] == "without-a"
