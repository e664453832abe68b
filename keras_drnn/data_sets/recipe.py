"""The recipe: everything that decides how a model is built and trained, as data."""

import math
from dataclasses import dataclass, replace

from keras_drnn.skeletons.augmentation import Augmentation

KINECT_RATE = 30.0  # frames a second, at which the presets were found
# The share of a jump that is noise of the sensor, at that rate: the noise is the same at any.
_NOISE = 0.5


@dataclass(frozen=True)
class Recipe:
    """How one model is built and trained.

    Numbers of frames are meant at `frame_rate`; `at_rate` makes them last as long at another one.

    Args:
        cell: `"drnn"`, `"rnn"`, `"lstm"` or `"gru"`.
        bidirectional: Whether the sequence is also read backwards.
        units: Units of the recurrent layer, in each direction; for the D-RNN also one size for each
            group.
        delays: Delays of the D-RNN, in frames; other cells have none.
        first_step: The number that a clip's first frame bears for the D-RNN.
        activation: Activation of the D-RNN and RNN; LSTM and GRU have their own.
        gain: Size of the D-RNN's and RNN's recurrent matrices at the start, 1 for orthogonal ones.
        spectral_norm: Largest spectral norm of the D-RNN's and RNN's recurrent matrices, or `None`
            for any; below 1, scores stay within a bound for ever.
        limit: Largest size of a feature, by which larger ones are replaced, or `None`; raw joints
            are limited too, to a size that no person has.
        motion: Whether the model also sees joint velocities and the hip's path.
        lag: Frames over which movement is measured.
        align: Whether clips are turned to start facing the camera.
        torso: Whether joints are scaled by the length of the torso, for units that are not metres.
        memory: Frames that the features remember, for streams that never end: the view, the way
            and the torso are means that forget. `None` remembers the first frame for ever. See
            `SkeletonFeatures`.
        jump: With a memory, metres from one frame to the next that are farther than anybody's hip
            goes: it is somebody else, and what was is forgotten.
        frame_units: Units of a Dense(relu) on every frame before the recurrent layer; 0 for none.
        head_units: Units of a Dense(relu) between the recurrent layer and the scores; 0 for none.
        dropout: Share of the recurrent layer's outputs dropped, for a whole clip each.
        clip_loss: Weight of the cross-entropy of a clip's summed scores beside that of its frames.
        optimizer: `"rmsprop"` or `"adamw"`; the latter warms up, then falls along a cosine to 0.
        learning_rate: The highest learning rate.
        weight_decay: Weight decay of AdamW.
        steps: Batches to train on.
        batch_size: Clips in a batch, or streams of them.
        frames: Frames of a training stretch; longer clips give a random stretch of this length.
        augmentation: Random changes to training clips.
        streams: Whether the model is trained on clips strung together to streams of `frames` frames
            each, for a recogniser that is left running.
        pause: Probability of a pause between two clips of a stream.
        longest_pause: Frames of such a pause, at most.
        shortest: Frames of a clip that is cut off by an end of its stream with which it still
            counts, at least.
        frame_rate: Frames per second at which all these numbers of frames are meant.

    Example:

    >>> BEST.lag, BEST.at_rate(60).lag
    (4, 8)
    """

    cell: str
    bidirectional: bool = False
    units: int | tuple[int, ...] = 150
    delays: tuple[int, ...] = (1, 3, 9, 27, 81)
    first_step: int = 0
    activation: str = "relu"
    gain: float = 1.0
    spectral_norm: float | None = None
    limit: float | None = None
    motion: bool = False
    lag: int = 4
    align: bool = False
    torso: bool = False
    memory: int | None = None
    jump: float = 0.3
    frame_units: int = 0
    head_units: int = 0
    dropout: float = 0.0
    clip_loss: float = 0.0
    optimizer: str = "rmsprop"
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    steps: int = 100_000
    batch_size: int = 60
    frames: int = 100
    augmentation: Augmentation = Augmentation()
    streams: bool = False
    pause: float = 0.0
    longest_pause: int = 20
    shortest: int = 5
    frame_rate: float = KINECT_RATE

    def at_rate(self, frame_rate: float) -> "Recipe":
        """The recipe for another frame rate: what is counted in frames lasts as long as before.

        `lag`, `memory`, `frames`, `longest_pause` and `shortest` become more frames at a higher
        rate, fewer at a lower one, rounded, at least 1. `jump` is a way in the time between two
        frames, and noise, which does not shrink with that time: half of it each at 30 frames a
        second, so that no rate makes it less than the noise. Delays stay: they are chosen in
        frames.

        Args:
            frame_rate: Frames per second.

        Raises:
            ValueError: If it is not above 0.

        Example:

        >>> [round(BEST.at_rate(rate).jump, 3) for rate in (10, 15, 30, 60, 120)]
        [0.6, 0.45, 0.3, 0.225, 0.188]
        """
        if frame_rate == self.frame_rate:
            return self
        if not 0 < frame_rate < math.inf:
            raise ValueError(
                "`frame_rate` must be a number of frames a second above 0. "
                f"Received: frame_rate={frame_rate}"
            )
        times = frame_rate / self.frame_rate
        return replace(
            self,
            lag=_frames(self.lag, times),
            memory=None if self.memory is None else _frames(self.memory, times),
            jump=self.jump * _jump_at(frame_rate) / _jump_at(self.frame_rate),
            frames=_frames(self.frames, times),
            longest_pause=_frames(self.longest_pause, times),
            shortest=_frames(self.shortest, times),
            frame_rate=float(frame_rate),
        )


def _frames(frames: int, times: float) -> int:
    return max(1, round(frames * times))


def _jump_at(frame_rate: float) -> float:
    """How far a jump is, as a share of one at 30 frames a second."""
    return _NOISE + (1 - _NOISE) * KINECT_RATE / frame_rate


# As in the thesis: per-frame cross-entropy, RMSProp, no dropout, no batch normalisation.
THESIS = Recipe("drnn")

# Found by validation on held-out training subjects of N-UCLA: see benchmarks/recipe.py.
BEST = Recipe(
    "drnn",
    delays=(1, 2, 4, 8, 16),
    gain=0.7,
    motion=True,
    align=True,
    frame_units=64,
    dropout=0.25,
    clip_loss=1.0,
    optimizer="adamw",
    learning_rate=5e-3,
    weight_decay=0.1,
    steps=4000,
    frames=40,
    augmentation=Augmentation(
        tilt=0.15, scale=0.2, shear=0.2, noise=0.02, misplaced=0.1, mirror=0.5, speed=1.5
    ),
)

# At 30 frames a second, as are the other numbers of `for_streams`.
_STREAM_FRAMES = (128, 256)  # at least and at most


def for_streams(recipe: Recipe) -> Recipe:
    """The recipe of a recogniser that is left running: of the preset `stream`.

    Args:
        recipe: That of the preset `best`, for clips that are told apart one by one.

    Example:

    >>> for_streams(BEST).streams, for_streams(BEST).frames
    (True, 200)
    """
    times = recipe.frame_rate / KINECT_RATE
    shortest, longest = (_frames(frames, times) for frames in _STREAM_FRAMES)
    return replace(
        recipe,
        streams=True,
        pause=0.3,
        memory=_frames(20, times),
        spectral_norm=0.97,
        limit=10.0,
        dropout=0.4,
        batch_size=24,
        frames=min(max(5 * recipe.frames, shortest), longest),
    )
