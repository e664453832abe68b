"""What an export came to."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from keras_drnn.log_softmax import log_softmax


@dataclass(frozen=True)
class ExportReport:
    """What an export came to.

    Args:
        path: The file.
        form: `"float32"`, `"float16"`, `"dynamic"` or `"int8"`.
        bytes: Its size.
        operators: Names of the operators in it, sorted.
        signatures: Names of its signatures.
        largest_difference: Largest absolute difference between its outputs and Keras'.
        largest_output: Largest absolute output of Keras, to read the difference by: float32 keeps
            about seven digits.
        top1_agreement: Share of frames at which both rank the same class first.
        checked_frames: Number of frames that were compared.
        latency_milliseconds: Median time, one thread: for the middle one of the clips that were
            checked, or for a frame where the file reads one frame at a time.
        latency_p95_milliseconds: The time that 95 of 100 runs keep to.
        latency_mean_milliseconds: The mean.
        arena_bytes: Memory that LiteRT lays out for tensors that are not weights, or `None`.
        multiply_adds: Multiplications by weights for a frame: the mean.
        multiply_adds_worst: The same, for a frame at which every group is due.
        accuracy_before: Sequence accuracy of the Keras model on the validation clips, or `None`.
        accuracy_after: The file's.
        stream_accuracy_before: Of a stream: sequence accuracy of the Keras model left running over
            the validation clips on end, without a reset, or `None`.
        stream_accuracy_after: The file's.
        segment_f1_before: Segment F1, at an overlap of 0.25, of the events that the model's scores
            come to, or `None`.
        segment_f1_after: The file's.
        false_alarms_per_hour_before: Events in background per hour of it, where a class means
            background, or `None`.
        false_alarms_per_hour_after: The file's.
        batch_size: How many clips the file reads at once; latency and memory are for all of them.
        least_runtime: The least version of the LiteRT (TFLite) runtime that has all operators, or
            the set of operators that an ONNX file is written for.
        score_bound: The size that no score ever exceeds, by `keras_drnn.score_bound`, or `None`.
        unbounded: Why there is no such bound, and what to do, or `None`.
    """

    path: Path
    form: str
    bytes: int
    operators: tuple[str, ...]
    signatures: tuple[str, ...]
    largest_difference: float
    largest_output: float
    top1_agreement: float
    checked_frames: int
    latency_milliseconds: float
    latency_p95_milliseconds: float
    latency_mean_milliseconds: float
    multiply_adds: float
    multiply_adds_worst: int
    arena_bytes: int | None = None
    accuracy_before: float | None = None
    accuracy_after: float | None = None
    stream_accuracy_before: float | None = None
    stream_accuracy_after: float | None = None
    segment_f1_before: float | None = None
    segment_f1_after: float | None = None
    false_alarms_per_hour_before: float | None = None
    false_alarms_per_hour_after: float | None = None
    batch_size: int = 1
    least_runtime: str = "unknown"
    score_bound: float | None = None
    unbounded: str | None = None

    def as_dict(self) -> dict:
        """The same as JSON can hold it."""
        return {**asdict(self), "path": str(self.path)}


def latencies(run: Callable, inputs: Sequence) -> dict[str, Any]:
    """Median, 95th percentile and mean time of `run` for each of `inputs`, in milliseconds."""
    times = []
    for each in inputs:
        begin = perf_counter()
        run(each)
        times.append(1e3 * (perf_counter() - begin))
    return {
        "latency_milliseconds": float(np.median(times)),
        "latency_p95_milliseconds": float(np.percentile(times, 95)),
        "latency_mean_milliseconds": float(np.mean(times)),
    }


def sequence_accuracy(score: Callable, clips: Sequence[tuple[np.ndarray, int]]) -> float:
    """Share of clips whose class has the largest sum of log-probabilities over the frames.

    Args:
        score: From a clip `(frames, ...)` to logits, `(frames, classes)` or `(classes,)`.
        clips: Pairs of a clip and the number of its class.
    """
    right = 0
    for clip, label in clips:
        log_probabilities = log_softmax(np.atleast_2d(score(clip)))
        if len(log_probabilities) == len(clip):  # frames without anybody say nothing
            log_probabilities = log_probabilities[clip.reshape(len(clip), -1).any(axis=1)]
        right += int(log_probabilities.sum(axis=0).argmax() == label)
    return right / len(clips)
