"""Which way is up and what the units are, guessed from the joints themselves."""

from dataclasses import dataclass

import numpy as np

from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import JointLayout, indices_of

_FRAMES = 200
# From the hips to the shoulders: about half a metre, whatever the age.
_TORSO_METRES = (0.2, 0.9)
_SCALES = {"metres": 1.0, "centimetres": 100.0, "millimetres": 1000.0}
# Points in a picture that is 1 wide and 1 high, and those of one that is hundreds of pixels wide.
_LARGEST_NORMALISED = 2.0
_SMALLEST_PIXELS = 10.0


@dataclass(frozen=True)
class Guess:
    """What the joints of a recording look like.

    Args:
        up: The axis that points up, with its sign, such as `"y"` or `"-y"`; `None` if no axis does.
        up_sure: How sure: 1 if the body is drawn out along this axis alone in all frames, 0 if it
            is so as much along another, or in both directions.
        units: `"metres"`, `"centimetres"`, `"millimetres"`, `"pixels"` or `"normalised"` (to a
            picture that is 1 wide and 1 high); `None` if the size fits none of them.
        units_sure: How sure: 1 in the middle of what fits, 0 at its edge.
        torso: From the hips to the shoulders, the median over the frames, in units of the file.
    """

    up: str | None
    up_sure: float
    units: str | None
    units_sure: float
    torso: float

    def disagreements(self, *, up: str | None = None, units: str | None = None) -> list[str]:
        """What does not fit what a file is said to hold, in words.

        Args:
            up: The axis that is said to point up.
            units: The units that are said to be those of the file.
        """
        words = []
        for name, said, found, sure in (
            ("up is", up, self.up, self.up_sure),
            ("the units are", units, self.units, self.units_sure),
        ):
            if said and found and said != found:
                words.append(
                    f"{name} said to be {said}, and the joints look like {found} ({sure:.0%} sure)"
                )
        return words


def guess(recording: Recording, layout: JointLayout) -> Guess:
    """Guess axes and units of a recording of joints.

    Up is where the shoulders are from the hips, and the hips from the lowest joints of the legs.
    The units are those in which the torso has about half a metre.

    Args:
        recording: The recording.
        layout: What its joints are.

    Raises:
        ValueError: If the recording is not of joints of this layout.

    Example:

    >>> from keras_drnn.skeletons import COCO_17
    >>> joints = np.zeros((9, 1, 17, 3), "float32")
    >>> joints[..., [5, 6], 1], joints[..., [11, 12], 1] = 1.4, 0.9  # shoulders and hips
    >>> found = guess(Recording(joints), COCO_17)
    >>> found.up, found.units
    ('y', 'metres')
    """
    values = recording.values
    if values.ndim != 4 or values.shape[2] != len(layout):
        raise ValueError(
            f"Expected joints of {layout.name}, (frames, bodies, {len(layout)}, axes). Received: "
            f"values of shape {values.shape}"
        )
    bodies = values.reshape(-1, *values.shape[2:])
    hip = _mean(bodies, layout.hip)
    shoulders = _mean(bodies, layout.shoulder_centre)
    torso_vectors = shoulders - hip
    measured = np.isfinite(torso_vectors).all(axis=-1)
    if not measured.any():
        return Guess(None, 0.0, None, 0.0, float("nan"))
    picked = np.flatnonzero(measured)
    picked = picked[:: max(len(picked) // _FRAMES, 1)]
    torso = float(np.median(np.linalg.norm(torso_vectors[picked], axis=-1)))
    up, up_sure = _up(bodies[picked], hip[picked], torso_vectors[picked], layout)
    units, units_sure = _units(bodies[picked], torso)
    return Guess(up, up_sure, units, units_sure, torso)


def _mean(bodies: np.ndarray, joint: int | tuple[int, ...]) -> np.ndarray:
    return bodies[:, list(indices_of(joint))].mean(axis=1)


def _up(
    bodies: np.ndarray, hip: np.ndarray, torso: np.ndarray, layout: JointLayout
) -> tuple[str | None, float]:
    upright = torso + hip - bodies[:, _ends_of_legs(layout)].mean(axis=1)
    upright = np.where(np.isfinite(upright), upright, torso)
    lengths = np.linalg.norm(upright, axis=-1, keepdims=True)
    mean = (upright / np.where(lengths > 0, lengths, 1)).mean(axis=0)
    axis = int(np.abs(mean).argmax())
    others = np.abs(np.delete(mean, axis)).max()
    sure = float(max(abs(mean[axis]) - others, 0))
    if sure == 0:
        return None, 0.0
    return ("-" if mean[axis] < 0 else "") + "xyz"[axis], sure


def _ends_of_legs(layout: JointLayout) -> list[int]:
    """The joints that hang farthest below each hip, by the bones."""
    ends = []
    for joint in (layout.left_hip, layout.right_hip):
        upwards = set(indices_of(layout.hip)) | set(indices_of(layout.shoulder_centre))
        upwards |= {layout.left_shoulder, layout.right_shoulder}
        while True:
            below = [far for near, far in layout.bones if near == joint and far not in upwards]
            if not below:
                break
            joint = below[0]
            upwards.add(joint)
        ends.append(joint)
    return ends


def _units(bodies: np.ndarray, torso: float) -> tuple[str | None, float]:
    finite = bodies[np.isfinite(bodies).all(axis=-1)]
    if bodies.shape[-1] == 2:
        return _units_of_picture(finite)
    if ((finite[:, :2] >= 0) & (finite[:, :2] <= 1)).all():
        # MediaPipe's landmarks in the picture: a body in metres would be higher than 1.
        return "normalised", 0.5
    low, high = _TORSO_METRES
    for units, scale in _SCALES.items():
        if low < torso / scale < high:
            # Half the middle is as far from it as twice the middle.
            away = abs(np.log(torso / scale / np.sqrt(low * high)))
            return units, float(1 - away / np.log(np.sqrt(high / low)))
    return None, 0.0


def _units_of_picture(finite: np.ndarray) -> tuple[str | None, float]:
    largest = float(np.abs(finite).max())
    if largest <= _LARGEST_NORMALISED:
        within = ((finite >= 0) & (finite <= 1)).all(axis=-1).mean()
        return "normalised", float(within)
    if largest >= _SMALLEST_PIXELS:
        return "pixels", float((finite >= 0).all(axis=-1).mean())
    return None, 0.0
