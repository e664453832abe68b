"""Training batches of streams: clips strung together as a camera that never stops would see them.

Plain NumPy, so it serves every backend.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.augmentation import Augmentation, interpolate, moments_of_stretch
from keras_drnn.skeletons.batches import Clips
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout

ONE_PERSON = 0.7  # share of the streams in which all clips are of one person
CUT_OFF = 0.5  # share of the streams that begin in the midst of a clip


def stream_batches(
    clips: Clips,
    chosen: np.ndarray,
    labels: np.ndarray,
    *,
    layout: JointLayout | None,
    batch_size: int,
    frames: int,
    seed: int,
    augmentation: Augmentation,
    pause: float,
    longest_pause: int,
    shortest: int,
    first_step: int = 0,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches of streams; a batch depends on `seed` and its number alone.

    A stream is made of random clips of one camera, in most streams of one person too, each varied
    on its own, so that a batch has as many bodies as it can. Half of the streams begin with a clip
    that is cut off at its start, at a random frame; the last clip ends where the stream does.
    Between two clips there is now and then a pause: in half of the pauses nobody is there, in the
    others the last pose of the clip is held.

    Args:
        clips: The clips.
        chosen: Numbers of the clips to draw from.
        labels: Class of each chosen clip, from 0 up.
        layout: What the joints are; `None` for channels.
        batch_size: Streams in a batch.
        frames: Length of a stream. A longer clip gives a random stretch of this length.
        seed: Seed of everything random.
        augmentation: What to vary.
        pause: Probability of a pause between two clips.
        longest_pause: Frames of a pause, at most; they are 1 or more.
        shortest: Frames of a clip that is cut off, at either end, with which it still counts.
        first_step: Number of the first batch.

    Yields:
        `(batch_size, frames, bodies, joints, 3)` joints in metres and `(batch_size, frames, 2)`
        ints for each frame: the class, -1 where nobody is there, where a pose is held, and in a
        last clip of which fewer than `shortest` frames are left; and the number of the clip in its
        stream, from 0 up.

    Example:

    >>> batches = stream_batches(store, train, classes, layout=KINECT_V1, batch_size=24, frames=200,
    ...                          seed=0, augmentation=Augmentation(speed=1.5), pause=0.3,
    ...                          longest_pause=20, shortest=5)
    >>> joints, labels = next(batches)
    """
    pool = _Pool.of(clips, chosen, labels)
    cuts = _Cuts(augmentation.speed, pause, longest_pause, shortest)
    step = first_step
    while True:
        rng = np.random.default_rng([seed, 2, step])
        truth = np.full((batch_size, frames, 2), -1, "int32")
        pieces: list[_Piece] = []
        for row in range(batch_size):
            pieces += _string(pool, truth[row], row * frames, cuts, rng)
        joints = _laid_out(pieces, batch_size * frames, layout, augmentation, rng)
        joints = joints.reshape(batch_size, frames, *joints.shape[1:])
        truth[~joints.any(axis=(2, 3, 4)), 0] = -1
        yield joints, truth
        step += 1


@dataclass(frozen=True, eq=False)
class _Pool:
    """The clips that are drawn from."""

    clips: list[Clip]
    labels: np.ndarray
    of_camera: list[np.ndarray]  # for each clip those of the same camera, by their positions
    of_person: list[np.ndarray]  # for each clip those of the same person before the same camera

    @classmethod
    def of(cls, clips: Clips, chosen: np.ndarray, labels: np.ndarray) -> "_Pool":
        drawn = [clips[int(i)] for i in chosen]
        # The camera of another setup is at another place.
        cameras = [(clip.setup, clip.camera) for clip in drawn]
        people = [(clip.setup, clip.camera, clip.subject) for clip in drawn]
        return cls(drawn, labels, _alike(cameras), _alike(people))


@dataclass(frozen=True)
class _Cuts:
    """How clips are played and what is between them; see `stream_batches`."""

    speed: float
    pause: float
    longest_pause: int
    shortest: int


