"""The data set that a table is: what its recordings are, how they are split, where to start."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.data_sets.data_set import BACKGROUND, DataSet
from keras_drnn.data_sets.tables.clips import TableClips
from keras_drnn.data_sets.tables.layout import layout_of
from keras_drnn.data_sets.tables.numbering import number_texts
from keras_drnn.data_sets.tables.plain_name import plain_name
from keras_drnn.data_sets.tables.protocols import default_rule, protocols
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.data_sets.tables.starting_recipe import reason_for_delays, starting_recipe
from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.background import with_background
from keras_drnn.recordings.description import Times
from keras_drnn.recordings.flat_order import likelier_order
from keras_drnn.recordings.guess import guess
from keras_drnn.recordings.part import part_of
from keras_drnn.recordings.recording import Recording
from keras_drnn.recordings.recording_table import RecordingTable
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.recordings.split_rule import parse_split
from keras_drnn.recordings.table import read_table
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.layouts import JointLayout, find_layout

# What a description says of joints alone.
_OF_JOINTS = ("units", "up", "confidence", "columns", "order")


def is_table(name: str) -> bool:
    """Whether the name of a data set is the path of a table or of a description.

    Args:
        name: What was given as the data set.
    """
    return Path(name).suffix.casefold() in (".csv", ".tsv", ".parquet", ".pq", ".toml")


def table_data_set(
    path: str | Path,
    *,
    layout: str | None = None,
    split: str | None = None,
    fps: float | None = None,
    background: bool = False,
) -> DataSet:
    """The data set that a table of recordings is.

    Args:
        path: The table, or a description (`.toml`) of it or of arrays of all clips.
        layout: Name of the joint layout, if neither the files nor the description say it.
        split: How clips are divided; by default as the description says, by the column `split`, or
            by subjects, sessions or cameras.
        fps: Frames per second that all recordings are brought to; by default they stay as they
            are.
        background: Whether what lies between the parts of recordings is a class of its own, as it
            is where the description says so.

    Raises:
        ValueError: If the table, the description or an argument is wrong, no recording can be
            read, or the recordings cannot be divided.
    """
    if fps is not None and not 0 < fps < float("inf"):
        raise ValueError(f"`fps` must be a number of frames a second above 0. Received: fps={fps}")
    table = read_table(path)
    if not table.rows:
        faults = "\n".join(map(str, table.faults[:5]))
        raise ValueError(
            f"Expected at least one {table.unit} that can be used, found none.\n{faults}"
        )
    said = table.description
    given = find_layout(layout) if layout else layout_of(said)
    sample = _look(table, Arrangement(given, said.columns, said.order))
    reading, notices = _reading(table, sample, fps)
    nothing = said.background or BACKGROUND
    if background or said.background:
        table = with_background(table, nothing, sample.arrangement)
    rule = parse_split(split) if split is not None else said.split
    rule = rule or default_rule(table)
    columns = ("label", "subject", "camera", "session")
    numbers = {name: number_texts(getattr(row, name) for row in table.rows) for name in columns}
    evaluated = protocols(table, rule, numbers)
    if not numbers["subject"] and not evaluated[0].validation:
        notices.append(
            f"No {table.unit} names a subject: nobody is held out as a whole for validation, which "
            "then may look better than it is"
        )
    if len(numbers["label"]) == 1:
        notices.append(
            f"There is one class alone, {table.rows[0].label}: whatever a model says will be right"
        )
    length, rate = _typical_length(sample, fps), fps or sample.rate
    looked_at = len(sample.lengths) if len(sample.lengths) < len(table.rows) else None
    recipe = starting_recipe(reading, length, rate)
    name = plain_name(Path(path).stem).strip("-_") or "table"
    return DataSet(
        name=name,
        title=f"the recordings of {table.path.name}",
        reader=TableClips(table, reading, numbers),
        protocols=evaluated,
        recipe=recipe,
        recipe_reason=reason_for_delays(recipe, length, rate, looked_at),
        notices=tuple(notices),
        frame_rate=rate,
        background=nothing,
    )


@dataclass(frozen=True)
class _Sample:
    """What some recordings of a table say of all of them."""

    arrangement: Arrangement
    recordings: tuple[Recording, ...]
    lengths: tuple[int, ...]  # of their parts, where rows mean parts
    rates: tuple[float, ...]

    @property
    def layout(self) -> JointLayout | None:
        """What the joints are; `None` for channels."""
        return self.arrangement.layout

    @property
    def rate(self) -> float | None:
        """The most common frame rate."""
        return Counter(self.rates).most_common(1)[0][0] if self.rates else None


def _look(table: RecordingTable, arrangement: Arrangement) -> _Sample:
    arrangement = table.settle(arrangement)
    seen: list[tuple[RecordingRow, Recording]] = []
    errors: list[SkeletonFileError] = []
    for row in table.sample:
        try:
            seen.append((row, row.origin.read(arrangement)))
        except SkeletonFileError as error:
            errors.append(error)
    if not seen:
        raise ValueError(
            f"Expected recordings that can be read, found none among {len(errors)} of {table.path} "
            f"that were tried. The first one: {errors[0]}"
        )
    layout = arrangement.layout
    if layout is None:
        named = _most_common(recording.layout for _, recording in seen)
        layout = find_layout(named) if named else None
    of_joints = _most_common(recording.of_joints for _, recording in seen)
    if of_joints and layout is None:
        raise ValueError(
            "Expected to be told what the joints are: --layout NAME, or `layout` in a description. "
            f"Received: {table.path}, whose recordings have "
            f"{seen[0][1].values.shape[2]} joints and do not say"
        )
    alike = [(row, each) for row, each in seen if each.of_joints == of_joints]
    lengths = [_frames_of(row, each, table.description.times) for row, each in alike]
    rates = (row.fps or recording.frame_rate for row, recording in seen)
    arrangement = replace(arrangement, layout=layout if of_joints else None)
    return _Sample(
        arrangement,
        tuple(recording for _, recording in alike),
        tuple(lengths),
        tuple(r for r in rates if r),
    )


def _frames_of(row: RecordingRow, recording: Recording, times: Times) -> int:
    count, rate = len(recording.values), row.fps or recording.frame_rate
    try:
        part = part_of(row, count, rate, times)
    except SkeletonFileError:
        return count  # a row that is told of when its clip is read
    return len(range(count)[part])


def _reading(
    table: RecordingTable, sample: _Sample, fps: float | None
) -> tuple[Reading, list[str]]:
    said, notices = table.description, []
    recordings = sample.recordings
    axes_of_all = None if table.array is None else table.array.values.ndim
    if fps is None and len(set(sample.rates)) > 1:
        rates = ", ".join(f"{rate:g}" for rate in sorted(set(sample.rates)))
        notices.append(f"The recordings have different frame rates, {rates}; --fps makes them one")
    if sample.layout is None:
        channels = _most_common(each.values.shape[1] for each in recordings)
        unused = [key for key in _OF_JOINTS if getattr(said, key) is not None]
        if unused:
            notices.append(f"Not used, as the recordings are not of joints: {', '.join(unused)}")
        return Reading((1, channels, 1), None, said.times, fps=fps, array_axes=axes_of_all), notices
    joints, axes = _most_common(each.values.shape[2:] for each in recordings)
    recordings = [each for each in recordings if each.values.shape[2:] == (joints, axes)]
    bodies = max(each.values.shape[1] for each in recordings)
    up, units = said.up, said.units
    if axes == 2 and up in ("z", "-z"):
        raise ValueError(
            f"Expected `up` of {said.path} to be x or y, with its sign, as the joints have two "
            f"axes. Received: up = {up!r}"
        )
    guessed = guess(recordings[0], sample.layout)
    if said.order and not said.columns:
        other = likelier_order(recordings[0].values[:, 0], said.order, sample.layout)
        if other is not None:
            notices.append(
                f'In the first recording the numbers of a frame look as if order was "{other}"; '
                f'they are read as "{said.order}", as the description says'
            )
    for disagreement in guessed.disagreements(up=up, units=units):
        notices.append(f"In the first recording {disagreement}")
    if up is None and guessed.up is not None:
        up = guessed.up
        if up != "y":
            notices.append(f"The axis that points up is taken to be {up}, as the joints look")
    if units is None:
        units = guessed.units
        if units != "metres":
            notices.append(f"The units are taken to be {units or 'unknown'}, as the joints look")
    if axes == 2:
        notices.append("2-D joints are not turned to face the camera: they have no depth")
    return (
        Reading(
            (bodies, joints, axes),
            sample.layout,
            said.times,
            up=up,
            units=units,
            confidence=said.confidence or 0.0,
            fps=fps,
            columns=sample.arrangement.columns,
            order=sample.arrangement.order,
            array_axes=axes_of_all,
        ),
        notices,
    )


def _typical_length(sample: _Sample, fps: float | None) -> int:
    """Frames of half of the clips, or more, at the rate that they are brought to."""
    rate = fps / sample.rate if fps and sample.rate else 1
    return int(np.median([length * rate for length in sample.lengths]))


def _most_common(values: Iterable[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]
