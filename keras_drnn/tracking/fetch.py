"""Brings a comparison or a search back from MLflow, as the folder that it was mirrored from.

What MLflow does not have, such as checkpoints, is not there; the rest lies where it lay.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_drnn.system.atomic_writes import write_json, write_text
from keras_drnn.tracking.calls import mlflow_calls
from keras_drnn.tracking.errors import TrackingError, reason
from keras_drnn.tracking.mirrored_run import ERROR_TAG
from keras_drnn.tracking.uri import resolve_uri, sqlite_path, without_password

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_PARENT = "mlflow.parentRunId"
_STATUS = {"FINISHED": "finished", "FAILED": "failed"}
_CURVES = ("train/", "validation/")
_EXPECTED = (
    "Expected a folder, or a run in MLflow: runs:/ID, its id, models:/NAME/VERSION, or the name of "
    "a comparison or search."
)


def fetch(source: str, scratch: Path, *, every_model: bool = False) -> Path:
    """The folder of a comparison or a search, made from what MLflow has of it.

    Args:
        source: `runs:/ID` or the id of a run, `runs:/ID/NAME` of its model, `models:/NAME/VERSION`
            of a model that was registered from it, or the name of a comparison or search.
        scratch: An empty folder to put it into.
        every_model: Whether each training brings its trained model, or the first of each model
            alone. If the source is one training, no other does.

    Returns:
        The folder; if the source is one training, the folder of that run in it.

    Raises:
        TrackingError: If there is no such run in the store, or it cannot be read.
    """
    uri = resolve_uri()
    path = sqlite_path(uri)
    where = f"the MLflow store {without_password(uri)}; MLFLOW_TRACKING_URI chooses another."
    # Asked for a store that is not there, MLflow would make an empty one.
    if path is not None and not path.is_file():
        raise TrackingError(f"{_EXPECTED} There is not yet {where} Received: {source}")
    from keras_drnn.tracking.store import connect

    try:
        with mlflow_calls():
            client = connect(uri)
            run = _run(client, source)
            if run is None:
                raise TrackingError(f"{_EXPECTED} It is not in {where} Received: {source}")
            above = run.data.tags.get(_PARENT)
            if above is None:
                return _fetched(client, run, None, scratch, every_model)
            return _fetched(client, client.get_run(above), run, scratch, every_model)
    except TrackingError:
        raise
    # Whatever a store, its driver or its file system raises is, here, one and the same news.
    except Exception as error:
        raise TrackingError(
            f"{_EXPECTED} It could not be read from {where} Received: {source} ({reason(error)})"
        ) from error


def _run(client: MlflowClient, source: str) -> Run | None:
    from mlflow.exceptions import MlflowException

    name = source.removeprefix("runs:/").strip("/")
    try:
        if registered := re.fullmatch(r"models:/([^/]+)/(\d+)", name):
            version = client.get_model_version(*registered.groups())
            return client.get_run(version.run_id) if version.run_id else None
        if run_id := re.fullmatch(r"([0-9a-f]{32})(/.*)?", name):
            return client.get_run(run_id[1])
    except MlflowException:
        return None
    experiments = [each.experiment_id for each in client.search_experiments()]
    quoted = name.replace("'", "")
    found = client.search_runs(experiments, f"attributes.run_name = '{quoted}'")
    parents = [run for run in found if _PARENT not in run.data.tags]
    return parents[0] if parents else None


def _fetched(
    client: MlflowClient, parent: Run, training: Run | None, scratch: Path, every_model: bool
) -> Path:
    folder = scratch / str(parent.info.run_name)
    folder.mkdir()
    names = {file.path for file in client.list_artifacts(parent.info.run_id)}
    for name in ("comparison.json", "search.json", "outcome.json"):
        if name in names:
            client.download_artifacts(parent.info.run_id, name, str(folder))
    winners = None
    if "outcome.json" in names:
        outcome = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
        winners = (outcome["winner"] or {"runs": []})["runs"]
    with_model: set[str] = set()
    asked = folder
    for run in _children(client, parent):
        name = str(run.info.run_name)
        if winners is not None and name not in winners:
            continue  # a trial: all that is said of it is in outcome.json
        of_run = folder / ("runs" if winners is None else "winner") / name
        of_run.mkdir(parents=True)
        _write_run(client, run, of_run)
        is_asked = training is not None and run.info.run_id == training.info.run_id
        if is_asked:
            asked = of_run
        model = run.data.params.get("model", "")
        if every_model:
            wanted = is_asked or training is None
        else:
            # How far a model looks back is asked of one of its trainings.
            wanted = model not in with_model
        if wanted and run.info.status == "FINISHED":
            with_model.add(model)
            _fetch_model(client, run, of_run)
    return asked


def _children(client: MlflowClient, parent: Run) -> list[Run]:
    found, token = [], None
    while True:
        page = client.search_runs(
            [parent.info.experiment_id],
            f"tags.`{_PARENT}` = '{parent.info.run_id}'",
            order_by=["attributes.start_time ASC"],
            page_token=token,
        )
        found += page
        token = page.token
        if not token:
            return found


def _write_run(client: MlflowClient, run: Run, folder: Path) -> None:
    params = {key: _value(text) for key, text in run.data.params.items()}
    tags = run.data.tags
    status = _STATUS.get(run.info.status, "running")
    error = tags.get("export_error", "none")
    record = {
        "model": params.pop("model"),
        "seed": params.pop("seed"),
        "protocol": tags.get("protocol"),
        "status": status,
        "params": params,
        "error": tags.get(ERROR_TAG) or None,
        "export_error": None if error == "none" else error,
    }
    write_json(folder / "run.json", {k: v for k, v in record.items() if k != "protocol" or v})
    metrics = {
        key.removeprefix("final/"): value
        for key, value in run.data.metrics.items()
        if not key.startswith(_CURVES) and key != "seconds"
    }
    if metrics:
        write_json(folder / "metrics.json", metrics)
    _write_history(client, run, folder)
    for file in client.list_artifacts(run.info.run_id):
        if file.path in ("outcome.npz", "examples.npz"):
            client.download_artifacts(run.info.run_id, file.path, str(folder))


def _write_history(client: MlflowClient, run: Run, folder: Path) -> None:
    lines: dict[int, dict[str, Any]] = {}
    for key in run.data.metrics:
        if key.startswith(_CURVES) or key == "seconds":
            for point in client.get_metric_history(run.info.run_id, key):
                lines.setdefault(point.step, {"step": point.step})[key] = point.value
    text = "".join(json.dumps(lines[step]) + "\n" for step in sorted(lines))
    if text:
        write_text(folder / "history.jsonl", text)


def _fetch_model(client: MlflowClient, run: Run, folder: Path) -> None:
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    from keras_drnn.tracking.model import CLASSES

    if not client.search_logged_models(
        [run.info.experiment_id], f"source_run_id = '{run.info.run_id}'"
    ):
        return
    local = download_artifacts(
        f"runs:/{run.info.run_id}/{run.info.run_name}",
        dst_path=str(folder / "mlflow-model"),
        tracking_uri=client.tracking_uri,
    )
    for file in sorted(Path(local).rglob("*.keras"))[:1]:
        file.replace(folder / "model.keras")
    said = (Model.load(local).metadata or {}).get(CLASSES)
    if said:
        write_json(folder / "classes.json", said)


def _value(text: str) -> Any:
    """A parameter as it was before it became text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
