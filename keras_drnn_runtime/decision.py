"""From scores to events: which action begins when, when it ends, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# What no class's number is: nothing happens, or nothing is known yet.
NOTHING = -1


@dataclass(frozen=True)
class Decision:
    """How scores become events.

    Scores are divided by the temperature and made probabilities by a softmax. The probabilities
    are smoothed: with each frame they go `1 / smoothing` of the way to those of the frame, from
    zeros before the first one. An action begins when it is the likeliest and its smoothed
    probability reaches `enter`; it ends when that falls below `leave`, or another one, or nothing,
    reaches `enter` in its place.

    Args:
        temperature: Above 1 makes the probabilities less sure, below 1 surer.
        smoothing: Frames that are averaged over, 1 for none.
        enter: Smoothed probability at which an action begins, in (0, 1].
        leave: Smoothed probability below which it ends, above 0 and at most `enter`.
        background: Numbers of the classes that mean that nothing happens.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> Decision(temperature=1.5, smoothing=12.0, enter=0.7, leave=0.4)
    Decision(temperature=1.5, smoothing=12.0, enter=0.7, leave=0.4, background=())
    """

    temperature: float = 1.0
    smoothing: float = 8.0
    enter: float = 0.6
    leave: float = 0.3
    background: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (0 < self.temperature < np.inf and 1 <= self.smoothing < np.inf):
            raise ValueError(
                "A decision takes a temperature above 0 and a smoothing of 1 frame or more. "
                f"Received: temperature={self.temperature}, smoothing={self.smoothing}"
            )
        if not 0 < self.leave <= self.enter <= 1:
            raise ValueError(
                "A decision takes thresholds above 0 and at most 1, `leave` no higher than "
                f"`enter`. Received: enter={self.enter}, leave={self.leave}"
            )

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Decision":
        """A decision as a file's metadata have it.

        Args:
            said: Numbers by field; what else is there is for other readers.
        """
        names = ("temperature", "smoothing", "enter", "leave")
        return cls(
            **{name: float(said[name]) for name in names},
            background=tuple(int(number) for number in said.get("background", ())),
        )

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of the classes at each frame, not smoothed.

        Args:
            scores: `(..., classes)` logits.

        Returns:
            `(..., classes)` float64; zero for all classes where a score is not finite.
        """
        with np.errstate(invalid="ignore", over="ignore"):
            logits = np.asarray(scores, "float64") / self.temperature
            logits = logits - logits.max(axis=-1, keepdims=True)
            likely = np.exp(logits)
            likely = likely / likely.sum(axis=-1, keepdims=True)
        return np.where(np.isfinite(likely).all(axis=-1, keepdims=True), likely, 0.0)


@dataclass(frozen=True)
class Event:
    """An action that has begun, or has ended.

    Args:
        action: Name of the class, or its number where names are not known.
        number: Number of the class.
        begin: Its first frame, counted from 0: where its smoothed probability rose above `leave`
            and was the highest, which is some frames before it was sure enough to be told.
        end: The frame behind its last one; `None` while it lasts.
        begin_seconds: `begin` in seconds, `None` where the frame rate is not known.
        end_seconds: `end` in seconds, likewise.
        certainty: The highest smoothed probability that it has had.
    """

    action: str
    number: int
    begin: int
    end: int | None
    begin_seconds: float | None
    end_seconds: float | None
    certainty: float


class EventDetector:
    """Turns the scores of a stream, frame by frame, into events.

    Args:
        decision: How.
        labels: Names of the classes.
        frame_rate: Frames per second, for the seconds of events.

    Example:

    >>> detector = EventDetector(Decision(smoothing=1.0, enter=0.8), ["sit", "wave"])
    >>> scores = [[0, 0], [0, 4], [0, 4], [4, 0]]
    >>> [event and (event.action, event.end) for event in map(detector.step, scores)]
    [None, ('wave', None), None, ('wave', 3)]
    """

    def __init__(
        self,
        decision: Decision,
        labels: Sequence[str] | None = None,
        frame_rate: float | None = None,
    ):
        self.decision = decision
        self.labels = labels
        self.frame_rate = frame_rate
        self.reset()

    def reset(self) -> None:
        """Forget all frames."""
        #: Frames so far.
        self.frames = 0
        #: The event that lasts, or `None`: nothing, or nothing yet.
        self.current: Event | None = None
        #: Smoothed probabilities of the classes; their sum is below 1 after frames without anybody.
        self.probabilities: np.ndarray | None = None
        self._likeliest, self._since, self._until = NOTHING, 0, 0

    def step(self, scores: np.ndarray | Sequence[float] | None) -> Event | None:
        """Take the scores of one more frame.

        Args:
            scores: `(classes,)` logits; `None` for a frame without anybody, in which nothing
                happens.

        Returns:
            An event that begins with this frame, or ends with it; `None` if there is none. It is
            never two: where one action takes the place of another, the first ends with one frame
            and the second begins with the next.
        """
        decision, frame = self.decision, self.frames
        self.frames += 1
        likely = 0.0 if scores is None else decision.probabilities(np.asarray(scores))
        before = self.probabilities
        if before is None:
            if scores is None:
                return None
            before = np.zeros_like(likely)
        self.probabilities = before + (likely - before) / decision.smoothing
        actions, nothing = self._actions_and_nothing(self.probabilities)
        best = int(actions.argmax())
        highest = float(actions[best])
        if highest < decision.leave or highest <= nothing:
            best, highest = NOTHING, nothing
        if best != self._likeliest:
            self._likeliest, self._since = best, frame
        if self.current is None:
            return self._begin(best, highest)
        own = float(actions[self.current.number])
        if best == self.current.number:
            self._until = frame + 1
            self.current = replace(self.current, certainty=max(own, self.current.certainty))
        elif own < decision.leave or highest >= decision.enter:
            return self._end(self._until)
        return None

    def finish(self) -> Event | None:
        """The event that lasts, if there is one, ended: the stream is over."""
        return None if self.current is None else self._end(self._until)

    def _actions_and_nothing(self, probabilities: np.ndarray) -> tuple[np.ndarray, float]:
        background = list(self.decision.background)
        if not background:
            return probabilities, 0.0
        actions = probabilities.copy()
        actions[background] = 0.0
        return actions, float(probabilities[background].sum())

    def _begin(self, best: int, highest: float) -> Event | None:
        if best == NOTHING or highest < self.decision.enter:
            return None
        name = str(best) if self.labels is None else self.labels[best]
        begin, self._until = self._since, self.frames
        seconds = self._seconds(begin)
        self.current = Event(name, best, begin, None, seconds, None, highest)
        return self.current

    def _end(self, end: int) -> Event:
        assert self.current is not None
        event = replace(self.current, end=end, end_seconds=self._seconds(end))
        self.current = None
        return event

    def _seconds(self, frame: int) -> float | None:
        return frame / self.frame_rate if self.frame_rate else None
