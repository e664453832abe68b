"""What MLflow already has of one folder, kept in that folder."""

import json
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keras_drnn.system.atomic_writes import write_json

_FILE = "mlflow.json"


@dataclass
class Progress:
    """How far one folder has been sent to one store.

    `key` marks the run in MLflow and is written here before the run is created: a process killed
    in between finds its run again by it. `timestamps` are written before the points they belong
    to are sent: sent twice, they are the same points, of which MLflow keeps one.
    """

    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    run_id: str | None = None
    status: str | None = None
    last_step: int = 0
    timestamps: dict[str, int] = field(default_factory=dict)
    model_id: str | None = None
    sent: dict[str, str] = field(default_factory=dict)


class ProgressFile:
    """The file `mlflow.json` of one run folder, with one `Progress` per store.

    Args:
        folder: The folder of a comparison or of a run.
        store: The store's address without its password.
    """

    def __init__(self, folder: Path, store: str) -> None:
        self._path = folder / _FILE
        self._store = store
        self.progress = Progress(**self._read().get(store, {}))

    def forget(self) -> None:
        """Begin anew, because the store does not have the run any more."""
        self.progress = Progress()
        self.save()

    def save(self) -> None:
        """Write the progress, whole or not at all."""
        write_json(self._path, self._read() | {self._store: asdict(self.progress)})

    def _read(self) -> dict[str, Any]:
        if not self._path.is_file():
            return {}
        return json.loads(self._path.read_text(encoding="utf-8"))
