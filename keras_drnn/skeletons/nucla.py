"""Northwestern-UCLA: one JSON file of skeletons as a clip.

Data: Wang, Nie, Xia, Wu and Zhu, "Cross-view Action Modeling, Learning and Recognition",
CVPR 2014.
"""

import json
import re
from itertools import chain
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.action_names import NUCLA_ACTIONS
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import KINECT_V1
from keras_drnn.skeletons.reader import Reader

__all__ = ["read_clip"]

# The files count the ten actions 1 to 10; their names count 1 to 12 and leave out 7 and 10.
_LABELS = {action: label for label, action in enumerate(sorted(NUCLA_ACTIONS), start=1)}
_JOINTS = len(KINECT_V1)
_LARGEST = float(np.finfo(np.float32).max)


def read_clip(path: str | Path) -> Clip:
    """Read a Northwestern-UCLA skeleton file (JSON).

    Args:
        path: A file named `aAA_sSS_eEE_vVV.json`, with the keys `file_name`, `label` and
            `skeletons`, a list `[frames][20][3]` in metres.

    Returns:
        A `Clip` with 1 body of 20 joints. A frame in which every joint is 0 0 0 counts as one
        without a body.

    Raises:
        SkeletonFileError: If anything in the file is not as it should be, its label and
            `file_name` not being those of its name included.

    Example:

    >>> import tempfile
    >>> content = {"file_name": "a08_s01_e00_v02", "label": 7, "skeletons": [[[0, 1, 3]] * 20] * 5}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a08_s01_e00_v02.json")
    ...     _ = path.write_text(json.dumps(content))
    ...     clip = read_clip(path)
    >>> clip.joints.shape, clip.camera, clip.subject, clip.action
    ((5, 1, 20, 3), 2, 1, 8)
    """
    return READER.read(path)


def _parse(data: bytes, path: Path, name: re.Match[str] | None) -> tuple[np.ndarray, np.ndarray]:
    content = _content(data, path)
    keys = ("skeletons",) if name is None else ("file_name", "label", "skeletons")
    if not set(keys) <= content.keys():
        raise SkeletonFileError(
            path, 1, f"expected an object with the keys {', '.join(keys)}", "structure"
        )
    if name is not None:
        _check_name(content, path, name)
    skeletons = content["skeletons"]
    array = _array(skeletons)
    if array is None:
        raise _skeleton_fault(skeletons, path)
    array = array.reshape(-1, 1, _JOINTS, 3)
    mask = np.any(array, axis=(2, 3))
    if not mask.any():
        raise SkeletonFileError(
            path, None, "expected a frame with joints other than 0 0 0, found none", "no body"
        )
    return array, mask


def _array(skeletons: object) -> np.ndarray | None:
    """All numbers of `skeletons`, or `None` if anything about them is not as it should be."""
    if not isinstance(skeletons, list):
        return None
    try:
        joints = list(chain.from_iterable(skeletons))
        numbers = list(chain.from_iterable(joints))
        # bool is a subclass of int, and a string of digits converts: only the exact types will do.
        if (
            set(map(len, skeletons)) != {_JOINTS}
            or set(map(len, joints)) != {3}
            or not set(map(type, numbers)) <= {int, float}
        ):
            return None
        with np.errstate(over="ignore"):
            array = np.array(numbers, np.float32)
    except (TypeError, OverflowError):
        return None
    return array if np.isfinite(array).all() else None


def _content(data: bytes, path: Path) -> dict:
    if not data.strip():
        raise SkeletonFileError(path, 1, "the file is empty; expected JSON", "empty file")
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise _json_fault(error, path) from error
    except (ValueError, RecursionError) as error:
        raise SkeletonFileError(path, None, f"expected JSON: {error}", "not JSON") from error
    if not isinstance(content, dict):
        raise SkeletonFileError(path, 1, "expected a JSON object", "structure")
    return content


def _check_name(content: dict, path: Path, name: re.Match[str]) -> None:
    """Hold what the file says of itself against its name."""
    action = int(name["action"])
    if action not in _LABELS:
        actions = ", ".join(f"{number:02}" for number in _LABELS)
        raise SkeletonFileError(
            path,
            None,
            f"expected one of the actions {actions} in the file name, received {action:02}",
            "file name",
        )
    label = _LABELS[action]
    for key, expected, agrees in (
        # Capitals come and go as files are copied.
        ("file_name", path.stem, str(content["file_name"]).lower() == path.stem.lower()),
        ("label", label, content["label"] == label),
    ):
        if not agrees:
            raise SkeletonFileError(
                path,
                None,
                f"expected {key} {expected!r} by the file name, received {content[key]!r:.60}",
                "contradiction",
            )


def _json_fault(error: json.JSONDecodeError, path: Path) -> SkeletonFileError:
    text = error.doc.rstrip()
    if error.msg == "Extra data":
        reason, kind = "expected the file to end after its JSON object", "trailing data"
    elif not text.endswith("}"):
        reason, kind = f"the file ends in the middle of its JSON: {error.msg}", "truncated"
    else:
        reason, kind = f"expected JSON: {error.msg}", "not JSON"
    return SkeletonFileError(path, error.lineno, f"{reason} (column {error.colno})", kind)


def _skeleton_fault(skeletons: object, path: Path) -> SkeletonFileError:
    """Find what is wrong with skeletons that are not [frames][20][3] finite numbers."""

    def fault(reason: str, kind: str) -> SkeletonFileError:
        return SkeletonFileError(path, None, reason, kind)

    if not isinstance(skeletons, list):
        return fault("expected skeletons to be a list of frames", "structure")
    if not skeletons:
        return fault("expected at least 1 frame, received 0", "no frames")
    for t, frame in enumerate(skeletons):
        where = f"frame {t + 1} of {len(skeletons)}"
        if not isinstance(frame, list):
            return fault(f"expected {where} to be a list of joints", "structure")
        if len(frame) != _JOINTS:
            return fault(
                f"expected {_JOINTS} joints in {where}, received {len(frame)}", "joint count"
            )
        for j, joint in enumerate(frame):
            what = f"joint {j + 1} of {where}"
            if not isinstance(joint, list) or len(joint) != 3:
                return fault(f"expected {what} to be three numbers x, y, z", "structure")
            for axis, value in zip("xyz", joint, strict=True):
                if type(value) not in (int, float):
                    return fault(
                        f"expected {axis} of {what} to be a number, received {value!r:.60}",
                        "not a number",
                    )
                if not abs(value) <= _LARGEST:  # false for nan, and safe for integers of any size
                    return fault(
                        f"expected {axis} of {what} to be finite, received {value!r:.60}",
                        "not finite",
                    )
    raise AssertionError("these skeletons are sound")


_NAME = r"a(?P<action>[0-9]{2})_s(?P<subject>[0-9]{2})_e[0-9]{2}_v(?P<camera>[0-9]{2})"

READER = Reader("nucla", "aAA_sSS_eEE_vVV.json", _NAME, KINECT_V1, _parse)
