"""Streams to judge a model by that is left running: clips as a camera would see them, no reset.

A stream is many clips on end, each with where it begins and ends. So what a model makes of a clip
can be compared with what it makes of it when nobody tells it that a new one begins.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from keras_drnn.skeletons.batches import Clips
from keras_drnn.skeletons.index import ClipIndex

#: A stream of clips ends with the clip by which it has so many frames, and another begins.
LONGEST = 3000


@dataclass(frozen=True)
class Segment:
    """Where a clip lies in a stream.

    Args:
        clip: Which of the chosen clips it is.
        begin: Its first frame.
        end: The frame behind its last one.
        label: Its class.
    """

    clip: int
    begin: int
    end: int
    label: int


@dataclass(frozen=True, eq=False)
class Stream:
    """Frames that follow each other, and the clips in them.

    Args:
        segments: The clips, in order of their beginnings. What lies between them has no label.
        length: Number of frames.
        read: Gives the joints, `(length, bodies, joints, axes)`.
    """

    segments: tuple[Segment, ...]
    length: int
    read: Callable[[], np.ndarray] = field(repr=False)

    def labels(self) -> np.ndarray:
        """The class at each frame, `(length,)` int; -1 where there is none."""
        labels = np.full(self.length, -1)
        for segment in self.segments:
            labels[segment.begin : segment.end] = segment.label
        return labels


def strung_together(
    clips: Clips,
    index: ClipIndex,
    chosen: np.ndarray,
    labels: np.ndarray,
    *,
    seed: int = 0,
    longest: int = LONGEST,
) -> list[Stream]:
    """The chosen clips of each subject, setup and camera, one after the other in a random order.

    Where nobody is named, the clips of all are in one order. The same clips and seed give the same
    streams.

    Args:
        clips: The clips.
        index: The facts of all clips, `ClipStore.index`.
        chosen: Numbers of the clips.
        labels: Class of each chosen clip.
        seed: Seed of the order.
        longest: A stream ends with the clip by which it has so many frames.

    Returns:
        Streams in which each chosen clip is once; `Segment.clip` is its position in `chosen`.
    """
    streams = []
    # The camera of another setup is at another place.
    whose = np.stack([each[chosen] for each in (index.subject, index.setup, index.camera)], axis=1)
    for number, who in enumerate(np.unique(whose, axis=0)):
        own = np.flatnonzero((whose == who).all(axis=1))
        order = np.random.default_rng([seed, number]).permutation(own)
        frames = index.frames[chosen[order]]
        # Which stream a clip is in: how often those before it have filled one.
        streams_before = _full_streams(frames, longest)
        for part in np.unique(streams_before):
            members = order[streams_before == part]
            streams.append(_strung(clips, chosen, members, labels, index.frames[chosen[members]]))
    return streams


def _full_streams(frames: np.ndarray, longest: int) -> np.ndarray:
    """For each clip, how many streams those before it have filled."""
    filled, total, before = 0, 0, []
    for count in frames:
        before.append(filled)
        total += int(count)
        if total >= longest:
            filled, total = filled + 1, 0
    return np.array(before)


def _strung(
    clips: Clips, chosen: np.ndarray, members: np.ndarray, labels: np.ndarray, frames: np.ndarray
) -> Stream:
    ends = np.cumsum(frames)
    segments = tuple(
        Segment(int(clip), int(end - count), int(end), int(labels[clip]))
        for clip, count, end in zip(members, frames, ends, strict=True)
    )

    def read() -> np.ndarray:
        return np.concatenate([clips[int(chosen[clip])].joints for clip in members])

    return Stream(segments, int(ends[-1]), read)
