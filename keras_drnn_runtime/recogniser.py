"""Recognises actions in a stream of frames with a `.tflite` file: events in place of scores."""

from pathlib import Path

import numpy as np

from keras_drnn_runtime.decision import Decision, Event, EventDetector
from keras_drnn_runtime.streaming import StreamingClassifier


class Recogniser:
    """Says which action begins and which ends, frame by frame.

    Args:
        source: A streaming `.tflite` file, or a `StreamingClassifier`, of which it opens a stream
            of its own: as many people as you like on the same weights.
        decision: How scores become events, by default as the file says, for which `drnn compare`,
            `train` and `tune` have chosen it on validation clips.

    Raises:
        ValueError: If the file is no streaming model, or there is no decision.

    Example:

    >>> recogniser = Recogniser("stream.tflite")
    >>> for frame in camera:
    ...     event = recogniser.step(frame)
    ...     if event and event.end is None:
    ...         print(f"{event.action} since {event.begin_seconds:.1f} s")
    """

    def __init__(
        self, source: str | Path | StreamingClassifier, *, decision: Decision | None = None
    ):
        opened = isinstance(source, StreamingClassifier)
        #: What computes the scores.
        self.classifier = source if opened else StreamingClassifier(source)
        metadata = self.classifier.metadata
        if decision is None:
            if not metadata.get("decision"):
                raise ValueError(
                    "Expected a file with a decision: temperature, smoothing and thresholds. "
                    "Export it anew, `drnn export MODEL FILE --streaming --root CLIPS` chooses "
                    "them on the validation clips, or give one yourself: "
                    f"Recogniser(..., decision=Decision()). Received: {source}, without one"
                )
            decision = Decision.of(metadata["decision"])
        self._nobody_is_zero = bool(metadata.get("masks_zero_frames"))
        self._stream = self.classifier.open_stream()
        self._detector = EventDetector(decision, self.classifier.labels, metadata.get("frame_rate"))

    @property
    def current(self) -> Event | None:
        """The event that lasts; `None` while there is nothing, or nothing yet."""
        return self._detector.current

    @property
    def probabilities(self) -> np.ndarray | None:
        """The smoothed probabilities of the classes; `None` before the first frame."""
        return self._detector.probabilities

    def step(self, frame: np.ndarray | None) -> Event | None:
        """Take one more frame.

        Args:
            frame: As `StreamingClassifier.step` takes it, `None` for a lost one. A frame in which
                nobody is, all zero or NaN, or that is lost, is one in which nothing happens: an
                action that lasts fades and ends, whatever the scores.

        Returns:
            An event that begins, `end` is `None`, or one that ends; `None` if there is none.

        Raises:
            ValueError: As `StreamingClassifier.step` does; the stream is then as it was before.
        """
        empty = frame is None or (self._nobody_is_zero and not np.nan_to_num(frame).any())
        if frame is None and not self._nobody_is_zero:
            return self._detector.step(None)
        scores = self._stream.step(frame)
        return self._detector.step(None if empty else scores)

    def finish(self) -> Event | None:
        """The event that lasts, if there is one, ended: the stream is over."""
        return self._detector.finish()

    def reset(self) -> None:
        """Forget all frames."""
        self._stream.reset()
        self._detector.reset()
