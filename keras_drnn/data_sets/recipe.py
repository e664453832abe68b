"""The recipe: everything that decides how a model is built and trained, as data."""

from dataclasses import dataclass, replace

from keras_drnn.skeletons.augmentation import Augmentation


@dataclass(frozen=True)
class Recipe:
    """How one model is built and trained.

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
        align: Whether clips are turned to start facing the camera.
        torso: Whether joints are scaled by the length of the torso, for units that are not metres.
        memory: Frames that the features remember, for streams that never end: the view, the way
            and the torso are means that forget. `None` remembers the first frame for ever. See
            `SkeletonFeatures`.
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
    align: bool = False
    torso: bool = False
    memory: int | None = None
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

_STREAM_FRAMES = (128, 256)  # at least and at most


def for_streams(recipe: Recipe) -> Recipe:
    """The recipe of a recogniser that is left running: of the preset `stream`.

    Args:
        recipe: That of the preset `best`, for clips that are told apart one by one.

    Example:

    >>> for_streams(BEST).streams, for_streams(BEST).frames
    (True, 200)
    """
    shortest, longest = _STREAM_FRAMES
    return replace(
        recipe,
        streams=True,
        pause=0.3,
        memory=20,
        spectral_norm=0.97,
        limit=10.0,
        dropout=0.4,
        batch_size=24,
        frames=min(max(5 * recipe.frames, shortest), longest),
    )
