"""What the tests of searches share."""

from dataclasses import replace

import pytest
from searching import SPACE, quick_search

from keras_drnn.experiments.data import open_data
from keras_drnn.skeletons.demo import generate
from keras_drnn.tuning.explore import explore_here
from keras_drnn.tuning.run_search import run_search
from keras_drnn.tuning.settings import SearchSettings

SETTINGS = SearchSettings(oracle="random", trials=5, folds=2, seeds=2, steps=4, space=SPACE)


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The arguments of `open_data` for demo clips of three people."""
    root = tmp_path_factory.mktemp("tiny")
    generate(root / "clips", subjects=3, repetitions=1)
    return {
        "name": "demo",
        "root": root / "clips",
        "protocol": "cross-view",
        "cache": root / "cache",
        "missing_list": None,
    }


@pytest.fixture(scope="session")
def data(source):
    return open_data(**source)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "trained.txt"


@pytest.fixture
def no_pictures(monkeypatch):
    """Pictures take longer than quick searches; one test of every kind draws them."""
    drawn = []
    monkeypatch.setattr(
        "keras_drnn.tuning.pictures.save_search_pictures", lambda *search: drawn.append(search)
    )
    return drawn


@pytest.fixture
def folder(tmp_path, request):
    """Its name is the search's in MLflow, where no two may have the same."""
    return tmp_path / f"search-{request.node.originalname[5:25]}"


@pytest.fixture
def search(folder, log):
    """Makes a search with quick trainings; what is given changes its settings."""

    def make(*, fault=None, latency=None, wins=None, **changes):
        how = {"fault": fault, "latency": latency, "wins": wins}
        return quick_search(folder, log, replace(SETTINGS, **changes), **how)

    return make


@pytest.fixture
def run(search):
    """Runs a quick search, without MLflow unless a store is given."""

    def go(store=None, explore=explore_here, **changes):
        return run_search(search(**changes), store, explore=explore)

    return go
