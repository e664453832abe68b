"""One SQLite store for all tests of tracking, and one for each that breaks its own."""

import shutil
from pathlib import Path

import pytest
from mlflow_stores import make_store

from keras_drnn.tracking.uri import sqlite_path


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("store"), tmp_path_factory)


@pytest.fixture(scope="session")
def _untouched(store, tmp_path_factory):
    copy = tmp_path_factory.mktemp("untouched") / "mlflow.db"
    shutil.copy(sqlite_path(store), copy)
    return copy


@pytest.fixture
def own_store(_untouched, tmp_path) -> Path:
    """The file of a store that the test may break; MLflow has not opened it yet."""
    return Path(shutil.copy(_untouched, tmp_path / "mlflow.db"))
