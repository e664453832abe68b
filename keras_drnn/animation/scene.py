"""What there is to see of a clip: checked, and with all that is worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_drnn.animation.answers import Answers, answers
from keras_drnn.animation.bodies import Box, box_around, visible
from keras_drnn.schedule import update_steps
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout, indices_of
from keras_drnn.skeletons.sides import Side, side_of

_MOST_CHANNELS = 24


@dataclass(frozen=True, eq=False)
class Scene:
    """A clip, what its joints are and what a model says of it.

    Args:
        name: Name of the clip.
        joints: `(frames, bodies, joints, axes)` float32, NaN where nothing is to be drawn.
        seen: `(frames,)` bool, where somebody is.
        bones: `(near, far, side)` of each bone.
        hip: Indices of the joints whose mean is the hip centre; none where it is not known.
        box: What the camera, which stands still, looks at.
        label: The true class, or `None`.
        answers: What the model says, or `None`.
        delays: Of the groups, `()` if nothing is to be shown of them.
        updates: For each group the frames in which it updates.
        seconds_per_frame: The time from one frame to the next.
    """

    name: str
    joints: np.ndarray
    seen: np.ndarray
    bones: tuple[tuple[int, int, Side], ...]
    hip: tuple[int, ...]
    box: Box
    label: str | None
    answers: Answers | None
    delays: tuple[int, ...]
    updates: tuple[np.ndarray, ...]
    seconds_per_frame: float

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.joints)

    @property
    def of_joints(self) -> bool:
        """Whether there are joints to draw, rather than channels."""
        return self.joints.shape[-1] > 1

    @property
    def channels(self) -> range:
        """The channels that have a strip: not more than can be looked at."""
        return range(0 if self.of_joints else min(self.joints.shape[2], _MOST_CHANNELS))

    @property
    def bodies(self) -> list[int]:
        """Those that are there in some frame."""
        return np.flatnonzero(~np.isnan(self.joints).all(axis=(0, 2, 3))).tolist()


def make_scene(
    clip: Clip,
    layout: JointLayout | None,
    *,
    names: Sequence[str] = (),
    label: str | None = None,
    probabilities: np.ndarray | None = None,
    delays: Sequence[int] | None = None,
    first_step: int = 0,
    seconds_per_frame: float = 1 / 30,
) -> Scene:
    """Check what is to be shown, and work it out. For the arguments see `animation_html`."""
    if not isinstance(clip, Clip):
        raise ValueError(f"`clip` must be a Clip. Received: clip={clip!r:.80}")
    if not len(clip.joints):
        raise ValueError(f"Expected a clip of a frame or more. Received: {clip.name!r}, of none")
    if layout is not None and clip.joints.shape[2:] not in [(len(layout), 2), (len(layout), 3)]:
        raise ValueError(
            f"Expected a clip of the {len(layout)} joints of {layout.name} in 2-D or 3-D. "
            f"Received: joints {clip.joints.shape} of {clip.name!r}"
        )
    if label is not None and not isinstance(label, str):
        raise ValueError(f"`label` must be the name of a class or None. Received: label={label!r}")
    if not 0 < seconds_per_frame < float("inf"):
        raise ValueError(
            "`seconds_per_frame` must be a number above 0. Received: "
            f"seconds_per_frame={seconds_per_frame!r}"
        )
    seen = np.asarray(clip.mask.any(axis=1))
    hip = () if layout is None else indices_of(layout.hip)
    joints = visible(clip, hip)
    given = () if delays is None or not seen.any() else tuple(delays)
    # A frame in which nobody is seen is skipped: the clock stands still.
    counted = np.flatnonzero(seen)
    updates = [counted[steps] for steps in _updates(given, len(counted), first_step)]
    return Scene(
        name=clip.name,
        joints=joints,
        seen=seen,
        bones=_bones(layout),
        hip=hip,
        box=box_around(joints),
        label=label,
        answers=None if probabilities is None else answers(probabilities, names, label, seen),
        delays=given,
        updates=tuple(updates),
        seconds_per_frame=seconds_per_frame,
    )


def _updates(delays: tuple[int, ...], steps: int, first_step: int) -> list[np.ndarray]:
    return update_steps(delays, steps, first_step) if delays else []


def _bones(layout: JointLayout | None) -> tuple[tuple[int, int, Side], ...]:
    if layout is None:
        return ()
    names = layout.joint_names
    return tuple((near, far, _side(names[near], names[far])) for near, far in layout.bones)


def _side(near: str, far: str) -> Side:
    """The side of a bone; what joins left and right is in the middle."""
    across = {side_of(near), side_of(far)} == {"left", "right"}
    return "middle" if across else side_of(far)
