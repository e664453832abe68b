"""What a trained model reaches on the test clips, and at what cost."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from keras_drnn.experiments.data import Data
from keras_drnn.experiments.decisions import choose_decision, decided
from keras_drnn.experiments.evaluation import (
    FRACTIONS,
    accuracy_of_beginnings,
    clip_scores,
    latency_milliseconds,
)
from keras_drnn.experiments.examples import choose_examples
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.stream_scores import clips_of, stream_scores, streams_of
from keras_drnn.experiments.training import evaluation_interval
from keras_drnn.reporting.examples import Example
from keras_drnn.reporting.metrics import (
    ClipScores,
    accuracy_by_fraction,
    confusion_matrix,
    sequence_accuracy,
    summarise,
)
from keras_drnn.reporting.stream_metrics import summarise_stream
from keras_drnn.reporting.when_it_knows import when_it_knows
from keras_drnn_runtime.decision import Decision


def measure(
    model: keras.Model, recipe: Recipe, data: Data, history: Sequence[Mapping[str, float]]
) -> tuple[dict[str, float | None], dict[str, np.ndarray], Decision | None, list[Example]]:
    """Measure a trained model: on clips, and left running where it can be.

    Args:
        model: The model.
        recipe: Its recipe.
        data: The data.
        history: The evaluations of its training.

    Returns:
        The content of `metrics.json`, the arrays of `outcome.npz`, how the model's scores become
        events, if it can be left running, and some clips with what it says of them.
    """
    test = data.split.test
    labels = data.split.labels[test]
    scores = clip_scores(model, data.clips, test, labels)
    if recipe.bidirectional:
        fractions = accuracy_of_beginnings(model, data.clips, test, labels)
    else:
        fractions = np.array(accuracy_by_fraction(scores, FRACTIONS.tolist()))
    decision, of_streams = (None, {}) if recipe.bidirectional else _of_streams(model, data)
    last = history[-1]
    metrics = {
        "parameters": model.count_params(),
        **_measured(scores, "test"),
        **_of_subsets(scores, data),
        **of_streams,
        **{key: value for key, value in last.items() if key.startswith("validation/")},
        "trained_steps": last["step"],
        "train_seconds": last["seconds"],
        "step_milliseconds": _step_milliseconds(history, evaluation_interval(recipe.steps)),
        "latency_milliseconds": latency_milliseconds(model, _typical_clip(data)),
    }
    outcome = {
        "confusion": confusion_matrix(scores),
        "fractions": FRACTIONS,
        "accuracy_by_fraction": fractions,
        **({} if recipe.bidirectional else _when(scores)),
    }
    return metrics, outcome, decision, choose_examples(scores, data)


def _when(scores: Sequence[ClipScores]) -> dict[str, np.ndarray]:
    """When the model knew each test clip, as `outcome.npz` has it."""
    known = when_it_knows(scores)
    return {
        "clip_labels": known.labels.astype("int32"),
        "clip_frames": known.frames.astype("int32"),
        "first_right": known.first_right.astype("float32"),
        "settled": known.settled.astype("float32"),
    }


def _of_subsets(scores: list[ClipScores], data: Data) -> dict[str, float]:
    accuracies: dict[str, float] = {}
    for name, chosen in data.subsets.items():
        accuracies |= _measured([scores[i] for i in np.flatnonzero(chosen)], name)
    return accuracies


def _of_streams(model: keras.Model, data: Data) -> tuple[Decision, dict[str, float | None]]:
    """What the model makes of the test clips one after the other, without a reset.

    The decision is chosen on the validation clips alone.
    """
    validation, test = (streams_of(data, part) for part in (data.split.validation, data.split.test))
    # In one call, so that little is compiled.
    said = stream_scores(model, [*validation, *test])
    tested, rate = said[len(validation) :], data.data_set.frame_rate
    decision = choose_decision(said[: len(validation)], data.background, rate)
    scores = clips_of(tested)
    reached = summarise_stream(scores, "stream", rate) | decided(tested, decision, rate)
    watched = clips_of(said[: len(validation)])
    reached["validation/stream_sequence_accuracy"] = sequence_accuracy(watched)
    for name, chosen in data.subsets.items():
        part = [scores[i] for i in np.flatnonzero(chosen)]
        reached |= summarise_stream(part, f"stream/{name}", rate)
    return decision, reached


def _measured(scores: list[ClipScores], name: str) -> dict[str, float]:
    """All accuracies of some clips, and over how many clips and frames they are."""
    frames = sum(int(np.count_nonzero(clip.valid)) for clip in scores)
    return {**summarise(scores, name), f"{name}/clips": len(scores), f"{name}/frames": frames}


def _step_milliseconds(history: Sequence[Mapping[str, float]], every: int) -> float:
    seconds = np.diff([0.0] + [entry["seconds"] for entry in history])
    # The first interval compiles; it counts only where there is no other.
    return 1e3 * float(np.median(seconds[1:] if len(seconds) > 1 else seconds)) / every


def _typical_clip(data: Data) -> np.ndarray:
    """The test clip of median length."""
    frames = data.clips.index.frames[data.split.test]
    middle = np.argsort(frames, kind="stable")[len(frames) // 2]
    return data.clips[int(data.split.test[middle])].joints
