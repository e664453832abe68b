"""Kinetics-skeleton: one `.json` for each clip, OpenPose's 18 joints.

Format: Yan, Xiong and Lin, "Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action
Recognition", AAAI 2018, and the description of the data with its code.
"""

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.following import follow_people
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.bodies import stack
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.frame_numbers import place_frames
from keras_drnn.recordings.formats.json_numbers import to_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.layouts import OPENPOSE_18


def _recognises(source: Source) -> bool:
    content = source.json
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        return False
    return any(isinstance(frame, dict) and "skeleton" in frame for frame in content["data"])


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    content = source.json
    assert isinstance(content, dict)
    frames = content["data"]
    for t, frame in enumerate(frames, start=1):
        if not isinstance(frame, dict) or type(frame.get("frame_index")) is not int:
            raise source.error(f"expected frame_index in frame {t}, a whole number", "structure")
    numbers = np.array([frame["frame_index"] for frame in frames])
    if len(set(numbers)) < len(numbers):
        raise source.error("expected each frame_index once", "frame numbers")
    positions, count, notes = place_frames(source, numbers)
    people: list[list[np.ndarray]] = [[] for _ in range(count)]
    for t, (position, frame) in enumerate(zip(positions, frames, strict=True), start=1):
        people[position] = [_person(source, each, t) for each in frame.get("skeleton") or ()]
    label = content.get("label")
    recording = make_recording(
        source,
        stack(source, people),
        Arrangement(arrangement.layout, "xyc"),
        default_layout=OPENPOSE_18,
        zeros_missing=True,
        label=None if label is None else str(label),
        notes=notes,
    )
    return [follow_people(recording, frame_rate=arrangement.frame_rate)]


def _person(source: Source, person: object, t: int) -> np.ndarray:
    where = f" in frame {t}"
    if not isinstance(person, dict) or not {"pose", "score"} <= person.keys():
        raise source.error(f"expected pose and score of each skeleton{where}", "structure")
    pose = to_array(source, person["pose"], where)
    score = to_array(source, person["score"], where)
    if pose.shape != (2 * len(OPENPOSE_18),) or score.shape != (len(OPENPOSE_18),):
        raise source.error(
            f"expected 36 numbers in pose and 18 in score{where}, received {pose.size} and "
            f"{score.size}",
            "joint count",
        )
    return np.concatenate([pose.reshape(-1, 2), score[:, None]], axis=1)


FORMAT = FileFormat("Kinetics-skeleton", (".json",), _recognises, _read)
