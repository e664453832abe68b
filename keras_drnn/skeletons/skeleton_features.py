"""All features of skeletons as one layer, so that a frame of a stream costs few operations."""

from collections.abc import Sequence

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.causal import CausalLayer
from keras_drnn.ops import Tensor
from keras_drnn.skeletons.joints import fixed, reference
from keras_drnn.skeletons.layouts import TORSO
from keras_drnn.skeletons.planes import mask_of, planes_of, point, seen_in, spread, there, vector_of
from keras_drnn.skeletons.running import decay_of, delayed, last, running, unbroken

# Metres: a shoulder line so short has no direction.
_SHORT = 1e-7
# The square root of the smallest number that float32 has: no other length is so short, but zero.
_SHORTEST = 2.0**-75


@keras.saving.register_keras_serializable("keras_drnn")
class SkeletonFeatures(CausalLayer):
    """Makes of raw joints what a network reads: where the joints are and how they move.

    - **Places**: all joints relative to the first body's hip in the same frame, or, in a frame that
      has lost the first body, to the hip of the next one that is there.
    - **Movement**, with `lag`: the change of each of these places, and of each body's hip in the
      room, over the last `lag` frames; zero unless the body is there in both.
    - **Way**, with `lag`: from where each body has been to where it is now.
    - **View**, with `shoulders`: all of these are turned about the vertical, so that the first
      body's shoulder line is along the x axis. Where the camera stood does not matter then.
    - **Size**, with `shoulder_centre`: all of these are multiplied by the factor that makes torsos
      half a metre long in the mean, for coordinates in pixels.

    With `memory=None` the view is that of the first frame in which the first body is seen, a way
    begins where its body was first seen, and the size is the mean over all frames so far: for clips
    that begin with their action. A stream that never ends must forget. With a `memory` the shoulder
    line, the place where a way begins and the size are means over the frames so far that weigh
    less and less, by `1 - 1 / memory` from one frame to the next.

    **Who is who**: a body is known by its place in the frame alone.

    - Somebody who comes back, and somebody else who comes in their place, are taken for the same
      person. Their movement is zero for `lag` frames, as that of anybody who was not there; their
      way begins where the one before them was. With a `memory` that is forgotten within about so
      many frames, and the sooner, the longer nobody was there.
    - Two people who swap places seem to have jumped, and so does somebody else who comes without a
      gap. With a `jump`, whatever was seen before such a frame is forgotten at once, of all bodies:
      view and ways begin anew, and movement is zero for `lag` frames. Without one it is in their
      movement for `lag` frames, and in their ways until what was is forgotten.
    - The view is that of whoever is the first body, and stays while there is none. With a `memory`,
      after some hundreds of frames without one, nothing is left of it: the view is the camera's.

    A body that is absent is exactly zero. The layer does not look ahead.

    Args:
        hip: Index of the joint, or the indices of those whose mean is the hip centre.
        shoulders: Indices of the left and the right shoulder, to turn the view by; takes three
            axes, y up. By default nothing is turned.
        shoulder_centre: Index of the point between the shoulders, or the indices of those whose
            mean it is, to scale by. By default nothing is scaled.
        lag: Frames to look back for movement. A few frames rather than one: sensor noise weighs
            less. By default there are places alone.
        scales: Factors for places, for movement, and for both of the hips', so that all of them
            reach the network at about the same size.
        memory: Frames after which about a third, 1 / e, is left of what was. `None` remembers for
            ever.
        jump: With a `memory`, the farthest that a hip moves from one frame to the next, in metres
            (or what `shoulder_centre` takes for metres): what is farther away is somebody else. By
            default nobody ever is.

    Input shape:
        `(batch, frames, bodies, joints, axes)`.

    Output shape:
        `(batch, frames, features)`, with a mask of the frames in which somebody is. In the order:
        places of all joints, body after body; movement of all joints; movement of all hips; ways
        of all hips.

    Raises:
        ValueError: If the view is to be turned and the joints are not in 3-D, `memory` is less
            than a frame, or there is a `jump` without a `memory`.

    Example:

    >>> features = SkeletonFeatures(hip=0, shoulders=(4, 8), lag=4, scales=(3, 5, 2), memory=20)
    >>> features(keras.ops.ones((1, 10, 2, 25, 3))).shape[2]
    312
    """

    def __init__(
        self,
        hip: int | Sequence[int],
        *,
        shoulders: Sequence[int] | None = None,
        shoulder_centre: int | Sequence[int] | None = None,
        lag: int | None = None,
        scales: Sequence[float] = (1.0, 1.0, 1.0),
        memory: int | None = None,
        jump: float | None = None,
        **kwargs,
    ):
        # Places of some metres and movements of some millimetres do not fit into a short type.
        super().__init__(autocast=False, **kwargs)
        self.hip = reference(hip)
        self.shoulders = None if shoulders is None else tuple(shoulders)
        self.shoulder_centre = None if shoulder_centre is None else reference(shoulder_centre)
        self.lag, self.scales, self.memory = lag, tuple(scales), memory
        self._decay = decay_of(memory)
        if jump is not None and memory is None:
            raise ValueError(
                "A `jump` makes the layer forget, which takes a `memory`, in frames. "
                f"Received: jump={jump}, memory={memory}"
            )
        self.jump = jump

    def get_config(self):
        return {
            **super().get_config(),
            "hip": self.hip,
            "shoulders": self.shoulders,
            "shoulder_centre": self.shoulder_centre,
            "lag": self.lag,
            "scales": self.scales,
            "memory": self.memory,
            "jump": self.jump,
        }

    def compute_mask(self, joints: Tensor, mask: object = None) -> Tensor:
        return mask_of(joints)

    def output_range(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `keras_drnn.score_bound`."""
        bodies, joints, axes = low.shape
        most = float(np.maximum(-low, high).max())
        # A difference of two, a change of such a difference, of a hip, and a way.
        sizes, scales = [2.0] * (bodies * joints), [self.scales[0]] * (bodies * joints)
        if self.lag is not None:
            sizes += [4.0] * (bodies * joints) + [2.0] * (2 * bodies)
            scales += [self.scales[1]] * (bodies * joints) + [self.scales[2]] * (2 * bodies)
        size = most * np.repeat(np.multiply(sizes, np.abs(scales)), axes) * (1 + 1e-5)
        if self.shoulders is not None:
            size = size * np.sqrt(2)
        if self.shoulder_centre is not None:
            size = size * (2 * TORSO / _SHORTEST)
        return -size, size

    def state_shapes(self, input_shape: tuple) -> dict[str, tuple[int, ...]]:
        bodies, joints, axes = map(fixed, input_shape[2:])
        if self.shoulders is not None and axes != 3:
            raise ValueError(
                "`shoulders` turn the view about the vertical, which takes three axes; leave them "
                f"out for others. Received: joints of shape {tuple(input_shape)}"
            )
        shapes: dict[str, tuple[int, ...]] = {}
        if self.lag is not None or self.shoulders is not None:
            shapes["weights"] = (1, bodies)
        if self.lag is not None:
            shapes["hips"] = (axes, bodies)
            # One part for each frame: in a stream they move up without being cut and joined.
            shapes |= {name: (axes * bodies * (joints + 1),) for name in self._past()}
            shapes["seen"] = (self.lag, 1, bodies)
        if self.shoulders is not None:
            shapes["across"] = (axes, 1)
        if self.shoulder_centre is not None:
            shapes["torsos"] = (1, 2)
        if self.jump is not None:
            shapes |= {"last": (axes, bodies), "was": (1, bodies)}
        return shapes

    def _past(self) -> list[str]:
        """Names of the parts that are places of earlier frames, the oldest first."""
        return [f"past{number}" for number in range(self.lag or 0)]

    def advance(self, joints: Tensor, state: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        planes, seen = planes_of(joints), seen_in(joints)
        bodies, count = fixed(joints.shape[2]), fixed(joints.shape[3])
        after: dict[str, Tensor] = {}

        def so_far(name: str, values: Tensor, restarts: Tensor | None = None) -> Tensor:
            sums = running(values, state[name], self._decay, restarts)
            after[name] = last(sums)
            return sums

        hips = point(planes, bodies, self.hip)
        size = jumps = None
        if self.shoulder_centre is not None:
            torsos = point(planes, bodies, self.shoulder_centre) - hips
            size = _factor(so_far("torsos", _lengths(torsos)))
        if self.jump is not None:
            jumps = _jumps(hips, seen, state["last"], state["was"], size, self.jump)
            after |= {"last": last(hips), "was": last(seen)}
        new, begun = seen, hips  # those of absent bodies are zero
        if self.memory is None and "weights" in state:  # the first frame of each body alone
            new = ops.relu(2 * seen - running(seen, state["weights"], 1.0))
            begun = hips * new
        weights = so_far("weights", new, jumps) if "weights" in state else seen
        places = (planes - _origin(hips, seen)) * spread(seen, count)
        features, scales = [places], [self.scales[0]] * (bodies * count)
        if self.lag is not None:
            now = ops.concatenate([places, hips], axis=-1)
            moved, past = _change(now, [state[name] for name in self._past()])
            both, after["seen"] = _in_both(seen, state["seen"], jumps)
            moved = moved * spread(both, count, 1)
            # The weight of a body that is there is at least 1.
            begin = so_far("hips", begun, jumps) / ops.maximum(weights, 1)
            features += [moved, (hips - begin) * seen]
            scales += [self.scales[1]] * (bodies * count) + [self.scales[2]] * (2 * bodies)
            after |= dict(zip(self._past(), past, strict=True))
        found = ops.concatenate(features, axis=-1) * ops.convert_to_tensor(scales, "float32")
        if self.shoulders is not None:
            left, right = (planes[..., each : each + 1] for each in self.shoulders)
            across = right - left if self.memory is not None else (right - left) * new[..., :1]
            found = _turned(found, so_far("across", across, jumps))
        if size is not None:
            found = found * size
        return vector_of(found), after


def _origin(hips: Tensor, seen: Tensor) -> Tensor:
    """The hip of the first body that is there."""
    bodies = fixed(seen.shape[3])
    if bodies == 1:
        return hips
    # 1 for the first one, 0 or less where others are before it.
    among = np.eye(bodies, dtype="float32") - np.triu(np.ones((bodies, bodies), "float32"), 1)
    first = ops.relu(ops.matmul(seen, ops.convert_to_tensor(among)))
    return ops.sum(hips * first, axis=3, keepdims=True)


def _jumps(
    hips: Tensor, seen: Tensor, before: Tensor, was: Tensor, size: Tensor | None, jump: float
) -> Tensor:
    """How often a hip has jumped up to each frame, `(batch, frames, 1, 1)`.

    Args:
        hips: `(batch, frames, axes, bodies)`.
        seen: Who is there, `(batch, frames, 1, bodies)`.
        before: The hips in the frame before these, `(batch, axes, bodies)`.
        was: Who was there then.
        size: What makes metres of the hips.
        jump: How far is too far.
    """
    before, was = (_shifted(*each) for each in ((hips, before), (seen, was)))
    moved = hips - before
    if size is not None:
        moved = moved * size
    beyond = ops.relu(ops.sum(moved * moved, axis=2, keepdims=True) - jump**2)
    jumped = ops.max(there(beyond) * seen * was, axis=3, keepdims=True)
    return ops.cumsum(jumped, axis=1) if jumped.shape[1] != 1 else jumped


def _shifted(values: Tensor, before: Tensor) -> Tensor:
    """Frames that are one frame late, with the one before them in front."""
    before = ops.expand_dims(before, 1)
    if values.shape[1] == 1:  # a stream needs no other frames
        return before
    return ops.concatenate([before, values[:, :-1]], axis=1)


def _change(now: Tensor, past: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """The change of planes over as many frames as the past has, and the next past."""
    batch, frames = ops.shape(now)[:2]
    lag, axes, wide = len(past), fixed(now.shape[2]), fixed(now.shape[3])
    rows = ops.reshape(now, (batch, frames, axes * wide))
    if now.shape[1] == 1:
        before, late = past[0], [*past[1:], last(rows)]
    else:
        every = ops.concatenate([*(row[:, None] for row in past), rows], axis=1)
        before, late = every[:, :-lag], [every[:, frame] for frame in range(-lag, 0)]
    return now - ops.reshape(before, (batch, frames, axes, wide)), late


def _in_both(seen: Tensor, past: Tensor, jumps: Tensor | None) -> tuple[Tensor, Tensor]:
    """Who is there now and was before, with no jump in between, and the next past."""
    lag = fixed(past.shape[1])
    if seen.shape[1] == 1:
        # Behind a jump, who was there before counts as absent.
        past = past if jumps is None else past * unbroken(jumps)
        return seen * past[:, :1], ops.concatenate([past[:, 1:], seen], axis=1)
    every = ops.concatenate([past, seen], axis=1)
    both, late = seen * every[:, :-lag], every[:, -lag:]
    if jumps is None:
        return both, late
    since = delayed(jumps, lag)
    both = both * unbroken(jumps - since[:, :-lag])
    return both, late * unbroken(jumps[:, -1:] - since[:, -lag:])


def _turned(planes: Tensor, across: Tensor) -> Tensor:
    """Planes turned about y by the angle that lays a line along x."""
    right, depth = across[:, :, :1] + _SHORT, across[:, :, 2:]
    length = ops.sqrt(ops.maximum(right * right + depth * depth, _SHORT**3))
    cos, sin = right / length, depth / length
    x, y, z = planes[:, :, :1], planes[:, :, 1:2], planes[:, :, 2:]
    return ops.concatenate([x * cos + z * sin, y, z * cos - x * sin], axis=2)


def _lengths(torsos: Tensor) -> Tensor:
    """The sum of the lengths of those that are there, and how many they are."""
    length = ops.sqrt(ops.sum(torsos * torsos, axis=2, keepdims=True))
    both = [ops.sum(each, axis=3, keepdims=True) for each in (length, there(length))]
    return ops.concatenate(both, axis=-1)


def _factor(torsos: Tensor) -> Tensor:
    """What makes the mean length that of a torso; 1 as long as there is none."""
    total, count = torsos[..., :1], torsos[..., 1:]
    none = 1 - there(total)
    return (count * TORSO + none) / (total + none)
