"""Sends one run to MLflow piece by piece, each piece once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_drnn.tracking.progress import Progress, ProgressFile

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

KEY_TAG = "keras_drnn.key"
ERROR_TAG = "error"

# The most that MLflow takes in one call.
_METRICS_A_CALL, _PARAMS_A_CALL = 1000, 100


class MirroredRun:
    """One MLflow run and the folder that it shows.

    Args:
        client: A client of the store.
        experiment_id: The experiment that the run belongs to.
        folder: The folder that is shown.
        store: The store's address without its password.
    """

    def __init__(self, client: MlflowClient, experiment_id: str, folder: Path, store: str) -> None:
        self.client = client
        self.experiment_id = experiment_id
        self.folder = folder
        self._file = ProgressFile(folder, store)
        self._found = False

    @property
    def progress(self) -> Progress:
        """How much of the folder MLflow has."""
        return self._file.progress

    @property
    def run_id(self) -> str:
        """The run's id in MLflow, once `begin` has been called."""
        if self.progress.run_id is None:
            raise RuntimeError("The run has no id before begin() was called")
        return self.progress.run_id

    def save(self) -> None:
        """Write the progress into the folder."""
        self._file.save()

    def begin(self, name: str, tags: Mapping[str, Any], started: int | None) -> None:
        """Find the run, or create it.

        Args:
            name: The run's name.
            tags: Its tags.
            started: When it began, in milliseconds since 1970; `None` for now.
        """
        if self._found:
            return
        if self.progress.run_id is not None and not self._is_there():
            self._file.forget()
        if self.progress.run_id is None:
            self.save()
            self.progress.run_id = self._by_key() or self._create(name, tags, started)
            self.progress.status = "RUNNING"
            self.save()
        self._found = True

    def send_params(self, params: Mapping[str, Any]) -> None:
        """Send the parameters; MLflow keeps the first value of each.

        Args:
            params: A flat dictionary.
        """
        if "params" in self.progress.sent:
            return
        from mlflow.entities import Param

        entities = [Param(key, _text(value)) for key, value in params.items()]
        for part in _parts(entities, _PARAMS_A_CALL):
            self.client.log_batch(self.run_id, params=part)
        self._mark_sent("params", "all")

    def send_tags(self, tags: Mapping[str, Any]) -> None:
        """Send the tags, again when they have changed.

        Args:
            tags: A flat dictionary.
        """
        from mlflow.entities import RunTag

        texts = {key: _text(value) for key, value in tags.items()}
        signature = json.dumps(texts, sort_keys=True)
        if self.progress.sent.get("tags") == signature:
            return
        entities = [RunTag(key, value) for key, value in texts.items()]
        for part in _parts(entities, _PARAMS_A_CALL):
            self.client.log_batch(self.run_id, tags=part)
        self._mark_sent("tags", signature)

    def send_history(self, history: Sequence[Mapping[str, float]], written: int) -> None:
        """Send the evaluations that MLflow does not have.

        Args:
            history: All evaluations, each with its `"step"` and training time in `"seconds"`.
            written: When the last of them was written, in milliseconds since 1970.
        """
        from mlflow.entities import Metric

        # By step, not by line: a run that goes on from a checkpoint writes some lines again.
        new = [line for line in history if line["step"] > self.progress.last_step]
        if not new:
            return
        times = self.progress.timestamps
        for line in new:
            before = 1000 * (history[-1]["seconds"] - line["seconds"])
            times.setdefault(str(line["step"]), written - round(before))
        self.save()
        self._send(
            Metric(key, float(value), times[str(line["step"])], int(line["step"]))
            for line in new
            for key, value in line.items()
            if key != "step"
        )
        self.progress.last_step = int(new[-1]["step"])
        self.progress.timestamps = {}
        self.save()

    def send_metrics(self, metrics: Mapping[str, float | None], source: Path) -> None:
        """Send final metrics, again when the file they come from has changed.

        Args:
            metrics: A flat dictionary; `None` is left out.
            source: The file.
        """
        if not self._changed(source):
            return
        from mlflow.entities import Metric

        self._send(
            Metric(
                key,
                float(value),
                modified(source),
                self.progress.last_step,
                model_id=self.progress.model_id,
                run_id=self.run_id,
            )
            for key, value in metrics.items()
            if value is not None
        )
        self._mark_sent(source.name, _signature(source))

    def send_files(self, paths: Iterable[Path]) -> None:
        """Send files as artifacts, again when they have changed.

        Args:
            paths: Files; those that are not there are left out.
        """
        for path in paths:
            if path.is_file() and self._changed(path):
                signature = _signature(path)
                self.client.log_artifact(self.run_id, str(path))
                self._mark_sent(path.name, signature)

    def send_status(self, status: str, error: str | None = None, ended: int | None = None) -> None:
        """Say whether the run goes on, is finished or has failed.

        Args:
            status: `"RUNNING"`, `"FINISHED"` or `"FAILED"`.
            error: Why it failed.
            ended: When, in milliseconds since 1970; `None` for now.
        """
        if self.progress.status != status:
            if status == "RUNNING":
                self.client.update_run(self.run_id, status=status)
            else:
                self.client.set_terminated(self.run_id, status=status, end_time=ended)
            self.progress.status = status
            self.save()
        # A run that goes on, or has come to its end after all, has no error any more.
        if (error or "") != self.progress.sent.get(ERROR_TAG, ""):
            self.client.set_tag(self.run_id, ERROR_TAG, error or "")
            self._mark_sent(ERROR_TAG, error or "")

    def send_model(self, path: Path) -> None:
        """Send a `.keras` file as an MLflow model, again when it has changed.

        Args:
            path: The file; nothing happens if it is not there.
        """
        if not path.is_file() or not self._changed(path):
            return
        from keras_drnn.tracking.model import log_keras_model

        signature = _signature(path)
        log_keras_model(self, path)
        self._mark_sent(path.name, signature)

    def _is_there(self) -> bool:
        from mlflow.exceptions import MlflowException
        from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

        try:
            return self.client.get_run(self.run_id).info.lifecycle_stage == "active"
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return False
            raise

    def _by_key(self) -> str | None:
        query = f"tags.`{KEY_TAG}` = '{self.progress.key}'"
        runs = self.client.search_runs([self.experiment_id], query, max_results=1)
        return runs[0].info.run_id if runs else None

    def _create(self, name: str, tags: Mapping[str, Any], started: int | None) -> str:
        run = self.client.create_run(
            self.experiment_id,
            start_time=started if started is not None else now(),
            run_name=name,
            tags={key: _text(value) for key, value in tags.items()} | {KEY_TAG: self.progress.key},
        )
        return run.info.run_id

    def _send(self, metrics: Iterable[Metric]) -> None:
        for part in _parts(list(metrics), _METRICS_A_CALL):
            self.client.log_batch(self.run_id, metrics=part)

    def _changed(self, path: Path) -> bool:
        return self.progress.sent.get(path.name) != _signature(path)

    def _mark_sent(self, item: str, signature: str) -> None:
        self.progress.sent[item] = signature
        self.save()


def now() -> int:
    """The time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def modified(path: Path) -> int:
    """When a file was last written, in milliseconds since 1970.

    Args:
        path: The file.
    """
    return path.stat().st_mtime_ns // 1_000_000


def _signature(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parts(items: Sequence[Any], size: int) -> Iterable[list[Any]]:
    return (list(items[start : start + size]) for start in range(0, len(items), size))
