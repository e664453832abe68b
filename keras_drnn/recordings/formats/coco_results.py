"""COCO's results of key points, as AlphaPose writes them too: one `.json` for each clip.

Format: COCO, "Results Format"; a list of people, `image_id` saying which frame each is in.
"""

import re

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.following import follow_people
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.bodies import name_of, stack
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.frame_numbers import place_frames
from keras_drnn.recordings.formats.json_numbers import to_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import COCO_17

_KEYS = {"image_id", "keypoints"}
_LAST_NUMBER = re.compile(r"(\d+)\D*$")


def _recognises(source: Source) -> bool:
    content = source.json
    return (
        isinstance(content, list)
        and bool(content)
        and isinstance(content[0], dict)
        and content[0].keys() >= _KEYS
    )


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    content = source.json
    assert isinstance(content, list)
    numbers, bodies, names = [], [], []
    for row, person in enumerate(content, start=1):
        where = f" of person {row}"
        if not isinstance(person, dict) or not person.keys() >= _KEYS:
            raise source.error(f"expected image_id and keypoints{where}", "structure")
        number = _LAST_NUMBER.search(str(person["image_id"]))
        if number is None:
            raise source.error(
                f"expected a number in image_id{where}, received {person['image_id']!r:.60}",
                "frame numbers",
            )
        points = to_array(source, person["keypoints"], where)
        if points.ndim != 1 or points.size % 3:
            raise source.error(
                f"expected x, y, score for each joint{where}, received {points.size} numbers",
                "axis count",
            )
        numbers.append(int(number[1]))
        bodies.append(points.reshape(-1, 3))
        names.append(name_of(person, "track_id", "person_id"))
    positions, count, notes = place_frames(source, np.array(numbers))
    people: list[list[np.ndarray]] = [[] for _ in range(count)]
    named: list[list[int | None]] = [[] for _ in range(count)]
    for position, body, name in zip(positions, bodies, names, strict=True):
        people[position].append(body)
        named[position].append(name)
    values = stack(source, people)
    recording = make_recording(
        source,
        values,
        Arrangement(arrangement.layout, "xyc"),
        default_layout=COCO_17 if values.shape[2] == len(COCO_17) else None,
        zeros_missing=True,
        notes=notes,
    )
    return [follow_people(recording, named, frame_rate=arrangement.frame_rate)]


FORMAT = FileFormat("COCO results", (".json",), _recognises, _read)
