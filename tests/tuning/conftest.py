"""Data that all tests of searches share."""

import pytest
from searching import NoMirror, patch, tiny_data

from keras_drnn.tuning import search as search_module


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("tiny")


@pytest.fixture(scope="session")
def data(root):
    return tiny_data(root)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "trained.txt"


@pytest.fixture
def quick(monkeypatch, log):
    """Trials and winners in no time; called again with a fault, trials have it."""

    def again(**how):
        patch(monkeypatch.setattr, log=log, **how)

    again()
    return again


@pytest.fixture
def untracked(monkeypatch):
    monkeypatch.setattr(search_module, "SearchMirror", NoMirror)
