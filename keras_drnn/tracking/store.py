"""Finds out before training whether an MLflow store can be written."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keras_drnn.tracking.calls import mlflow_calls
from keras_drnn.tracking.errors import TrackingError, reason
from keras_drnn.tracking.uri import sqlite_path, without_password

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "keras_drnn"

_CHECK = "keras_drnn.write_check"
_ANSWER_SECONDS = 5.0
# Another process that creates the same store takes a few seconds, on a busy machine many.
_CREATION_SECONDS = 120.0
# Each process that waits gives way to each other one at most once.
_TURNS, _TURN_SECONDS = 50, 0.05
_DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
_ADVICE = (
    "Set MLFLOW_TRACKING_URI to a store that can be written, or unset it to use mlflow.db in the "
    "working directory."
)


def check_store(uri: str, experiment: str = EXPERIMENT) -> None:
    """Make sure that runs can be written to a store, by writing to it and cleaning up.

    A fresh SQLite store is created, by one process at a time. The experiment is created if there
    is none of its name. Both the database and the place for files are written to.

    Args:
        uri: An MLflow tracking address, as from `resolve_uri`.
        experiment: The name of the experiment.

    Raises:
        TrackingError: Within seconds, if the store is unreachable or cannot be written.

    Example:

    >>> check_store(resolve_uri())  # doctest: +SKIP
    """
    try:
        import mlflow  # noqa: F401  (only to know whether it is there)
    except ImportError as error:
        raise TrackingError(
            f"MLflow is needed to track runs, but cannot be imported ({error}). "
            "Install it with: pip install mlflow"
        ) from error
    try:
        with mlflow_calls():
            _check_reachable(uri)
            path = sqlite_path(uri)
            with _one_at_a_time(path) if path else contextlib.nullcontext():
                client = connect(uri)
                experiment_id = find_or_create_experiment(client, uri, experiment)
            _check_writable(client, uri, experiment_id)
    except TrackingError:
        raise
    # Whatever a store, its driver or its file system raises is, here, one and the same news.
    except Exception as error:
        raise TrackingError(
            f"The MLflow store cannot be used: {reason(error).removesuffix('.')}. {_ADVICE} "
            f"Received: uri={without_password(uri)}"
        ) from error


def connect(uri: str) -> MlflowClient:
    """A client of one store; MLflow's global state is neither read nor set.

    Args:
        uri: An MLflow tracking address.
    """
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def find_or_create_experiment(client: MlflowClient, uri: str, name: str) -> str:
    """The id of an experiment, which is created if there is none of this name.

    Args:
        client: A client of the store.
        uri: The store's address.
        name: The experiment's name.

    Raises:
        TrackingError: If it was deleted: MLflow keeps the name of a deleted experiment.
    """
    from mlflow.exceptions import MlflowException

    there = client.get_experiment_by_name(name)
    if there is None:
        path = sqlite_path(uri)
        # Beside the database, not wherever the first command happened to be given.
        files = (path.parent / "mlruns").resolve().as_uri() if path else None
        try:
            return client.create_experiment(name, artifact_location=files)
        except MlflowException:
            # Another process may have been quicker; if not, the error is the answer.
            there = client.get_experiment_by_name(name)
            if there is None:
                raise
    if there.lifecycle_stage != "active":
        raise TrackingError(
            f"The MLflow experiment {name!r} was deleted, and its name cannot be used again until "
            f"it is restored (mlflow experiments restore -x {there.experiment_id}) or removed for "
            f"good (mlflow gc). Received: uri={without_password(uri)}"
        )
    return there.experiment_id


def _check_reachable(uri: str) -> None:
    """Ask the cheap questions first: MLflow repeats a failed connection for minutes."""
    path = sqlite_path(uri)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(path, timeout=_ANSWER_SECONDS)) as database:
            database.isolation_level = None
            database.execute("PRAGMA schema_version")
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        return
    address = urlsplit(uri)
    port = _DATABASE_PORTS.get(address.scheme.split("+")[0])
    if port is not None and address.hostname:
        place = (address.hostname, address.port or port)
        socket.create_connection(place, timeout=_ANSWER_SECONDS).close()


@contextlib.contextmanager
def _one_at_a_time(database: Path) -> Iterator[None]:
    """Let one process at a time in: two that create the tables of one store break each other.

    The lock is SQLite's own, on an empty file beside the store: it works on every system, and is
    gone with the process that held it, however that ended.
    """
    lock = database.with_name(database.name + ".lock")
    with contextlib.closing(_hold(lock)):
        yield
    # Whoever makes a new one enters a finished store.
    with contextlib.suppress(OSError):
        lock.unlink()


def _hold(lock: Path) -> sqlite3.Connection:
    for _ in range(_TURNS):
        held = sqlite3.connect(lock, timeout=_CREATION_SECONDS)
        held.isolation_level = None
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            held.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_IOERR:
                raise
            # The process that this one waited for has removed the file: wait at the next one.
            time.sleep(_TURN_SECONDS)
        else:
            return held
    raise TrackingError(f"Too many processes use the store at once, or its disk fails: {lock}")


def _check_writable(client: MlflowClient, uri: str, experiment_id: str) -> None:
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    client.set_experiment_tag(experiment_id, _CHECK, "may be deleted")
    client.delete_experiment_tag(experiment_id, _CHECK)
    location = client.get_experiment(experiment_id).artifact_location
    # A name of its own, so that two checks at once do not delete each other's file.
    files = get_artifact_repository(f"{location}/.{uuid.uuid4().hex}", tracking_uri=uri)
    with tempfile.TemporaryDirectory() as folder:
        probe = os.path.join(folder, "write_check.txt")
        Path(probe).write_text("may be deleted", encoding="utf-8")
        files.log_artifact(probe)
    files.delete_artifacts()
