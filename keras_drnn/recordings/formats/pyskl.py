"""pyskl's and MMAction2's annotations: a `.pkl` of one clip, or of all of a data set.

Format: pyskl, "The format of the pickle files": `keypoint` `(people, frames, joints, axes)`,
`keypoint_score`, `label`, `frame_dir`, and beside the `annotations` of a data set its `split`.
"""

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats import safe_pickle
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import COCO_17, KINECT_V2, OPENPOSE_18, JointLayout

# By joints and axes, as pyskl's own description has them.
_LAYOUTS = {(25, 3): KINECT_V2, (17, 2): COCO_17, (18, 2): OPENPOSE_18}


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    content = _content(source)
    if isinstance(content, dict) and "annotations" in content:
        annotations, splits = content["annotations"], content.get("split") or {}
    else:
        annotations, splits = content if isinstance(content, list) else [content], {}
    if not isinstance(annotations, list) or not isinstance(splits, dict):
        raise source.error("expected a list of annotations and an object of splits", "structure")
    members: dict[object, list[str]] = {}
    for split, names in splits.items():
        for name in names if isinstance(names, list) else ():
            if isinstance(name, (str, int)) and isinstance(split, str):
                members.setdefault(name, []).append(split)
    return [
        _recording(source, annotation, row, arrangement, members)
        for row, annotation in enumerate(annotations, start=1)
    ]


def _content(source: Source) -> object:
    data = source.data
    try:
        return safe_pickle.load(data)
    except safe_pickle.RefusedPickleError as error:
        raise source.error(
            "expected a pickle of arrays, numbers and plain containers alone, received one with "
            f"{error}. A pickle can run any program when it is read: this one was not run",
            "refused pickle",
        ) from error
    except ValueError as error:
        raise source.error(f"expected a whole pickle: {error}", "not a pickle") from error


def _recording(
    source: Source,
    annotation: object,
    row: int,
    arrangement: Arrangement,
    members: dict[object, list[str]],
) -> Recording:
    if not isinstance(annotation, dict) or "keypoint" not in annotation:
        hint = ""
        if isinstance(annotation, dict) and "raw_file" in annotation:
            hint = "; key points that are kept in files of their own are not read"
        raise source.error(f"expected keypoint in annotation {row}{hint}", "structure")
    keypoint = safe_pickle.unwrap(annotation["keypoint"])
    score = safe_pickle.unwrap(annotation.get("keypoint_score"))
    if not isinstance(keypoint, np.ndarray) or keypoint.ndim != 4:
        raise source.error(
            f"expected keypoint of annotation {row} to be an array (people, frames, joints, axes), "
            f"received {getattr(keypoint, 'shape', type(keypoint).__name__)}",
            "shape",
        )
    if score is not None and (not isinstance(score, np.ndarray) or score.ndim != 3):
        raise source.error(
            f"expected keypoint_score of annotation {row} to be an array (people, frames, joints)",
            "shape",
        )
    default_layout: JointLayout | None = _LAYOUTS.get(keypoint.shape[2:])
    name, label = annotation.get("frame_dir"), annotation.get("label")
    for key, value in (("frame_dir", name), ("label", label)):
        if not isinstance(value, (str, int, np.integer, type(None))):
            raise source.error(
                f"expected {key} of annotation {row} to be a name or a whole number, received "
                f"{type(value).__name__}",
                "structure",
            )
    return make_recording(
        source,
        keypoint.swapaxes(0, 1),
        Arrangement(arrangement.layout, arrangement.columns),
        confidence=None if score is None else score.swapaxes(0, 1),
        default_layout=default_layout,
        label=None if label is None else str(label),
        name=None if name is None else str(name),
        splits=tuple(members.get(name, ())),
    )


FORMAT = FileFormat("pyskl", (".pkl", ".pickle"), by_suffix, _read)
