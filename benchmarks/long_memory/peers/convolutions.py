"""A temporal convolutional network (Bai et al., 2018), of Keras' layers.

Residual blocks of two causal convolutions, dilated by 1, 2, 4 ..., without weight normalisation.
"""

from keras import layers


def tcn(
    x,
    width: int,
    every_step: bool,
    kernel: int = 7,
    levels: int | None = None,
    dropout: float = 0.0,
):
    """A TCN; by default of as many levels as it takes to see the whole sequence."""
    for level in range(levels or levels_for(x.shape[1], kernel)):
        y = x
        for _ in range(2):
            y = layers.Conv1D(
                width,
                kernel,
                dilation_rate=2**level,
                padding="causal",
                activation="relu",
                kernel_initializer="he_normal",
            )(y)
            y = layers.SpatialDropout1D(dropout)(y) if dropout else y
        x = x if x.shape[-1] == width else layers.Conv1D(width, 1)(x)
        x = layers.Activation("relu")(x + y)
    return x if every_step else x[:, -1]


def receptive_field(levels: int, kernel: int) -> int:
    """Steps that an answer depends on."""
    return 1 + 2 * (kernel - 1) * (2**levels - 1)


def levels_for(steps: int, kernel: int) -> int:
    """The fewest levels that see so many steps.

    Raises:
        ValueError: If no number of levels does.
    """
    if kernel < 2:
        raise ValueError(f"Expected a kernel of 2 steps or more. Received: {kernel}")
    levels = 1
    while receptive_field(levels, kernel) < steps:
        levels += 1
    return levels
