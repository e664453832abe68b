"""Where the store is, how it is shown, and that no password is."""

import shlex

import pytest

from keras_drnn.tracking import how_to_look, resolve_uri
from keras_drnn.tracking.errors import reason
from keras_drnn.tracking.uri import sqlite_path, without_password


@pytest.fixture
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def test_the_working_directory_unless_the_environment_says_otherwise(here, monkeypatch):
    assert resolve_uri() == f"sqlite:///{here}/mlflow.db"
    command = shlex.join(["mlflow", "ui", "--backend-store-uri", resolve_uri()])
    assert how_to_look(resolve_uri()) == command
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///below/it.db")
    assert resolve_uri() == f"sqlite:///{here}/below/it.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://there:5000")
    assert resolve_uri() == "http://there:5000"
    assert how_to_look(resolve_uri()) == "open http://there:5000 in a browser"


@pytest.mark.parametrize("name", ["with space", "100%", "what?", "ä"])
def test_any_folder_name(here, monkeypatch, name):
    (here / name).mkdir()
    monkeypatch.chdir(here / name)
    assert sqlite_path(resolve_uri()) == here / name / "mlflow.db"
    # As a shell reads it.
    assert shlex.split(how_to_look(resolve_uri()))[-1] == resolve_uri()


def test_no_password_is_shown():
    uri = "http://me:pass@word@there:5000"
    assert without_password(uri) == "http://me:***@there:5000"
    assert "pass" not in how_to_look(uri)
    assert without_password("from http://there:5000/a to b@c") == "from http://there:5000/a to b@c"


def test_an_error_is_told_without_its_query():
    assert reason(OSError("postgresql://me:secret@there is away")) == (
        "postgresql://me:***@there is away"
    )
    assert reason(OSError()) == "OSError"
    quoting = "(raised by autoflush)\n(sqlite3.Error) locked\n[SQL: SELECT\n 1]\n(Background on it)"
    assert reason(OSError(quoting)) == "(sqlite3.Error) locked"
    assert reason(OSError("first\nsecond")) == "first\nsecond"
