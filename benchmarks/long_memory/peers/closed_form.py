"""The closed-form continuous-time network (Hasani et al., 2022), of the package `ncps`."""

import importlib.util

import keras


def cfc(x, width: int, every_step: bool, backbone: float = 1.0, mode: str = "default"):
    """A CfC.

    Args:
        x: The sequence.
        width: Units of the state.
        every_step: Whether every step is answered.
        backbone: Units of the layer in front of the gates, as a multiple of `width`.
        mode: `default`, `pure` or `no_gate`.
    """
    if importlib.util.find_spec("ncps") is None:
        raise ValueError("The model cfc is of the package ncps: pip install ncps")
    from ncps.keras import CfCCell

    units = max(1, round(backbone * width))
    cell = CfCCell(width, mode=mode, backbone_units=units, backbone_dropout=0.0)
    return keras.layers.RNN(cell, return_sequences=every_step)(x)
