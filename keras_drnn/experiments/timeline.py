"""When what happens in recordings on disk, as a trained model says it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keras_drnn.data_sets.data_set import BACKGROUND
from keras_drnn.data_sets.recipe import KINECT_RATE
from keras_drnn.experiments.scored import describe_file, scored
from keras_drnn_runtime import Decision, Event, EventDetector


@dataclass(frozen=True)
class Timeline:
    """The events of a recording.

    Args:
        path: The file.
        events: They, in their order, every one with its end.
        error: Why there are none, or `None`.
        remark: What of the recording was not used, or `None`.
    """

    path: Path
    events: tuple[Event, ...] = ()
    error: str | None = None
    remark: str | None = None


def timeline(model_path: Path, recordings_path: Path) -> Iterator[Timeline]:
    """Say what happens when, in a recording or in every one of a folder.

    Args:
        model_path: A `.keras` or `.tflite` file of a run.
        recordings_path: As for `predict`.

    Yields:
        The events of each recording, in order of the files' names; a faulty one has an `error`.

    Raises:
        ValueError: If the model or the recordings are of an unknown kind, or there are none.
    """
    detector = detector_of(describe_file(model_path)) if model_path.is_file() else None
    for each in scored(model_path, recordings_path):
        assert detector is not None  # of a file that is not there nothing is scored
        detector.reset()
        told = [
            detector.step(scores if seen else None)
            for scores, seen in zip(each.scores, each.seen, strict=True)
        ]
        events = [event for event in (*told, detector.finish()) if event and event.end is not None]
        yield Timeline(each.path, tuple(events), each.error, each.remark)


def detector_of(description: dict) -> EventDetector:
    """What makes events of a model's scores; without a decision of its own, by one for any.

    Args:
        description: What is known of the model, as `describe_file` gives it.
    """
    labels = description.get("labels")
    if description.get("decision"):
        decision = Decision.of(description["decision"])
    else:
        background = description.get("background")
        if background is None:  # of a model that was trained before files said so
            background = [number for number, name in enumerate(labels or ()) if name == BACKGROUND]
        # As long as that of any decision at 30 frames a second.
        smoothing = Decision().smoothing * (description.get("frame_rate") or KINECT_RATE)
        smoothing = max(1.0, smoothing / KINECT_RATE)
        decision = Decision(smoothing=smoothing, background=tuple(background))
    return EventDetector(decision, labels, description.get("frame_rate"))


def event_as_json(event: Event) -> dict[str, Any]:
    """An event as `--json` has it: `action`, `begin`, `end`, both in seconds, and `certainty`.

    Args:
        event: The event.
    """
    said = asdict(event) | {"certainty": round(event.certainty, 4)}
    del said["number"]
    return said
