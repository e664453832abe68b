"""Recipes: everything that decides how a model is built and trained, as data."""

from dataclasses import dataclass, field, replace

from keras_drnn.skeletons.augmentation import Augmentation

CELLS = ("drnn", "rnn", "lstm", "gru")
MODELS = (*CELLS, *(f"bi{cell}" for cell in CELLS))


@dataclass(frozen=True)
class Recipe:
    """How one model is built and trained.

    Args:
        cell: One of `CELLS`.
        bidirectional: Whether the sequence is also read backwards.
        units: Units of the recurrent layer, in each direction.
        delays: Delays of the D-RNN, in frames; other cells ignore them.
        frame_units: Units of a Dense(relu) on every frame before the recurrent layer; 0 for none.
        align: Whether clips are turned to start facing the camera.
        velocity: Factor on the velocities given beside the positions; 0 leaves them out.
        dropout: Dropout before the recurrent layer's head.
        optimizer: Name of a Keras optimizer.
        learning_rate: Its learning rate, at the start.
        cosine: Whether the learning rate falls to zero along a cosine.
        weight_decay: Weight decay, or 0.
        clipnorm: Bound on each gradient's norm, or `None`.
        steps: Batches to train on.
        batch_size: Clips in a batch.
        frames: Frames of a training stretch; longer clips give a random stretch of this length.
        augmentation: Random changes to training clips.
    """

    cell: str = "drnn"
    bidirectional: bool = False
    units: int = 150
    delays: tuple[int, ...] = (1, 3, 9, 27, 81)
    frame_units: int = 0
    align: bool = False
    velocity: float = 0.0
    dropout: float = 0.0
    optimizer: str = "rmsprop"
    learning_rate: float = 1e-3
    cosine: bool = False
    weight_decay: float = 0.0
    clipnorm: float | None = None
    steps: int = 100_000
    batch_size: int = 60
    frames: int = 128
    augmentation: Augmentation = field(default_factory=Augmentation)
