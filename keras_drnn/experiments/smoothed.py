"""The events of a whole stream at once: what `EventDetector` gives frame by frame, quickly."""

import numpy as np

from keras_drnn.experiments.stream_scores import StreamScores
from keras_drnn_runtime.decision import NOTHING, Decision

_STRETCH = 256  # frames in which the end of an event is looked for at once


class Smoothed:
    """What a model said about a stream, as smoothed probabilities.

    Args:
        scores: What it said.
        decision: Temperature, smoothing, and the classes that mean nothing.
    """

    def __init__(self, scores: StreamScores, decision: Decision) -> None:
        self.scores = scores
        likely = decision.probabilities(scores.log_probabilities)
        likely[~scores.valid] = 0.0
        now = np.zeros(likely.shape[1])
        for row in likely:
            now += (row - now) / decision.smoothing
            row[:] = now
        background = list(decision.background)
        self._nothing = likely[:, background].sum(axis=1)
        likely[:, background] = 0.0
        self._actions = likely
        self._likeliest, self._highest = likely.argmax(axis=1), likely.max(axis=1)

    def events(self, enter: float, leave: float) -> list[tuple[int, int, int]]:
        """Class, first frame, and the frame behind the last one, of each event.

        Args:
            enter: Smoothed probability at which an action begins.
            leave: Smoothed probability below which it ends.
        """
        nothing = (self._highest < leave) | (self._highest <= self._nothing)
        best = np.where(nothing, NOTHING, self._likeliest)
        sure = np.where(nothing, self._nothing, self._highest) >= enter
        changes = np.flatnonzero(np.diff(best, prepend=NOTHING - 1))
        begins = np.flatnonzero(sure & ~nothing)
        events, frame = [], 0
        while (at := np.searchsorted(begins, frame)) < len(begins):
            entered = int(begins[at])
            label = int(best[entered])
            since = int(changes[np.searchsorted(changes, entered, side="right") - 1])
            frame, until = self._end(entered, label, leave, best, sure)
            events.append((label, since, until))
        return events

    def _end(
        self, entered: int, label: int, leave: float, best: np.ndarray, sure: np.ndarray
    ) -> tuple[int, int]:
        """The first frame at which another event can begin, and the end of the one that lasts."""
        until = entered + 1
        for start in range(entered + 1, len(best), _STRETCH):
            part = slice(start, start + _STRETCH)
            own = best[part] == label
            over = ~own & (sure[part] | (self._actions[part, label] < leave))
            lasts = int(over.argmax()) if over.any() else len(over)
            held = np.flatnonzero(own[:lasts])
            if held.size:
                until = start + int(held[-1]) + 1
            if lasts < len(over):
                return start + lasts + 1, until
        return len(best), until