@dataclass(frozen=True, eq=False)
class _Piece:
    """A clip as it is played in a stream."""

    clip: Clip
    moments: np.ndarray  # in frames of the clip
    begin: int  # where it begins in the batch, in frames


def _string(
    pool: _Pool,
    truth: np.ndarray,
    offset: int,
    cuts: _Cuts,
    rng: np.random.Generator,
) -> list[_Piece]:
    """One stream, which begins at `offset` in the batch; writes its `truth`."""
    frames = len(truth)
    which = _below(len(pool.clips), rng)
    others = (pool.of_person if rng.random() < ONE_PERSON else pool.of_camera)[which]
    pieces: list[_Piece] = []
    begin = 0
    while begin < frames:
        moments = moments_of_stretch(len(pool.clips[which].joints), frames, cuts.speed, rng)
        if begin == 0 and rng.random() < CUT_OFF:
            moments = moments[_below(max(len(moments) - cuts.shortest, 0) + 1, rng) :]
        end = begin + len(moments)
        if min(end, begin + cuts.shortest) <= frames:
            truth[begin:end, 0] = pool.labels[which]
        truth[begin:, 1] = len(pieces)
        absent, held = _pause(cuts, rng)
        if held:
            moments = np.append(moments, np.full(held, moments[-1]))
        pieces.append(_Piece(pool.clips[which], moments[: frames - begin], offset + begin))
        begin = end + absent + held
        which = int(others[_below(len(others), rng)])
    return pieces


def _below(bound: int, rng: np.random.Generator) -> int:
    """A random number from 0 up; several times as quick as `rng.integers`."""
    return int(rng.random() * bound)


def _alike(keys: list[tuple[int, ...]]) -> list[np.ndarray]:
    """For each key the positions of those that are equal to it."""
    _, group = np.unique(np.array(keys), axis=0, return_inverse=True)
    members = [np.flatnonzero(group == each) for each in range(int(group.max()) + 1)]
    return [members[each] for each in group]


def _pause(cuts: _Cuts, rng: np.random.Generator) -> tuple[int, int]:
    """Frames in which nobody is there, or else in which the last pose is held."""
    if rng.random() >= cuts.pause:
        return 0, 0
    length = 1 + _below(cuts.longest_pause, rng)
    return (length, 0) if rng.random() < 0.5 else (0, length)


def _laid_out(
    pieces: list[_Piece],
    frames: int,
    layout: JointLayout | None,
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> np.ndarray:
    """The pieces, varied, each in its place; `(frames, bodies, joints, axes)`."""
    first = [int(piece.moments[0]) for piece in pieces]
    shown = [
        slice(begin, int(piece.moments[-1]) + 2) for begin, piece in zip(first, pieces, strict=True)
    ]
    joints = [piece.clip.joints[part] for piece, part in zip(pieces, shown, strict=True)]
    mask = [piece.clip.mask[part] for piece, part in zip(pieces, shown, strict=True)]
    counts = np.array([len(piece.moments) for piece in pieces])
    # The parts that are shown lie one behind the other, and so do the moments.
    sizes = np.array([len(part) for part in joints])
    ends = np.cumsum(sizes)
    offsets = ends - sizes - first
    moments = np.concatenate([piece.moments for piece in pieces]) + np.repeat(offsets, counts)
    played = interpolate(
        np.concatenate(joints), np.concatenate(mask), moments, np.repeat(ends - 1, counts)
    )
    number = np.repeat(np.arange(len(pieces)), counts)
    varied = augmentation.of_frames(played, number, len(pieces), layout, rng)
    batch = np.zeros((frames, *varied.shape[1:]), "float32")
    begins = np.array([piece.begin for piece in pieces])
    before = np.cumsum(counts) - counts
    batch[np.arange(len(varied)) + np.repeat(begins - before, counts)] = varied
    return batch
