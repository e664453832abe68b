"""NTU RGB+D: one `.skeleton` file as a clip.

Format and facts: Shahroudy, Liu, Ng and Wang, "NTU RGB+D: A Large Scale Dataset for 3D Human
Activity Analysis", CVPR 2016; Liu et al., "NTU RGB+D 120: A Large-Scale Benchmark for 3D Human
Activity Understanding", TPAMI 2019.
"""

import re
from pathlib import Path

import numpy as np

from keras_drnn.skeletons import ntu_careful, ntu_fast
from keras_drnn.skeletons.body_selection import MOST_BODIES, choose_people
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.skeletons.ntu_format import JOINTS
from keras_drnn.skeletons.reader import Reader

__all__ = ["read_skeleton"]


def read_skeleton(path: str | Path) -> Clip:
    r"""Read an NTU RGB+D `.skeleton` file.

    Bodies are followed by their bodyID, wherever they stand in a frame. Up to two people are kept,
    the one that moves more first; `keras_drnn.skeletons.body_selection` says which.

    Args:
        path: A file named `SsssCcccPpppRrrrAaaa.skeleton`, in capitals or not.

    Returns:
        A `Clip` with 1 or 2 bodies of 25 joints, in metres, and as many frames as the file has:
        where a body is not seen the mask is False and its joints are 0.

    Raises:
        SkeletonFileError: If anything in the file is not as it should be.

    Example:

    >>> import tempfile
    >>> joint = "0.1 0.2 3.0 250 200 900 500 0 0 0 1 2"
    >>> lines = ["1", "1", "72057594037931101 0 1 1 1 1 0 0.0 0.0 2", "25", *[joint] * 25]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "S001C002P003R002A013.skeleton")
    ...     _ = path.write_text("\n".join(lines))
    ...     clip = read_skeleton(path)
    >>> clip.joints.shape, clip.camera, clip.subject, clip.action
    ((1, 1, 25, 3), 2, 3, 13)
    """
    return READER.read(path)


def _parse(data: bytes, path: Path, name: re.Match[str] | None) -> tuple[np.ndarray, np.ndarray]:
    # The file does not repeat what its name says, so there is nothing to hold against it.
    rows = ntu_fast.parse(data) or ntu_careful.parse(data, path)
    # A body with every joint at the camera itself was not seen: 0 is what absence looks like.
    seen = rows.joints.any(axis=(1, 2))
    identities = np.array(rows.identity)
    of_body = [np.flatnonzero(seen & (identities == i)) for i in dict.fromkeys(rows.identity)]
    of_body = [row for row in of_body if row.size]
    if not of_body:
        raise SkeletonFileError(
            path, None, "expected a body with joints other than 0 0 0, found none", "no body"
        )

    people = choose_people([rows.joints[row] for row in of_body], rows.frames)
    joints = np.zeros((rows.frames, len(people), JOINTS, 3), np.float32)
    mask = np.zeros((rows.frames, len(people)), bool)
    for slot, person in enumerate(people):
        row = of_body[person]
        joints[rows.frame[row], slot] = rows.joints[row]
        mask[rows.frame[row], slot] = True
    return joints, mask


_NAME = (
    r"S(?P<setup>[0-9]{3})C(?P<camera>[0-9]{3})P(?P<subject>[0-9]{3})R[0-9]{3}"
    r"A(?P<action>[0-9]{3})"
)

READER = Reader("ntu", "SsssCcccPpppRrrrAaaa.skeleton", _NAME, KINECT_V2, _parse, MOST_BODIES)
