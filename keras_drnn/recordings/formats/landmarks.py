"""`.json` of landmarks with names: MediaPipe's, TensorFlow.js' key points.

A list of frames, each a list of `{"x": ..., "y": ..., "z": ..., "visibility": ...}`, or of people
who are such lists, or an object that has them under one of the names that MediaPipe gives its
results; `null` or an empty list where nobody was found. World landmarks are preferred to those in
the picture.
"""

import re
from collections.abc import Iterator

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.following import follow_people
from keras_drnn.recordings.formats import joint_names, named_arrays
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.bodies import stack
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.frame_numbers import place_frames
from keras_drnn.recordings.formats.json_numbers import to_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import COCO_17, MEDIAPIPE_33, JointLayout

_FRAMES = ("frames", "results", "data", "poses", "sequence")
_NUMBERS = ("frame", "frame_index", "frame_id", "frame_number")
_WORLD = ("poseworldlandmarks", "worldlandmarks", "keypoints3d")
_IMAGE = ("poselandmarks", "landmarks", "landmark", "keypoints", "pose")
_CONFIDENCE = ("visibility", "score", "confidence")
_NAMES = ("name", "part")


def _recognises(source: Source) -> bool:
    leaf: object = _frames(source.json)
    while isinstance(leaf, list):
        leaf = next((each for each in leaf if each), None)
    if not isinstance(leaf, dict):
        return False
    return _is_point(leaf) or _by_name(leaf) is not None or _key(leaf, _WORLD + _IMAGE) is not None


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    content = source.json
    frames = _frames(content)
    assert isinstance(frames, list)
    objects = [frame for frame in frames if isinstance(frame, dict)]
    world = any(frame[key] for frame in objects if (key := _key(frame, _WORLD)))
    keys = _WORLD if world else _IMAGE
    notes: tuple[str, ...] = ()
    if world and any(_key(frame, _IMAGE) for frame in objects):
        notes = ("landmarks in the picture not read, those in the world are",)
    people = [
        [_numbers(source, points, t, arrangement) for points in _bodies(source, frame, keys, t)]
        for t, frame in enumerate(frames, start=1)
    ]
    positions, count, absent = _positions(source, frames)
    by_frame: list[list[np.ndarray]] = [[] for _ in range(count)]
    for position, bodies in zip(positions, people, strict=True):
        by_frame[position] += [numbers for numbers, _, _ in bodies]
    found = next((each for bodies in people for each in bodies), None)
    values = stack(source, by_frame)
    assert found is not None
    _, columns, names = found
    layout = _layout(len(values[0, 0]), columns, names)
    wanted = arrangement.layout or layout
    if names and wanted:
        values = values[:, :, joint_names.places(source, names, wanted)]
    rate = named_arrays.frame_rate(source, _either(content, ("fps", "frame_rate")))
    recording = make_recording(
        source,
        values,
        Arrangement(arrangement.layout, columns),
        default_layout=layout,
        frame_rate=rate,
        notes=(*notes, *absent),
    )
    return [follow_people(recording, frame_rate=arrangement.frame_rate)]


def _frames(content: object) -> object:
    """The list of frames, or what is in its place."""
    if isinstance(content, dict):
        frames = _either(content, _FRAMES)
        key = _key(content, _WORLD) or _key(content, _IMAGE)
        content = frames if isinstance(frames, list) else content.get(key)
    if isinstance(content, list) and _is_point(next(iter(content), None)):
        return [content]
    return content


def _bodies(source: Source, frame: object, keys: tuple[str, ...], t: int) -> Iterator[list]:
    """The lists of points in a frame."""
    if not frame:
        return
    if isinstance(frame, dict):
        key = _key(frame, keys)
        if key is None and (points := _by_name(frame)):
            yield points
        elif key is None and not _key(frame, _WORLD + _IMAGE):
            raise source.error(
                f"expected landmarks in frame {t}, received {', '.join(map(str, frame))}",
                "structure",
            )
        elif key is not None:
            yield from _bodies(source, frame[key], keys, t)
    elif isinstance(frame, list) and _is_point(frame[0]):
        yield frame
    elif isinstance(frame, list):
        for each in frame:
            yield from _bodies(source, each, keys, t)
    else:
        raise source.error(f"expected landmarks in frame {t}, received {frame!r:.60}", "structure")


def _numbers(
    source: Source, points: list, t: int, arrangement: Arrangement
) -> tuple[np.ndarray, str, list[str]]:
    """The numbers of someone's points, what they are, and the names of the points."""
    first = points[0]
    where = f" in frame {t}"
    if not isinstance(first, dict):
        array = to_array(source, points, where)
        return array, arrangement.columns or {2: "xy", 3: "xyz", 4: "xyzc"}[array.shape[1]], []
    keys = [axis for axis in "xyz" if axis in first]
    keys += [key for key in _CONFIDENCE if key in first][:1]
    columns = "".join(key if key in "xyz" else "c" for key in keys)
    try:
        rows = [[point[key] for key in keys] for point in points]
    except (TypeError, KeyError) as error:
        raise source.error(
            f"expected {', '.join(keys)} for each landmark{where}, received one without",
            "structure",
        ) from error
    name = next((key for key in _NAMES if key in first), None)
    names = [str(point.get(name)) for point in points] if name else []
    return to_array(source, rows, where), columns, names


def _positions(source: Source, frames: list) -> tuple[np.ndarray, int, tuple[str, ...]]:
    numbers = [_either(frame, _NUMBERS) if isinstance(frame, dict) else None for frame in frames]
    whole = all(type(number) is int for number in numbers)
    if not whole or len(set(numbers)) < len(numbers):
        return np.arange(len(frames)), len(frames), ()
    return place_frames(source, np.array(numbers))


def _layout(joints: int, columns: str, names: list[str]) -> JointLayout | None:
    if names:
        return joint_names.layout_of(names)
    if joints == len(MEDIAPIPE_33):
        return MEDIAPIPE_33
    return COCO_17 if joints == len(COCO_17) and columns == "xyc" else None


def _is_point(value: object) -> bool:
    if isinstance(value, dict):
        return {"x", "y"} <= value.keys()
    return (
        isinstance(value, list)
        and len(value) in (2, 3, 4)
        and all(isinstance(number, (int, float, type(None))) for number in value)
    )


def _by_name(frame: dict) -> list[dict] | None:
    """The points of an object that has one under each joint's name or number."""
    if not all(isinstance(point, dict) and _is_point(point) for point in frame.values()):
        return None
    if all(name.isdigit() for name in frame):
        return [frame[name] for name in sorted(frame, key=int)]
    return [{**point, "name": name} for name, point in frame.items()]


def _key(frame: dict, keys: tuple[str, ...]) -> str | None:
    """The key of an object that is one of some, whether in camel case or with underscores."""
    by_key = {re.sub("[_ ]", "", str(key)).lower(): key for key in frame}
    return next((by_key[key] for key in keys if key in by_key), None)


def _either(content: object, keys: tuple[str, ...]) -> object:
    if not isinstance(content, dict):
        return None
    return next((content[key] for key in keys if key in content), None)


FORMAT = FileFormat("landmarks", (".json",), _recognises, _read)
