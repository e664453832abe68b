"""The D-RNN, alone, windowed and stacked."""

from collections.abc import Sequence

import keras

from keras_drnn import DelayedRNN, SpectralNorm

DELAYS = (1, 3, 9, 27, 81, 243)


def drnn(
    x,
    width: int,
    every_step: bool,
    delays: Sequence[int] = DELAYS,
    shares: Sequence[float] | None = None,
    first_step: int = 0,
    activation: str = "relu",
    recurrent: str = "orthogonal",
    gain: float | Sequence[float] = 1.0,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    spectral_norm: float | None = None,
):
    """One layer.

    Args:
        x: The sequence.
        width: Units of a group whose share is 1.
        every_step: Whether every step is answered.
        delays: Of the groups.
        shares: Size of each group, as a multiple of `width`; 1 for all by default.
        first_step: The number of the first step.
        activation: Of all groups.
        recurrent: How recurrent kernels start: `orthogonal` or `identity`.
        gain: What they are multiplied by, for all groups or for each.
        dropout: Of what the first group reads.
        recurrent_dropout: Of the groups' own states.
        spectral_norm: The most that recurrent kernels may have, or `None`. With `relu` and a norm
            above 1 a state of a thousand updates may grow beyond all numbers.
    """
    layer = DelayedRNN(
        group_sizes(width, delays, shares),
        delays,
        first_step=first_step,
        activation=activation,
        recurrent_initializer=_initializers(recurrent, gain, len(delays)),
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        recurrent_constraint=None if spectral_norm is None else SpectralNorm(spectral_norm),
        return_sequences=every_step,
    )
    return layer(x)


def windowed_drnn(
    x,
    width: int,
    every_step: bool,
    delays: Sequence[int] = DELAYS,
    shares: Sequence[float] | None = None,
    activation: str = "relu",
    spectral_norm: float | None = None,
):
    """One layer with `windowed=True`; the arguments are those of `drnn`."""
    return DelayedRNN(
        group_sizes(width, delays, shares),
        delays,
        windowed=True,
        activation=activation,
        recurrent_constraint=None if spectral_norm is None else SpectralNorm(spectral_norm),
        return_sequences=every_step,
    )(x)


def stacked_drnn(
    x,
    width: int,
    every_step: bool,
    delays: Sequence[Sequence[int]] = ((1, 3, 9, 27), (9, 27, 81, 243)),
    shares: Sequence[Sequence[float] | None] = (None, None),
    first_step: int = 0,
    activation: str = "relu",
    dropout: float = 0.0,
):
    """Layers over one another, each with delays of its own; the last one answers.

    Args:
        x: The sequence.
        width: Units of a group whose share is 1.
        every_step: Whether every step is answered.
        delays: Of each layer's groups.
        shares: Of each layer's groups.
        first_step: The number of the first step.
        activation: Of all groups.
        dropout: Between the layers.
    """
    for number, (of_layer, share) in enumerate(zip(delays, shares, strict=True)):
        last = number == len(delays) - 1
        x = DelayedRNN(
            group_sizes(width, of_layer, share),
            of_layer,
            first_step=first_step,
            activation=activation,
            return_sequences=every_step or not last,
        )(x)
        if dropout and not last:
            x = keras.layers.Dropout(dropout)(x)
    return x


def group_sizes(width: int, delays: Sequence[int], shares: Sequence[float] | None) -> list[int]:
    """Units of each group: `width` times its share, at least one."""
    if shares is None:
        return [width] * len(delays)
    if len(shares) != len(delays):
        raise ValueError(
            f"Expected a share for each of the {len(delays)} delays. Received: {len(shares)}"
        )
    return [max(1, round(width * share)) for share in shares]


def _initializers(kind: str, gain: float | Sequence[float], groups: int) -> list:
    known = {"orthogonal": keras.initializers.Orthogonal, "identity": keras.initializers.Identity}
    gains = gain if isinstance(gain, (list, tuple)) else [gain] * groups
    return [known[kind](gain=each) for each in gains]
