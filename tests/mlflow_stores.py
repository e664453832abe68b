"""MLflow stores for tests. To make one takes seconds, so all of a session are copies of one."""

import os
import shutil
from pathlib import Path

from keras_drnn.system.locks import hold_after_waiting
from keras_drnn.tracking import check_store
from keras_drnn.tracking.store import connect


def make_store(folder: Path, tmp_path_factory) -> str:
    """Put a store with an empty experiment into a folder; gives its address."""
    shutil.copy(_empty_store(tmp_path_factory), folder / "mlflow.db")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    check_store(uri)
    return uri


def _empty_store(tmp_path_factory) -> Path:
    """The file of a store without experiments, made by the first process that asks for it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made, unfinished = shared / "empty.db", shared / "unfinished.db"
    with hold_after_waiting(shared / "empty.db.lock", lambda: None):
        if not made.exists():
            connect(f"sqlite:///{unfinished}").search_experiments()
            unfinished.replace(made)
    return made
