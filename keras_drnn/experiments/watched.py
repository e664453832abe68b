"""A recording on disk to be looked at, with what a trained model says of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.data_sets import DataSet, data_set_names, find_data_set
from keras_drnn.data_sets.tables.clips import TableClips
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.clip_files import ReadClip, read_clips
from keras_drnn.experiments.scored import describe_file
from keras_drnn.experiments.scorer import open_scorer
from keras_drnn.log_softmax import log_softmax
from keras_drnn.recordings.formats.native import NTU, NUCLA
from keras_drnn.recordings.formats.registry import find_format
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.guess import guess
from keras_drnn.recordings.read import read_recording
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout, find_layout
from keras_drnn.skeletons.reader import Reader

_FRAME_RATE = 30  # where nothing says it
_NUMBERED = re.compile(r"(.+\.np[yz])\[[0-9]+\]", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Watched:
    """What there is to see of a recording.

    Args:
        clip: The clip.
        layout: What its joints are; `None` for channels.
        about: The other arguments of `animation_html`.
        remarks: What else is to be said.
    """

    clip: Clip
    layout: JointLayout | None
    about: dict[str, Any]
    remarks: tuple[str, ...]


def watch(
    path: Path,
    *,
    model: Path | None = None,
    data: str | None = None,
    layout: str | None = None,
) -> Watched:
    """Read a recording, and ask a model about it.

    Args:
        path: A recording, or `X.npy[3]`, a clip of an array of clips.
        model: A `.keras` or `.tflite` file of a run, which says how the recording is read.
        data: The data set that it is of, or a table of recordings: how it is read without a model,
            and what its label is.
        layout: Name of the joints' layout, if nothing else says it.

    Raises:
        ValueError: If the recording or the model cannot be used, or there are several recordings.
    """
    if layout is not None and (model is not None or data in data_set_names()):
        said_by = "the model" if model is not None else f"the data set {data}"
        raise ValueError(f"Expected no layout, as {said_by} says it. Received: layout={layout!r}")
    data_set = None if data is None else find_data_set(data, layout=layout)
    scorer = None if model is None else open_scorer(model)
    description = _description(path, model, data_set, layout)
    name, read = _one(path, description)
    found = read()
    if data_set is None and not description.get("reading"):
        known = description.get("data")
        data_set = find_data_set(known) if known in data_set_names() else None
    label, remark = _label(data_set, path)
    rate = found.frame_rate or description.get("frame_rate")
    rate = rate or (data_set.frame_rate if data_set else None)
    about: dict[str, Any] = {
        "label": label or description.get("label"),
        "seconds_per_frame": 1 / (rate or _FRAME_RATE),
    }
    if scorer is not None:
        probabilities = np.exp(log_softmax(scorer.score(found.frames)))
        classes = description.get("labels") or range(probabilities.shape[1])
        about |= {"names": tuple(map(str, classes)), "probabilities": probabilities}
        if scorer.clock is not None:
            about |= scorer.clock._asdict()
    return Watched(
        _clip(name, found), found.layout, about, tuple(filter(None, (found.remark, remark)))
    )


def _description(
    path: Path, model: Path | None, data_set: DataSet | None, layout: str | None
) -> dict[str, Any]:
    """How the recording is to be read."""
    if model is not None:
        return describe_file(model)
    if data_set is not None:
        return {"data": data_set.name, "reading": data_set.reading}
    known = {NTU: None, NUCLA: "nucla"}  # the same names are given to files of several data sets
    source = Source(path)
    native = find_format(source) if path.is_file() else None
    if native in known and layout is None:
        return {"data": known[native]}
    return _by_itself(path, layout)


def _by_itself(path: Path, layout: str | None) -> dict[str, Any]:
    """How a recording is read that nothing is known of: as it says, and as it looks."""
    recording = read_recording(path, layout=layout)
    values, said = recording.values, {"frame_rate": recording.frame_rate, "label": recording.label}
    if not recording.of_joints:
        return {"reading": Reading((1, values.shape[1], 1), None, "frames").as_json(), **said}
    named = layout or recording.layout
    if named is None:
        raise ValueError(
            "Expected to be told what the joints are, by a layout (coco_17, mediapipe_33 ...), a "
            f"table of recordings or a model. Received: {path}, whose recording has "
            f"{values.shape[2]} joints and does not say"
        )
    joints = find_layout(named)
    looks = guess(recording, joints)
    _, bodies, count, axes = values.shape
    up = looks.up if axes == 3 or looks.up in ("y", "-y", "x", "-x") else None
    reading = Reading((bodies, count, axes), joints, "frames", up=up, units=looks.units)
    return {"reading": reading.as_json(), **said}


def _one(path: Path, description: dict[str, Any]) -> tuple[str, Callable[[], ReadClip]]:
    """The one recording that is meant, and its name."""
    numbered = None if path.exists() else _NUMBERED.fullmatch(str(path))
    clips = read_clips(Path(numbered[1]) if numbered else path, description)
    chosen = [clip for clip in clips if clip[0] == path] if numbered else clips
    if len(chosen) != 1:
        raise ValueError(
            f"Expected one clip. Received: {path}; there are {len(clips)}, such as {clips[0][0]}: "
            "name one of them"
        )
    ((found, read),) = chosen
    return found.name, read


def _label(data_set: DataSet | None, path: Path) -> tuple[str | None, str | None]:
    """The true class, and what is to be said if it is not known."""
    if data_set is None:
        return None, None
    if isinstance(data_set.reader, Reader):
        named = data_set.reader.match(path.name)
        if named is None:
            return None, None
        actions = {
            number: name for each in data_set.protocols for number, name in each.actions.items()
        }
        return actions.get(int(named["action"])), None
    if not isinstance(data_set.reader, TableClips):
        return None, None
    place = path.resolve()
    rows = [row for row in data_set.reader.table.rows if row.origin.path.resolve() == place]
    labels = {row.label for row in rows}
    if len(labels) == 1 and not any(row.is_part for row in rows):
        return labels.pop(), None
    table = data_set.reader.pattern
    if rows:
        return None, f"{table} has {len(rows)} rows of it: no label is that of the whole"
    return None, f"{table} has no row of it: its label is not known"


def _clip(name: str, found: ReadClip) -> Clip:
    joints = np.asarray(found.joints, np.float32)
    return Clip(joints, np.asarray(joints.any(axis=(2, 3))), 0, 0, 0, name)
