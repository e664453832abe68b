"""The joints of the sensors and pose estimators: names, bones, and those that features refer to.

Orders and connections as their makers publish them: Kinect for Windows SDK 1.8 and 2.0
(`JointType`); MediaPipe, "Pose landmark detection guide" and `POSE_CONNECTIONS`; COCO, "Keypoint
Detection" (the order of MoveNet and PoseNet too); OpenPose, "Output" (`POSE_COCO_BODY_PARTS`,
`POSE_BODY_25_BODY_PARTS`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

TORSO = 0.5  # metres from the hip centre to between the shoulders, about


@dataclass(frozen=True)
class JointLayout:
    """What each joint index of a skeleton means.

    Args:
        name: Its name, as `find_layout` takes it.
        joint_names: Name of each joint, in the order of the files.
        bones: Pairs (joint nearer to the hip, joint farther from it), a tree over all joints where
            the hip centre is one of them.
        hip: Index of the hip centre; where no joint is there, the indices of those whose mean it
            is.
        shoulder_centre: Index of the point between the shoulders, or likewise.
        left_shoulder: Index of the left shoulder.
        right_shoulder: Index of the right shoulder.
        left_hip: Index of the left hip.
        right_hip: Index of the right hip.
        mirror_pairs: Pairs of joints that change places in a mirror; by default those whose names
            differ by the words left and right alone.

    Raises:
        ValueError: If two joints have one name, an index is not one of a joint, or a joint is in
            two mirror pairs or has a name with left or right and no counterpart.

    Example:

    >>> KINECT_V2.joint_names[KINECT_V2.left_shoulder], len(KINECT_V2)
    ('left shoulder', 25)
    """

    name: str
    joint_names: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    hip: int | tuple[int, ...]
    shoulder_centre: int | tuple[int, ...]
    left_shoulder: int
    right_shoulder: int
    left_hip: int
    right_hip: int
    mirror_pairs: tuple[tuple[int, int], ...] | None = None

    def __post_init__(self) -> None:
        repeated = {name for name in self.joint_names if self.joint_names.count(name) > 1}
        if repeated:
            raise self._error("a name of its own for each joint", f"twice: {sorted(repeated)}")
        references = (self.hip, self.shoulder_centre, self.left_shoulder, self.right_shoulder)
        references += (self.left_hip, self.right_hip)
        pairs = (*self.bones, *(self.mirror_pairs or ()))
        indices = {index for each in (*references, *pairs) for index in indices_of(each)}
        beyond = indices - set(range(len(self)))
        if beyond or () in references:
            raise self._error(f"indices from 0 to {len(self) - 1}", f"{sorted(beyond) or ()}")
        if sorted(self.mirrored) != list(range(len(self))):
            raise self._error("every joint in one mirror pair at most", f"{self.mirror_pairs}")

    @property
    def mirrored(self) -> list[int]:
        """For each joint, the one on the other side of the body; itself where there is none."""
        if self.mirror_pairs is not None:
            other_joint = dict(self.mirror_pairs) | {b: a for a, b in self.mirror_pairs}
            return [other_joint.get(joint, joint) for joint in range(len(self))]
        other = {"left": "right", "right": "left"}
        counterparts = [
            " ".join(other.get(word, word) for word in name.split()) for name in self.joint_names
        ]
        missing = set(counterparts) - set(self.joint_names)
        if missing:
            raise self._error("a joint on the other side for each", f"none named {sorted(missing)}")
        return [self.joint_names.index(name) for name in counterparts]

    def __len__(self) -> int:
        return len(self.joint_names)

    def _error(self, expected: str, received: str) -> ValueError:
        return ValueError(f"Layout {self.name}: expected {expected}. Received: {received}")


def indices_of(joint: int | Iterable[int]) -> tuple[int, ...]:
    """The indices of a reference joint, which is one joint or the mean of several.

    Args:
        joint: An index, or several.
    """
    return (joint,) if isinstance(joint, int) else tuple(joint)


_SIDES = ("left", "right")


def _both(*joints: str) -> tuple[str, ...]:
    return tuple(f"{side} {joint}" for joint in joints for side in _SIDES)


_LIMBS = tuple(
    f"{side} {joint}"
    for limb in (("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "foot"))
    for side in _SIDES
    for joint in limb
)

# fmt: off
_LIMB_BONES = (
    (4, 5), (5, 6), (6, 7),
    (8, 9), (9, 10), (10, 11),
    (0, 12), (12, 13), (13, 14), (14, 15),
    (0, 16), (16, 17), (17, 18), (18, 19),
)
# fmt: on

KINECT_V1 = JointLayout(
    name="kinect_v1",
    joint_names=("hip centre", "spine", "shoulder centre", "head", *_LIMBS),
    bones=((0, 1), (1, 2), (2, 3), (2, 4), (2, 8), *_LIMB_BONES),
    hip=0,
    shoulder_centre=2,
    left_shoulder=4,
    right_shoulder=8,
    left_hip=12,
    right_hip=16,
)

KINECT_V2 = JointLayout(
    name="kinect_v2",
    joint_names=(
        *("hip centre", "spine", "neck", "head"),
        *_LIMBS,
        *("shoulder centre", "left hand tip", "left thumb", "right hand tip", "right thumb"),
    ),
    bones=(
        *((0, 1), (1, 20), (20, 2), (2, 3), (20, 4), (20, 8)),
        *_LIMB_BONES,
        *((7, 21), (6, 22), (11, 23), (10, 24)),
    ),
    hip=0,
    shoulder_centre=20,
    left_shoulder=4,
    right_shoulder=8,
    left_hip=12,
    right_hip=16,
)

# Neither has a joint between the hips or between the shoulders, so that the torso is a ring.
MEDIAPIPE_33 = JointLayout(
    name="mediapipe_33",
    joint_names=(
        "nose",
        *(f"{side} eye {part}".strip() for side in _SIDES for part in ("inner", "", "outer")),
        *_both("ear", "mouth", "shoulder", "elbow", "wrist", "pinky", "index", "thumb"),
        *_both("hip", "knee", "ankle", "heel", "foot index"),
    ),
    # fmt: off
    bones=(
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 7),
        (0, 4),
        (4, 5),
        (5, 6),
        (6, 8),
        (9, 10),
        (11, 12),
        (23, 24),
        (23, 11),
        (24, 12),
        (11, 13),
        (13, 15),
        (15, 17),
        (15, 19),
        (15, 21),
        (17, 19),
        (12, 14),
        (14, 16),
        (16, 18),
        (16, 20),
        (16, 22),
        (18, 20),
        (23, 25),
        (25, 27),
        (27, 29),
        (27, 31),
        (29, 31),
        (24, 26),
        (26, 28),
        (28, 30),
        (28, 32),
        (30, 32),
    ),
    # fmt: on
    hip=(23, 24),
    shoulder_centre=(11, 12),
    left_shoulder=11,
    right_shoulder=12,
    left_hip=23,
    right_hip=24,
)

COCO_17 = JointLayout(
    name="coco_17",
    joint_names=(
        "nose",
        *_both("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"),
    ),
    # fmt: off
    bones=(
        (0, 1),
        (0, 2),
        (1, 2),
        (1, 3),
        (2, 4),
        (5, 3),
        (6, 4),
        (11, 12),
        (11, 5),
        (12, 6),
        (5, 6),
        (5, 7),
        (7, 9),
        (6, 8),
        (8, 10),
        (11, 13),
        (13, 15),
        (12, 14),
        (14, 16),
    ),
    # fmt: on
    hip=(11, 12),
    shoulder_centre=(5, 6),
    left_shoulder=5,
    right_shoulder=6,
    left_hip=11,
    right_hip=12,
)

_ARMS = tuple(
    f"{side} {joint}" for side in _SIDES[::-1] for joint in ("shoulder", "elbow", "wrist")
)
_LEGS = {side: tuple(f"{side} {joint}" for joint in ("hip", "knee", "ankle")) for side in _SIDES}

OPENPOSE_18 = JointLayout(
    name="openpose_18",
    joint_names=(
        *("nose", "neck", *_ARMS, *_LEGS["right"], *_LEGS["left"]),
        *("right eye", "left eye", "right ear", "left ear"),
    ),
    # fmt: off
    bones=(
        (1, 0),
        (0, 14),
        (14, 16),
        (0, 15),
        (15, 17),
        (1, 2),
        (2, 3),
        (3, 4),
        (1, 5),
        (5, 6),
        (6, 7),
        (8, 1),
        (8, 9),
        (9, 10),
        (11, 1),
        (11, 12),
        (12, 13),
    ),
    # fmt: on
    hip=(8, 11),
    shoulder_centre=1,
    left_shoulder=5,
    right_shoulder=2,
    left_hip=11,
    right_hip=8,
)

OPENPOSE_BODY_25 = JointLayout(
    name="openpose_body_25",
    joint_names=(
        *("nose", "neck", *_ARMS, "hip centre", *_LEGS["right"], *_LEGS["left"]),
        *("right eye", "left eye", "right ear", "left ear"),
        *(f"{side} {part}" for side in _SIDES for part in ("big toe", "small toe", "heel")),
    ),
    # fmt: off
    bones=(
        (8, 1),
        (1, 0),
        (0, 15),
        (15, 17),
        (0, 16),
        (16, 18),
        (1, 2),
        (2, 3),
        (3, 4),
        (1, 5),
        (5, 6),
        (6, 7),
        (8, 9),
        (9, 10),
        (10, 11),
        (11, 22),
        (22, 23),
        (11, 24),
        (8, 12),
        (12, 13),
        (13, 14),
        (14, 19),
        (19, 20),
        (14, 21),
    ),
    # fmt: on
    hip=8,
    shoulder_centre=1,
    left_shoulder=5,
    right_shoulder=2,
    left_hip=12,
    right_hip=9,
)

_LAYOUTS = {
    layout.name: layout
    for layout in (KINECT_V1, KINECT_V2, MEDIAPIPE_33, COCO_17, OPENPOSE_18, OPENPOSE_BODY_25)
}


def layout_names() -> tuple[str, ...]:
    """The names of the layouts that `find_layout` finds."""
    return tuple(_LAYOUTS)


def find_layout(name: str) -> JointLayout:
    """A layout by its name.

    Args:
        name: One of `layout_names()`.

    Raises:
        ValueError: If there is none of this name.

    Example:

    >>> find_layout("coco_17").hip
    (11, 12)
    """
    if name not in _LAYOUTS:
        listed = ", ".join(f"{known} ({len(layout)} joints)" for known, layout in _LAYOUTS.items())
        raise ValueError(f"`layout` must be one of {listed}. Received: layout={name!r}")
    return _LAYOUTS[name]
