"""The joints of the two Kinects: names, bones, and the joints that features refer to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JointLayout:
    """What each joint index of a skeleton means.

    Args:
        name: Name of the sensor.
        joint_names: Name of each joint, in the order of the files.
        bones: Pairs (joint nearer to the hip, joint farther from it): a tree over all joints.
        hip: Index of the hip centre, the root of the tree.
        shoulder_centre: Index of the point between the shoulders.
        left_shoulder: Index of the left shoulder.
        right_shoulder: Index of the right shoulder.
        left_hip: Index of the left hip.
        right_hip: Index of the right hip.

    Example:

    >>> KINECT_V2.joint_names[KINECT_V2.left_shoulder], len(KINECT_V2)
    ('left shoulder', 25)
    """

    name: str
    joint_names: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    hip: int
    shoulder_centre: int
    left_shoulder: int
    right_shoulder: int
    left_hip: int
    right_hip: int

    @property
    def mirrored(self) -> list[int]:
        """For each joint, the one on the other side of the body; itself where there is none."""
        other = {"left": "right", "right": "left"}
        return [
            self.joint_names.index(" ".join(other.get(word, word) for word in name.split()))
            for name in self.joint_names
        ]

    def __len__(self) -> int:
        return len(self.joint_names)


_LIMBS = tuple(
    f"{side} {joint}"
    for limb in (("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "foot"))
    for side in ("left", "right")
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
    name="Kinect v1",
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
    name="Kinect v2",
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
