"""One SQLite store for all tests of tracking: making one takes MLflow seconds."""

import shutil
from pathlib import Path

import pytest

from keras_drnn.tracking import check_store
from keras_drnn.tracking.uri import sqlite_path


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    uri = f"sqlite:///{tmp_path_factory.mktemp('store') / 'mlflow.db'}"
    check_store(uri)
    return uri


@pytest.fixture(scope="session")
def _made(store, tmp_path_factory):
    copy = tmp_path_factory.mktemp("made") / "mlflow.db"
    shutil.copy(sqlite_path(store), copy)
    return copy


@pytest.fixture
def own_store(_made, tmp_path) -> Path:
    """The file of a store that the test may break."""
    return Path(shutil.copy(_made, tmp_path / "mlflow.db"))
