"""A store that cannot be used is told of before training, in words, within seconds."""

import contextlib
import http.server
import sqlite3
import threading

import pytest
from mirrored import runs

import keras_drnn.tracking.store
from keras_drnn.tracking import TrackingError, check_store
from keras_drnn.tracking.store import connect
from keras_drnn.tracking.uri import sqlite_path


def change(database, statement):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()


def told(uri):
    with pytest.raises(TrackingError, match="MLFLOW_TRACKING_URI") as caught:
        check_store(uri)
    return str(caught.value)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(b"not a database" * 100), "not a database"),
        (lambda path: path.write_bytes(path.read_bytes()[:20_000]), "malformed"),
        (lambda path: (path.unlink(), path.mkdir()), "unable to open"),
        (
            lambda path: change(path, "UPDATE alembic_version SET version_num = '0123456789ab'"),
            "mlflow db upgrade",
        ),
    ],
    ids=["rubbish", "cut short", "a folder", "of another version"],
)
def test_a_broken_database(own_store, damage, words, capfd):
    damage(own_store)
    message = told(f"sqlite:///{own_store}")
    assert words in message
    assert str(own_store) in message
    assert capfd.readouterr().err == ""


def test_a_database_that_somebody_holds(own_store, monkeypatch):
    monkeypatch.setattr(keras_drnn.tracking.store, "_ANSWER_SECONDS", 0.1)
    with contextlib.closing(sqlite3.connect(own_store)) as connection:
        connection.isolation_level = None
        connection.execute("BEGIN IMMEDIATE")
        assert "locked" in told(f"sqlite:///{own_store}")
    check_store(f"sqlite:///{own_store}")


def test_a_place_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in told(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}")


def test_files_that_cannot_be_written(own_store, tmp_path):
    change(own_store, f"UPDATE experiments SET artifact_location = 'file://{tmp_path}/file/in'")
    (tmp_path / "file").write_text("")
    assert str(tmp_path) in told(f"sqlite:///{own_store}")


def test_a_folder_of_files_is_no_store_any_more(tmp_path):
    assert "mlruns" in told(str(tmp_path / "mlruns"))


def test_a_server_that_is_away():
    message = told("http://me:secret@127.0.0.1:9")
    assert "127.0.0.1" in message
    assert "secret" not in message


def test_a_server_that_is_not_mlflow():
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert "404" in told(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def test_an_experiment_that_was_deleted(own_store):
    uri = f"sqlite:///{own_store}"
    client = connect(uri)
    client.delete_experiment(client.get_experiment_by_name("keras_drnn").experiment_id)
    with pytest.raises(TrackingError, match="mlflow experiments restore"):
        check_store(uri)


def test_the_check_leaves_nothing_behind(store):
    check_store(store)
    assert runs(store, "none of this name") == {}
    experiment = connect(store).get_experiment_by_name("keras_drnn")
    assert not any("check" in tag for tag in experiment.tags)
    folder = sqlite_path(store).parent
    assert not list(folder.rglob("*write_check*"))
    assert not list(folder.glob("*.lock"))
