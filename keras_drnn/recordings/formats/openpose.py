"""OpenPose: a folder of one JSON file for each frame (`--write_json`).

Format: CMU Perceptual Computing Lab, OpenPose, "Output".
"""

import re
from pathlib import Path

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.following import follow_people
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.bodies import name_of, stack
from keras_drnn.recordings.formats.file_format import FOLDER, FileFormat, by_suffix
from keras_drnn.recordings.formats.frame_numbers import place_frames
from keras_drnn.recordings.formats.json_numbers import to_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import OPENPOSE_18, OPENPOSE_BODY_25
from keras_drnn.skeletons.words import counted

_NAME = re.compile(r"(.*?)(\d+)(_keypoints)?\.json", re.IGNORECASE)
_LAYOUTS = {len(layout): layout for layout in (OPENPOSE_18, OPENPOSE_BODY_25)}
# The first that someone has; older versions of OpenPose have the second name.
_KEYS = {"pose_keypoints_2d": "xyc", "pose_keypoints": "xyc", "pose_keypoints_3d": "xyzc"}


def _recognises_file(source: Source) -> bool:
    return isinstance(source.json, dict) and isinstance(source.json.get("people"), list)


def _read_file(source: Source, arrangement: Arrangement) -> list[Recording]:
    people, _ = _people(source)
    return [_recording(source, [people], arrangement)]


def _read_folder(source: Source, arrangement: Arrangement) -> list[Recording]:
    names = sorted(path.name for path in source.path.iterdir() if not path.name.startswith("."))
    frames = {name: found for name in names if (found := _NAME.fullmatch(name))}
    if not frames:
        raise source.error(
            "expected OpenPose's files, NAME_000000000000_keypoints.json, one for each frame, "
            f"received {counted(len(names), 'other file')}",
            "structure",
        )
    videos = sorted({found[1] for found in frames.values()})
    if len(videos) > 1:
        raise source.error(
            f"expected the frames of one video, received those of {len(videos)}: "
            f"{', '.join(videos[:5])}. Give each video a folder of its own",
            "structure",
        )
    numbers = np.array([int(found[2]) for found in frames.values()])
    positions, count, notes = place_frames(source, numbers)
    people: list[list[np.ndarray]] = [[] for _ in range(count)]
    named: list[list[int | None]] = [[] for _ in range(count)]
    for position, name in zip(positions, frames, strict=True):
        people[position], named[position] = _people(Source(Path(source.path, name)))
    others = [name for name in names if name not in frames]
    if others:
        notes = (*notes, f"{counted(len(others), 'other file')} not read: {', '.join(others[:5])}")
    return [
        follow_people(
            _recording(source, people, arrangement, notes), named, frame_rate=arrangement.frame_rate
        )
    ]


def _people(source: Source) -> tuple[list[np.ndarray], list[int | None]]:
    """The people of a frame, each `(joints, numbers)`, and what the file calls them."""
    if not _recognises_file(source):
        raise source.error("expected an object with a list of people", "structure")
    people, names = [], []
    for person in source.json["people"]:  # type: ignore[index]  # checked above
        key = next((key for key in _KEYS if isinstance(person, dict) and person.get(key)), None)
        if key is None:
            raise source.error(f"expected {next(iter(_KEYS))} of each of the people", "structure")
        numbers = to_array(source, person[key])
        width = len(_KEYS[key])
        if numbers.ndim != 1 or len(numbers) % width:
            raise source.error(
                f"expected {', '.join(_KEYS[key])} for each joint in {key}, received "
                f"{numbers.size} numbers",
                "axis count",
            )
        people.append(numbers.reshape(-1, width))
        names.append(name_of(person, "person_id"))
    return people, names


def _recording(
    source: Source,
    people: list[list[np.ndarray]],
    arrangement: Arrangement,
    notes: tuple[str, ...] = (),
) -> Recording:
    values = stack(source, people)
    columns = "xyc" if values.shape[-1] == 3 else "xyzc"
    return make_recording(
        source,
        values,
        Arrangement(arrangement.layout, columns),
        default_layout=_LAYOUTS.get(values.shape[2]),
        zeros_missing=True,
        notes=notes,
    )


FILE = FileFormat("OpenPose frame", (".json",), _recognises_file, _read_file)
FRAMES = FileFormat("OpenPose folder", (FOLDER,), by_suffix, _read_folder)
