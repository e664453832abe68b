"""The same person at the same place of every frame, where a file has them in any order."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from keras_drnn.recordings.assignment import assign
from keras_drnn.recordings.recording import Recording

# Of the body's size, from corner to corner: a joint that is as far away is of someone else.
_NEAR = 0.5
# Seconds for which the place of someone who is gone is kept free as long as there are others.
_KEPT = 0.5
# Frames per second where nobody says it.
_USUAL_RATE = 30.0


def follow_people(
    recording: Recording,
    names: Sequence[Sequence[int | None]] | None = None,
    *,
    frame_rate: float | None = None,
) -> Recording:
    """Put each person at one place of all frames, by what was seen before.

    - A person goes to the place whose joints, as they were seen last, are nearest: by the mean
      distance of the joints that both have, as a share of the body's size, and so that all people
      of the frame together are nearest. From half of the size on nobody is near.
    - Where everybody has a name, names decide, and nearness has no say.
    - A person who belongs to no place gets the first one that is free; the place of someone who is
      gone for up to half a second, 15 frames at 30 a second, only if there is no other.

    There are as many places as people in the fullest frame. Where a person goes depends on the
    frame and on earlier ones alone.

    Args:
        recording: The recording, of joints, with people in the order of the file.
        names: The number that the file has for each of the people of each frame, or `None`.
        frame_rate: Frames per second, where the recording does not say it; 30 by default.
    """
    if recording.values.shape[1] == 1:
        return recording
    names = names if names and _all_different(names) else None
    rate = recording.frame_rate or frame_rate or _USUAL_RATE
    places = _Places(recording.values.shape[1:], kept=round(_KEPT * rate))
    values = np.full_like(recording.values, np.nan)
    confidence = None if recording.confidence is None else np.zeros_like(recording.confidence)
    seen = np.logical_not(np.isnan(recording.values).all(axis=(-2, -1)))
    sizes = _sizes(recording.values)
    for t, frame in enumerate(recording.values):
        there = np.flatnonzero(seen[t])
        called = None if names is None else [names[t][person] for person in there.tolist()]
        chosen = places.choose(frame[there], sizes[t, there], called)
        values[t, chosen] = frame[there]
        if confidence is not None and recording.confidence is not None:
            confidence[t, chosen] = recording.confidence[t, there]
    return replace(recording, values=values, confidence=confidence)


def _all_different(names: Sequence[Sequence[int | None]]) -> bool:
    """Whether everybody has a name, and nobody in a frame the name of another."""
    return all(None not in frame and len(set(frame)) == len(frame) for frame in names)


class _Places:
    """Who has been seen last at each place, where, how large and how long ago."""

    def __init__(self, shape: tuple[int, ...], kept: int):
        self._joints = np.full(shape, np.nan, np.float32)
        self._sizes = np.zeros(shape[0], np.float32)
        self._names: list[int | None] = [None] * shape[0]
        self._kept = kept  # frames for which a place is
        self._gone = np.full(shape[0], kept + 1)  # frames since somebody was there

    def choose(
        self, people: np.ndarray, sizes: np.ndarray, names: list[int | None] | None
    ) -> list[int]:
        """The place of each of the people of the next frame, `(people, joints, axes)`."""
        known = self._nearest(people, sizes) if names is None else self._named(names)
        free = [place for place in range(len(self._gone)) if place not in known]
        free.sort(key=lambda place: -min(self._gone[place], self._kept + 1))
        self._gone += 1
        chosen = []
        for number, (person, place) in enumerate(zip(people, known, strict=True)):
            if place is None:
                place = free.pop(0)
                self._joints[place], self._sizes[place] = person, sizes[number]
            else:
                np.copyto(self._joints[place], person, where=~np.isnan(person))
                self._sizes[place] = max(self._sizes[place], sizes[number])
            self._names[place] = None if names is None else names[number]
            self._gone[place] = 0
            chosen.append(place)
        return chosen

    def _named(self, names: list[int | None]) -> list[int | None]:
        return [self._names.index(name) if name in self._names else None for name in names]

    def _nearest(self, people: np.ndarray, sizes: np.ndarray) -> list[int | None]:
        apart = people[:, None] - self._joints
        away = np.sqrt((apart * apart).sum(axis=-1))
        both = np.logical_not(np.isnan(away)).sum(axis=-1)
        mean = np.nansum(away, axis=-1) / np.maximum(both, 1)
        size = np.maximum(sizes[:, None], self._sizes)
        near = (both > 0) & (mean < _NEAR * size)
        share = np.where(near, mean / np.where(size > 0, size, 1), _NEAR)
        known: list[int | None] = [None] * len(people)
        rows = np.flatnonzero(near.any(axis=1))
        for row, place in zip(rows, assign(share[rows]), strict=True):
            known[row] = int(place) if near[row, place] else None
        return known


def _sizes(bodies: np.ndarray) -> np.ndarray:
    """From corner to corner of what is seen of each of `(..., joints, axes)`."""
    corners = np.fmax.reduce(bodies, axis=-2) - np.fmin.reduce(bodies, axis=-2)
    return np.sqrt(np.nansum(corners * corners, axis=-1))
