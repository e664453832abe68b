"""Missing joints held inside a model, so that a stream takes frames as they are recorded."""

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import fixed


@keras.saving.register_keras_serializable("keras_drnn")
class HoldMissing(CausalLayer):
    """Fills what is missing, NaN, with what was seen last: the rule of `hold_missing`, as a layer.

    - A joint of which an axis is missing stays where it was seen last.
    - Before its first sight it stands at the mean of those joints of its body that are there.
    - A body is absent where no joint is seen or all of them are exactly zero: it is zero then, and
      nothing is left of what was held.
    - A channel, which has one axis, keeps its last value; before the first one it is zero.

    Input shape:
        `(batch, frames, bodies, joints, axes)`, NaN where something is missing.

    Output shape:
        The same, without NaN.

    Example:

    >>> x = keras.ops.array([[1.0, 5.0], [2.0, float("nan")]])  # two frames of two joints
    >>> held = HoldMissing()(keras.ops.stack([x, x], axis=-1)[None, :, None])
    >>> keras.ops.convert_to_numpy(held[0, :, 0, :, 0]).tolist()
    [[1.0, 5.0], [2.0, 5.0]]
    """

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        bodies, joints, axes = map(fixed, input_shape[2:])
        # Behind the axes of a joint stands 1 if it has been seen.
        return {"last": (bodies, joints, axes if axes == 1 else axes + 1)}

    def output_range(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `keras_drnn.score_bound`."""
        low, high = np.minimum(low, 0), np.maximum(high, 0)
        if low.shape[-1] > 1:  # a joint may stand in the middle of the others
            low = np.broadcast_to(low.min(axis=1, keepdims=True), low.shape)
            high = np.broadcast_to(high.max(axis=1, keepdims=True), high.shape)
        return low * (1 + 1e-5), high * (1 + 1e-5)

    def advance(self, values: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        of_channels = fixed(values.shape[4]) == 1
        keep = _kept_channels if of_channels else _kept_joints

        def step(last: Tensor, frame: Tensor) -> tuple[Tensor, Tensor]:
            last = keep(last, frame)
            return last, last

        if values.shape[1] == 1:  # a stream needs no loop
            kept = keep(state["last"], values[:, 0])[:, None]
        else:
            kept = ops.swapaxes(ops.scan(step, state["last"], ops.swapaxes(values, 0, 1))[1], 0, 1)
        return kept if of_channels else _filled(kept), {"last": kept[:, -1]}


def _kept_channels(last: Tensor, frame: Tensor) -> Tensor:
    """What has been seen last of each channel, `(batch, 1, channels, 1)`."""
    return ops.where(ops.isnan(frame), last, frame)


def _kept_joints(last: Tensor, frame: Tensor) -> Tensor:
    """Where each joint has been seen last, and whether, `(batch, bodies, joints, axes + 1)`."""
    missing = ops.any(ops.isnan(frame), axis=-1, keepdims=True)
    # NaN, too, is not equal to zero.
    empty = ops.logical_not(ops.any(ops.not_equal(frame, 0.0), axis=(-2, -1), keepdims=True))
    seen = ops.cast(ops.logical_not(ops.logical_or(missing, empty)), frame.dtype)
    there = ops.max(seen, axis=-2, keepdims=True)
    ever = ops.maximum(seen, last[..., -1:]) * there
    place = ops.where(missing, last[..., :-1], frame) * ever
    return ops.concatenate([place, ever], axis=-1)


def _filled(kept: Tensor) -> Tensor:
    """All joints: those that have not been seen yet in the middle of the others."""
    place, ever = kept[..., :-1], kept[..., -1:]
    count = ops.maximum(ops.sum(ever, axis=-2, keepdims=True), 1)
    # Divided before they are added, or the largest numbers would add up to infinity.
    middle = ops.sum(place / count, axis=-2, keepdims=True)
    # Of a body that is absent both are zero.
    return ops.where(ops.not_equal(ever, 0.0), place, middle)
