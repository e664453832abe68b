"""Shows a comparison and its runs in MLflow."""

from __future__ import annotations

import contextlib
import logging
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from keras_drnn.reporting.run_folder import Comparison, Run
from keras_drnn.tracking.calls import mlflow_calls
from keras_drnn.tracking.errors import reason
from keras_drnn.tracking.mirrored_run import MirroredRun, modified
from keras_drnn.tracking.store import EXPERIMENT, connect, find_or_create_experiment
from keras_drnn.tracking.uri import without_password

if TYPE_CHECKING:
    from mlflow import MlflowClient

_logger = logging.getLogger(__name__)

# A sync that takes longer than this leaves the rest to the next one.
_SYNC_SECONDS = 30.0
# After a failure that took s seconds, this many times s passes before the store is asked again:
# a server that is away then costs training 5 % at most.
_REST = 20.0
_LAST_TRY_RETRIES = 3
INTERRUPTED = "interrupted; the same command goes on from here"


class ComparisonMirror:
    """Shows the folder of a comparison in MLflow: a parent run, a child per model, seed and fold.

    Nothing here raises into training. What could not be sent stays on disk and is sent by the
    next `sync`, in this process or in the one that resumes the comparison; what has been sent is
    noted in `mlflow.json` in each folder, so that the same runs go on.

    As a context manager it closes itself: finished at the end of the block, failed if the block
    raises or is interrupted.

    Args:
        folder: The folder of the comparison.
        uri: An MLflow tracking address, as from `resolve_uri`. Call `check_store` on it first.
        experiment: The name of the MLflow experiment.

    Example:

    >>> with ComparisonMirror(folder, resolve_uri()) as mirror:  # doctest: +SKIP
    ...     for _ in training():
    ...         mirror.sync()
    """

    def __init__(self, folder: str | Path, uri: str, experiment: str = EXPERIMENT) -> None:
        self._comparison = Comparison(Path(folder))
        self._uri = uri
        self._experiment = experiment
        self._runs: dict[Path, MirroredRun] = {}
        self._connection: tuple[MlflowClient, str] | None = None
        self._rest_until = 0.0
        #: Why the last sync could not send everything, or `None`.
        self.problem: str | None = None

    def sync(self) -> str | None:
        """Send what MLflow does not have yet; a second call at once sends nothing.

        Returns:
            Why not everything could be sent, or `None`.
        """
        if time.monotonic() < self._rest_until:
            return self.problem
        return self._sync(deadline=time.monotonic() + _SYNC_SECONDS)

    def close(self) -> str | None:
        """Send the rest and mark the comparison finished, or failed if one of its runs is not.

        Returns:
            Why not everything could be sent, or `None`.
        """
        with contextlib.suppress(ValueError):
            unfinished = [run for run in self._comparison.runs() if _status(run) != "FINISHED"]
            if unfinished:
                names = ", ".join(run.folder.name for run in unfinished)
                return self._sync(status="FAILED", error=f"not finished: {names}")
        return self._sync(status="FINISHED")

    def fail(self, error: str) -> str | None:
        """Send the rest and mark the comparison, and every run that was going on, as failed.

        A later `sync` of the resumed comparison sets them going again.

        Args:
            error: What happened.

        Returns:
            Why not everything could be sent, or `None`.
        """
        return self._sync(status="FAILED", error=error, stopped=error)

    def __enter__(self) -> ComparisonMirror:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif issubclass(kind, KeyboardInterrupt):
            self.fail(INTERRUPTED)
        else:
            self.fail(f"{kind.__name__}: {error}")

    def _sync(
        self,
        status: str = "RUNNING",
        error: str | None = None,
        stopped: str | None = None,
        deadline: float | None = None,
    ) -> str | None:
        began = time.monotonic()
        problems = []
        with mlflow_calls(retries=0 if status == "RUNNING" else _LAST_TRY_RETRIES):
            try:
                parent = self._send_parent()
                for run in self._comparison.runs():
                    if deadline is not None and time.monotonic() > deadline:
                        problems.append("the store is slow; the rest follows with the next sync")
                        break
                    try:
                        self._send_child(run, parent.run_id, stopped)
                    # One run that MLflow will not take must not keep the others from it ...
                    except Exception as refused:
                        # ... but a store that is away raises here again.
                        parent.client.get_experiment(parent.experiment_id)
                        problems.append(f"{run.folder.name}: {reason(refused)}")
                parent.send_status(status, error)
            # Tracking is not worth a training run: whatever it was, training goes on.
            except Exception as away:
                problems.append(reason(away))
        self._note("; ".join(dict.fromkeys(problems)) or None, time.monotonic() - began)
        return self.problem

    def _note(self, problem: str | None, took: float) -> None:
        if problem is None:
            if self.problem is not None:
                _logger.info("MLflow has everything again.")
        else:
            self._rest_until = time.monotonic() + _REST * took
            if self.problem is None:
                _logger.warning(
                    "MLflow does not have everything yet: %s. Nothing is lost: it "
                    "is in %s, and is sent as soon as the store takes it, or when the same "
                    "command is given again.",
                    problem,
                    self._comparison.folder,
                )
        self.problem = problem

    def _mirrored(self, folder: Path) -> MirroredRun:
        if self._connection is None:
            client = connect(self._uri)
            self._connection = (
                client,
                find_or_create_experiment(client, self._uri, self._experiment),
            )
        if folder not in self._runs:
            self._runs[folder] = MirroredRun(*self._connection, folder, without_password(self._uri))
        return self._runs[folder]

    def _send_parent(self) -> MirroredRun:
        description, folder = self._comparison.description, self._comparison.folder
        run = self._mirrored(folder)
        tags = _description_tags(description)
        run.begin(description["id"], tags, _milliseconds(description["created"]))
        # What is said of every fold may be longer than a parameter of MLflow.
        data = {
            key: value
            for key, value in description["data"].items()
            if key not in ("clips", "folds", "not_split")
        }
        data["folds"] = len(self._comparison.folds)
        clips = description["data"]["clips"]
        run.send_params(
            description["command_settings"]
            | {f"data.{key}": value for key, value in data.items()}
            | {f"data.clips.{key}": value for key, value in clips.items()}
        )
        run.send_tags(tags)
        run.send_files([folder / "comparison.json", folder / "report.json"])
        run.send_files(sorted(folder.glob("*.png")))
        return run

    def _send_child(self, run: Run, parent_id: str, stopped: str | None) -> None:
        description, folder = run.description, run.folder
        mirrored = self._mirrored(folder)
        history = run.history()
        written = modified(folder / "history.jsonl") if history else None
        tags = _description_tags(self._comparison.description) | {
            "mlflow.parentRunId": parent_id,
            "model": description["model"],
            "protocol": self._comparison.protocol(run),
            "seed": description["seed"],
        }
        mirrored.begin(folder.name, tags, _started(history, written))
        mirrored.send_params(
            description["params"] | {"model": description["model"], "seed": description["seed"]}
        )
        # Always there, so that an export that succeeds later takes the failure back.
        tags["export_error"] = description.get("export_error") or "none"
        mirrored.send_tags(tags)
        if written is not None:
            mirrored.send_history(history, written)
        status, error = _status(run), description["error"]
        if status == "RUNNING":
            mirrored.send_status("FAILED" if stopped else "RUNNING", stopped)
            return
        # The files of a run that goes on may be half written.
        if status == "FINISHED":
            mirrored.send_model(folder / "model.keras")
        if (folder / "metrics.json").is_file():
            mirrored.send_metrics(_final(run.metrics), folder / "metrics.json")
        mirrored.send_files(
            [folder / "model.tflite", folder / "outcome.npz", folder / "examples.npz"]
        )
        mirrored.send_files(sorted(folder.glob("*.png")))
        mirrored.send_status(status, error, ended=modified(folder / "run.json"))


def _description_tags(description: dict[str, Any]) -> dict[str, Any]:
    return {
        "comparison": description["id"],
        "backend": description["backend"],
        "data": description["data"]["name"],
        "synthetic": description["data"]["synthetic"],
    } | {f"environment.{key}": value for key, value in description["environment"].items()}


def _final(metrics: dict[str, float | None]) -> dict[str, float | None]:
    # Under its own name it would be one more point of the curve of the same name.
    return {
        f"final/{key}" if key.startswith(("train/", "validation/")) else key: value
        for key, value in metrics.items()
    }


def _status(run: Run) -> str:
    return {"running": "RUNNING", "finished": "FINISHED", "failed": "FAILED"}[
        run.description["status"]
    ]


def _started(history: list[dict[str, float]], written: int | None) -> int | None:
    return None if written is None else written - round(1000 * history[-1]["seconds"])


def _milliseconds(created: str) -> int:
    return round(1000 * datetime.fromisoformat(created).timestamp())
