"""The record of a run: `run.json` says what it is and how it ended, whatever happens meanwhile."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.system.atomic_writes import write_json

EXPORT_TOLERANCE = 1e-4


def record_run(
    folder: Path,
    *,
    model: str,
    protocol: str,
    seed: int,
    params: Mapping[str, Any],
    train: Callable[[], dict[str, Any]],
    check_inputs: Callable[[], Sequence[np.ndarray]],
    on_evaluation: Callable[[], object],
) -> None:
    """Train and export a model, and record it in its folder.

    What is left: `run.json`, what `train` leaves, `model.tflite` and `metrics.json`. A run that is
    finished is left as it is. An error of the training or the export ends neither the process nor
    the other runs: it is in `run.json`.

    Args:
        folder: The run's folder.
        model: Name of the model.
        protocol: Name of the protocol that says which clips train and which test.
        seed: Seed of everything random.
        params: What decides the model and its training.
        train: Trains, leaves `model.keras` and gives the metrics.
        check_inputs: Gives sequences on which the export is compared with Keras.
        on_evaluation: Called when the folder has something new.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if _is_done(folder):
        return
    record = {"model": model, "protocol": protocol, "seed": seed, "status": "running"}
    record |= {"params": dict(params), "error": None, "export_error": None}
    write_json(folder / "run.json", record)
    try:
        metrics = train()
    except Exception as error:
        record |= {"status": "failed", "error": _in_words(error)}
    else:
        try:
            metrics |= _export(folder, check_inputs())
        # What was trained and measured stands, whatever becomes of the file.
        except Exception as error:
            record |= {"export_error": _in_words(error)}
        write_json(folder / "metrics.json", metrics)
        record |= {"status": "finished"}
    write_json(folder / "run.json", record)
    on_evaluation()


def _is_done(folder: Path) -> bool:
    if not (folder / "run.json").exists():
        return False
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return record["status"] == "finished" and record["export_error"] is None


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _export(folder: Path, check_inputs: Sequence[np.ndarray]) -> dict[str, float]:
    from keras_drnn.experiments.sources import describe_model
    from keras_drnn.export import export_litert

    model = folder / "model.keras"
    report = export_litert(
        model,
        folder / "model.tflite",
        check_inputs=check_inputs,
        tolerance=EXPORT_TOLERANCE,
        metadata={"source": folder.name, **describe_model(model)},
    )
    return {
        "litert_bytes": report.bytes,
        "litert_max_difference": report.largest_difference,
        "litert_latency_milliseconds": report.latency_milliseconds,
    }
