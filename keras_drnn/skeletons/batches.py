"""Clips of different lengths as arrays of one shape: batches for training, and for testing.

Plain NumPy, so it serves every backend; right-padded with zeros, which the models mask.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from keras_drnn.skeletons.augmentation import Augmentation, stretch
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout


class Clips(Protocol):
    """Anything that gives clips by number: a list, or a `ClipStore`."""

    def __getitem__(self, index: int, /) -> Clip: ...
    def __len__(self) -> int: ...


def pad(joints: Sequence[np.ndarray], length: int) -> np.ndarray:
    """Stack clips, `(frames, bodies, joints, 3)` each, into one array of `length` frames.

    Args:
        joints: The clips' joints; none longer than `length`.
        length: Frames of the result.

    Returns:
        `(clips, length, bodies, joints, 3)` float32, zero behind each clip's end.

    Example:

    >>> pad([np.ones((3, 1, 20, 3)), np.ones((5, 1, 20, 3))], 8).shape
    (2, 8, 1, 20, 3)
    """
    batch = np.zeros((len(joints), length, *joints[0].shape[1:]), "float32")
    for row, clip in zip(batch, joints, strict=True):
        row[: len(clip)] = clip
    return batch


def clip_batches(
    clips: Clips,
    chosen: np.ndarray,
    labels: np.ndarray,
    *,
    layout: JointLayout | None,
    batch_size: int,
    frames: int,
    seed: int,
    augmentation: Augmentation,
    first_step: int = 0,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches for training; a batch depends on `seed` and its number alone.

    So batches from `first_step=n` on are exactly those that follow the first `n`: an interrupted
    training resumes as if nothing had happened.

    Args:
        clips: The clips.
        chosen: Numbers of the clips to draw from.
        labels: Class of each chosen clip, from 0 up.
        layout: What the joints are; `None` for channels.
        batch_size: Clips in a batch.
        frames: Length of a batch. A longer clip gives a random stretch of this length.
        seed: Seed of the order, the stretches and the augmentation.
        augmentation: What to vary.
        first_step: Number of the first batch.

    Yields:
        `(batch_size, frames, bodies, joints, 3)` joints in metres and `(batch_size, frames)` int
        labels: the clip's class at every frame, -1 at padding and at frames without a body.

    Example:

    >>> batches = clip_batches(store, train, classes, layout=KINECT_V2, batch_size=60, frames=64,
    ...                        seed=0, augmentation=Augmentation(rotation=1.0))
    >>> joints, labels = next(batches)
    """
    count, epoch, order = len(chosen), -1, np.arange(0)
    step = first_step
    while True:
        rng = np.random.default_rng([seed, 1, step])
        rows, row_labels = [], []
        for drawn in range(step * batch_size, (step + 1) * batch_size):
            if drawn // count != epoch:
                epoch = drawn // count
                order = np.random.default_rng([seed, 0, epoch]).permutation(count)
            which = order[drawn % count]
            clip = clips[int(chosen[which])]
            rows.append(stretch(clip, frames, augmentation.speed, rng))
            row_labels.append(labels[which])
        batch = augmentation(pad(rows, frames), layout, rng)
        seen = batch.any(axis=(2, 3, 4))
        yield batch, np.where(seen, np.array(row_labels, "int32")[:, None], np.int32(-1))
        step += 1


def channel_moments(clips: Clips, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel, over all frames of some clips that are not all zero.

    Args:
        clips: The clips, of channels: `(frames, 1, channels, 1)`.
        chosen: Numbers of the clips.

    Returns:
        Two arrays `(channels,)`; the variance of a channel that never changes is 1.
    """
    frames = np.concatenate([clips[int(i)].joints[:, 0, :, 0] for i in chosen]).astype("float64")
    frames = frames[frames.any(axis=1)]
    variance = frames.var(axis=0)
    return frames.mean(axis=0), np.where(variance > 0, variance, 1.0)


def whole_clip_batches(
    clips: Clips, chosen: np.ndarray, *, batch_size: int, multiple: int = 32
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Whole clips in batches of similar length, each clip once.

    Args:
        clips: The clips.
        chosen: Numbers of the clips to give.
        batch_size: Clips in a batch. The last batch is filled up with empty clips, so that there
            are few different shapes to compile.
        multiple: Batches are padded to a multiple of this many frames.

    Yields:
        Positions in `chosen` of the clips of this batch, `(n,)`, and their joints,
        `(batch_size, frames, bodies, joints, 3)`; rows from `n` up are empty.

    Example:

    >>> for rows, joints in whole_clip_batches(store, test, batch_size=64):
    ...     scores[rows] = model.predict_on_batch(joints)[: len(rows)]
    """
    lengths = np.array([len(clips[int(i)].joints) for i in chosen])
    by_length = np.argsort(lengths, kind="stable")
    for start in range(0, len(chosen), batch_size):
        rows = by_length[start : start + batch_size]
        longest = int(lengths[rows].max())
        joints = [clips[int(chosen[row])].joints for row in rows]
        joints += [joints[0][:0]] * (batch_size - len(rows))
        yield rows, pad(joints, -(-longest // multiple) * multiple)
