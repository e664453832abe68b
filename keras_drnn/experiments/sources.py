"""Where a trained model comes from, a folder or MLflow, and what is said of it there."""

import json
from pathlib import Path

from keras_drnn.data_sets.tables.axes import METRES

# What both Kinects and the demo have; the folders of older runs do not say it.
_FRAME_RATE = 30
_EXPECTED = (
    "Expected a .keras file, or a model in MLflow like runs:/RUN/NAME or models:/NAME/VERSION."
)


def find_model(source: str, scratch: str) -> tuple[Path, dict]:
    """The `.keras` file of a trained model, and what an exported file shall say of it.

    Args:
        source: A `.keras` file, or an MLflow address, `runs:/...` or `models:/...`, of a model.
        scratch: A folder to download to.

    Raises:
        ValueError: If there is no such model.
    """
    if source.startswith(("runs:/", "models:/")):
        return _in_mlflow(source, scratch)
    path = Path(source)
    if not path.is_file() or path.suffix != ".keras":
        raise ValueError(f"{_EXPECTED} Received: {source}")
    return path, {"source": source, **describe_model(path)}


def describe_model(path: Path) -> dict:
    """What the run's folder says of a model, in the words of an exported file's metadata.

    Args:
        path: A file of the model; `classes.json` may lie beside it.
    """
    classes = path.with_name("classes.json")
    if not classes.is_file():
        return {}
    return _metadata(json.loads(classes.read_text(encoding="utf-8")))


def _in_mlflow(source: str, scratch: str) -> tuple[Path, dict]:
    from mlflow.artifacts import download_artifacts
    from mlflow.models import Model

    from keras_drnn.tracking.calls import mlflow_calls
    from keras_drnn.tracking.errors import reason
    from keras_drnn.tracking.model import CLASSES
    from keras_drnn.tracking.uri import resolve_uri, sqlite_path, without_password

    uri = resolve_uri()
    store = f"the MLflow store {without_password(uri)}; MLFLOW_TRACKING_URI chooses another."
    path = sqlite_path(uri)
    # Asked for a store that is not there, MLflow would make an empty one.
    if path is not None and not path.is_file():
        raise ValueError(f"{_EXPECTED} There is not yet {store} Received: {source}")
    try:
        with mlflow_calls():
            folder = Path(download_artifacts(source, dst_path=scratch, tracking_uri=uri))
    # Whatever a store, its driver or its file system raises is, here, one and the same news.
    except Exception as error:
        raise ValueError(
            f"{_EXPECTED} It is not in {store} Received: {source} ({reason(error)})"
        ) from error
    found = sorted(folder.rglob("*.keras"))
    if not found:
        raise ValueError(f"{_EXPECTED} Received: {source}, without a .keras file")
    metadata: dict = {"source": source}
    if (folder / "MLmodel").is_file():
        logged = Model.load(str(folder))
        # The address of a registered model can be given to another one some day, a run's cannot.
        metadata |= {"run": logged.run_id, **_metadata((logged.metadata or {}).get(CLASSES, {}))}
    return found[0], metadata


def _metadata(classes: dict) -> dict:
    """The content of `classes.json` in the words of an exported file's metadata."""
    if not classes:
        return {}
    return {
        "labels": classes["classes"],
        "joints": classes["joints"],
        "bodies": classes["bodies"],
        "data": classes["data"],
        "units": _units(classes.get("reading")),
        "frame_rate": classes.get("frame_rate") or _FRAME_RATE,
        "reading": classes.get("reading"),
        **{key: classes[key] for key in ("background", "decision") if key in classes},
    }


def _units(reading: dict | None) -> str:
    """What a file says of the numbers that it is to be given."""
    if reading is not None and reading["layout"] is None:
        return "channels as they were recorded; a lost frame is zero"
    absent = "an absent body and a lost frame are zero"
    if reading is not None and reading["units"] not in METRES:
        return f"{reading['units'] or 'any unit'}, y up; {absent}"
    return f"metres in the camera's frame, y up; {absent}"
