"""A `.tflite` file that reads one frame at a time, with signatures that skip what is not due."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.export.check import Comparison, ExportError, compare, worst_of
from keras_drnn.export.conversion import Content, convert
from keras_drnn.export.costs import arena_bytes, multiply_adds
from keras_drnn.export.file import Check
from keras_drnn.export.quantize import FORMS
from keras_drnn.export.report import latencies
from keras_drnn.export.stream_file import StreamFile
from keras_drnn_runtime.names import CLOCK, FRAME, SCORES, START, STEP
from keras_drnn_runtime.streaming import StreamingClassifier

if TYPE_CHECKING:
    import keras

    from keras_drnn.export.walk import Delayed, Due


class LiteRTStream(StreamFile):
    """See `StreamFile`."""

    forms = FORMS

    def __init__(self, model: "keras.Model", skipping: bool):
        super().__init__(model)
        try:
            self._due_sets = self.streaming.due_sets() if skipping else {}
        except ValueError as error:
            raise ExportError(str(error)) from error
        self.signatures = (STEP, START, *self._due_sets)
        #: What the converting process needs to know.
        self.job: dict[str, Any] = {"streaming": True, "due_sets": self._due_sets}

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        layout = self.streaming.layout
        return convert(self.model, converted, metadata, form, representative, self.job, layout)

    def check(self, converted: Path, clips: list[np.ndarray]) -> Check:
        skips, computes_all = (StreamingClassifier(converted, skipping=s) for s in (True, False))
        score = self.score_of(skips)
        comparison = worst_of(
            self.compare(score, clips), self.compare(self.score_of(computes_all), clips)
        )
        frames = np.concatenate(clips)
        signatures = compare_signatures(skips, self.clocks, self._due_sets, frames)
        costs = {
            **latencies(skips.step, list(frames)),
            "arena_bytes": arena_bytes(converted),
            **multiply_adds(self.model, skipping=bool(self._due_sets)),
        }
        return Check(comparison, signatures, score, costs)


def compare_signatures(
    classifier: StreamingClassifier,
    clocks: "Sequence[tuple[Delayed, int]]",
    due_sets: "dict[str, Due]",
    frames: np.ndarray,
) -> list[Comparison]:
    """Each signature that skips beside `step`, from a state of a stream with its groups due.

    No stream of a limited length meets every set of due groups.

    Args:
        classifier: The file.
        clocks: Each delayed cell, and the column of `clock` from which on its own stands.
        due_sets: Which groups are due, by the name of the signature.
        frames: Of which the stream is made.
    """
    stream = classifier.open_stream()
    frames = frames[frames.reshape(len(frames), -1).any(axis=1)][:50].astype("float32")
    if not len(frames):
        return []
    for frame in frames:
        stream.step(frame)
    names = [SCORES, *stream.state]
    comparisons = []
    for name, due in due_sets.items():
        clock = stream.state[CLOCK].copy()
        for (cell, begin), groups in zip(clocks, due, strict=True):
            clock[0, begin : begin + len(groups)] = _clock(cell, groups)
        inputs = {**stream.state, CLOCK: clock, FRAME: frames[-1:]}
        every, some = (classifier.signatures[each](inputs) for each in (STEP, name))
        comparisons.append(compare([every[n] for n in names], [some[n] for n in names]))
    return comparisons


def _clock(cell: "Delayed", due: Sequence[bool]) -> np.ndarray:
    """A clock at which exactly these groups are due."""
    groups = zip(cell.firsts, cell.delays, due, strict=True)
    return np.array([first if now else (first + 1) % delay for first, delay, now in groups])
