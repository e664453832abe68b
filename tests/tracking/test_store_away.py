"""A store that goes away while a comparison runs: training goes on, and nothing is lost."""

import logging

import pytest
from mirrored import check_finished, check_history, runs, set_about
from run_folders import begin_run, finish_run, run_path, write_comparison, write_history

import keras_drnn.tracking.mirror
from keras_drnn.tracking import ComparisonMirror
from keras_drnn.tracking.store import connect


class Server:
    """Clients of a store that can be sent away; counts who asks in vain."""

    def __init__(self, monkeypatch):
        self.away = False
        self.asked_in_vain = 0
        monkeypatch.setattr(keras_drnn.tracking.mirror, "connect", self._connect)

    def _connect(self, uri):
        return _Client(connect(uri), self)


class _Client:
    def __init__(self, client, server):
        self._client, self._server = client, server

    def __getattr__(self, name):
        method = getattr(self._client, name)

        def call(*args, **kwargs):
            if self._server.away:
                self._server.asked_in_vain += 1
                raise ConnectionError("nobody answers at http://me:secret@there")
            return method(*args, **kwargs)

        return call


@pytest.fixture
def server(monkeypatch):
    return Server(monkeypatch)


@pytest.fixture
def warnings(caplog):
    caplog.set_level(logging.INFO, "keras_drnn")
    return lambda: [
        record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
    ]


def train(folder, mirror, evaluations):
    """As a comparison does it: write, then sync, whatever comes of it."""
    path = run_path(folder, "drnn", 0)
    run = path if path.exists() else begin_run(folder, "drnn", 0)
    for count in evaluations:
        write_history(run, count)
        yield mirror.sync()


def test_away_from_the_beginning_to_the_end(store, server, tmp_path, warnings, capfd):
    folder = write_comparison(tmp_path / "never", (), seeds=0)
    server.away = True
    with ComparisonMirror(folder, store) as mirror:
        problems = list(train(folder, mirror, range(1, 6)))
        finish_run(run_path(folder, "drnn", 0))
    assert all("nobody answers" in problem for problem in problems)
    (told,) = warnings()
    assert "Nothing is lost" in told
    assert str(folder) in told
    assert "secret" not in told
    assert capfd.readouterr().err == ""

    server.away = False
    ComparisonMirror(folder, store).close()
    check_finished(store, folder)


@pytest.mark.parametrize("same_process", [True, False])
def test_away_for_a_while(store, server, tmp_path, warnings, monkeypatch, same_process):
    monkeypatch.setattr(keras_drnn.tracking.mirror, "_REST", 0.0)
    folder = write_comparison(tmp_path / f"while-{same_process}", (), seeds=0)
    run = run_path(folder, "drnn", 0)
    mirror = ComparisonMirror(folder, store)
    assert list(train(folder, mirror, (1, 2))) == [None, None]
    server.away = True
    assert None not in list(train(folder, mirror, (3, 4)))
    assert len(warnings()) == 1
    server.away = False
    if not same_process:
        mirror = ComparisonMirror(folder, store)
    with mirror:
        assert list(train(folder, mirror, (5,))) == [None]
        check_history(store, runs(store, folder.name)["drnn-seed0"], run)
        finish_run(run)
    assert len(warnings()) == 1
    check_finished(store, folder)


def test_a_store_that_is_away_is_left_in_peace(store, server, tmp_path, monkeypatch):
    monkeypatch.setattr(keras_drnn.tracking.mirror, "_REST", 1e9)
    folder = write_comparison(tmp_path / "peace", (), seeds=0)
    mirror = ComparisonMirror(folder, store)
    server.away = True
    assert None not in list(train(folder, mirror, range(1, 20)))
    assert server.asked_in_vain == 1
    server.away = False
    # At its end a comparison asks again, rest or not.
    finish_run(run_path(folder, "drnn", 0))
    assert mirror.close() is None
    check_finished(store, folder)


def test_a_database_that_is_moved_away(own_store, tmp_path, warnings, capfd):
    uri = f"sqlite:///{own_store}"
    folder = write_comparison(tmp_path / "moved", (), seeds=0)
    mirror = ComparisonMirror(folder, uri)
    assert list(train(folder, mirror, (1, 2))) == [None, None]
    elsewhere = own_store.rename(tmp_path / "elsewhere.db")
    assert None not in list(train(folder, mirror, (3, 4)))
    finish_run(run_path(folder, "drnn", 0))
    assert mirror.close() is not None
    (told,) = warnings()
    assert "readonly database" in told
    # Neither the query nor a hundred lines of traceback.
    assert "INSERT" not in told
    assert capfd.readouterr().err == ""

    elsewhere.rename(own_store)
    ComparisonMirror(folder, uri).close()
    check_finished(uri, folder)


def test_a_run_that_mlflow_does_not_take_keeps_nothing_from_the_others(store, tmp_path, warnings):
    folder = write_comparison(tmp_path / "refused", ("drnn", "lstm"), seeds=1, evaluations=2)
    set_about(run_path(folder, "drnn", 0), params={"a name that MLflow does not take?!": 1})
    problem = ComparisonMirror(folder, store).close()
    assert problem is not None
    assert problem.startswith("drnn-seed0: ")
    assert len(warnings()) == 1
    check_finished(store, folder, "lstm-seed0")


def test_what_a_slow_store_has_no_time_for_follows(store, tmp_path, monkeypatch):
    folder = write_comparison(tmp_path / "slow", ("drnn", "lstm"), seeds=1, evaluations=2)
    mirror = ComparisonMirror(folder, store)
    with monkeypatch.context() as patch:
        patch.setattr(keras_drnn.tracking.mirror, "_SYNC_SECONDS", -1.0)
        assert "slow" in str(mirror.sync())
    assert set(runs(store, "slow")) == {"slow"}
    assert mirror.close() is None
    for name in ("drnn-seed0", "lstm-seed0"):
        check_finished(store, folder, name)
