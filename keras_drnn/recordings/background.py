"""What lies between the parts of longer recordings, as a class of its own."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.description import Times
from keras_drnn.recordings.part import part_of
from keras_drnn.recordings.recording_table import RecordingTable
from keras_drnn.recordings.row import RecordingRow
from keras_drnn.recordings.table_warnings import label_warnings
from keras_drnn.skeletons.errors import SkeletonFileError
from keras_drnn.skeletons.words import counted

# What is shorter is where one part goes over into the next.
LEAST: dict[Times, float] = {"seconds": 0.5, "frames": 8}
_FACTS = ("subject", "camera", "session", "split", "fps")
_DIFFERING = f"between parts that differ in {', '.join(_FACTS[:-1])} or {_FACTS[-1]}"
_Counts = Counter[tuple[str, str]]  # of what, why


def with_background(table: RecordingTable, name: str, arrangement: Arrangement) -> RecordingTable:
    """A table with rows for what lies between the parts of its recordings.

    - Before the first part, between two parts and behind the last one; parts that overlap are one.
    - It has the subject, camera, session and side of the parts on both sides of it. Where these
      differ it is left out, so that no side of a split sees what may belong to another one.
    - It is left out where it is shorter than half a second (8 frames, where times are frames). It
      is cut evenly, into pieces about as long as half of the parts are at least.
    - A recording of which a row means the whole has none, and neither has one with a row that is
      left out: what that row means is not known to be background.

    Args:
        table: The table.
        name: The class; rows that have it already stay in it.
        arrangement: How the numbers of the recordings are arranged.

    Raises:
        ValueError: If no row is a part of a recording, or nothing is left between the parts.
    """
    if not any(row.is_part for row in table.rows):
        raise ValueError(
            "Expected rows with start or end for a class of what lies between them: parts of "
            f"longer recordings. Received: {table.path}, in which every {table.unit} is a whole "
            "recording. Leave `background` out"
        )
    left_out: _Counts = Counter()
    recordings = list(_recordings(table, arrangement, left_out))
    parts = [run.length for recording in recordings for run in recording.parts]
    typical = float(np.median(parts)) if parts else 0.0
    rows = [
        replace(row, label=name, background=True)
        for recording in recordings
        for row in recording.between(typical, left_out)
    ]
    told = "; ".join(
        f"{counted(count, what)} {reason}" for (what, reason), count in left_out.items()
    )
    if not rows:
        raise ValueError(
            f"Expected something between the parts of the recordings for the class {name!r}, found "
            f"nothing. Received: {table.path}{f', left out: {told}' if told else ''}"
        )
    labels = {row.label for row in table.rows}
    warnings = [
        f"{table.path}: {counted(len(rows), 'clip')} of the class {name!r} "
        f"{'beside those that rows have ' if name in labels else ''}from between the parts of "
        f"{counted(len({row.line for row in rows}), 'recording')}"
        f"{f'. Left out: {told}' if told else ''}.",
        *label_warnings(table.path, {*labels, name}),
    ]
    others = tuple(each for each in warnings if each not in table.warnings)
    return replace(table, rows=(*table.rows, *rows), warnings=(*table.warnings, *others))


@dataclass(frozen=True)
class _Run:
    """Parts of a recording, or one, without anything between them."""

    start: float
    end: float
    facts: frozenset[tuple]

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class _Recording:
    """A recording with parts; all times are in the units of the table."""

    row: RecordingRow  # the first of its rows
    times: Times
    length: float
    parts: Sequence[_Run]

    def between(self, typical: float, left_out: _Counts) -> Iterator[RecordingRow]:
        """What lies between the parts, as rows like the first one; what is left out is counted."""
        runs = _merged(self.parts)
        least = LEAST[self.times]
        starts = [0.0, *(run.end for run in runs)]
        ends = [*(run.start for run in runs), self.length]
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            beside = runs[max(place - 1, 0) : place + 1]
            facts = {each for run in beside for each in run.facts}
            length = end - start
            if length <= 0:
                continue
            if length < least:
                left_out["gap", f"shorter than {least:g} {self.times}"] += 1
            elif len(facts) > 1:
                left_out["gap", _DIFFERING] += 1
            else:
                pieces = max(1, min(round(length / typical), int(length / least)))
                edges = np.linspace(start, end, pieces + 1)
                if self.times == "frames":
                    edges = np.round(edges)
                known = dict(zip(_FACTS, *facts, strict=True))
                for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
                    yield replace(self.row, start=first, end=last, **known)


def _merged(parts: Sequence[_Run]) -> list[_Run]:
    """Parts in their order, those that overlap made one."""
    runs: list[_Run] = []
    for part in sorted(parts, key=lambda part: part.start):
        if runs and part.start < runs[-1].end:
            last = runs.pop()
            part = _Run(last.start, max(last.end, part.end), last.facts | part.facts)
        runs.append(part)
    return runs


def _recordings(
    table: RecordingTable, arrangement: Arrangement, left_out: _Counts
) -> Iterator[_Recording]:
    """The recordings whose background is known; the others are counted."""
    by_file: dict[str, list[RecordingRow]] = defaultdict(list)
    real = {path: os.path.realpath(path) for path in {row.origin.path for row in table.rows}}
    for row in table.rows:
        by_file[real[row.origin.path]].append(row)
    faulty = {fault.file for fault in table.faults}
    times = table.description.times
    for file, rows in by_file.items():
        if not all(row.is_part for row in rows):
            if any(row.is_part for row in rows):
                left_out["recording", "of which a row means the whole"] += 1
        elif file in faulty or not (recording := _recording(rows, times, arrangement)):
            left_out["recording", "of which a row is left out"] += 1
        else:
            yield recording


def _recording(
    rows: Sequence[RecordingRow], times: Times, arrangement: Arrangement
) -> _Recording | None:
    """A recording; nothing if one of its rows cannot be read, which that row will be told of."""
    length, parts = 0.0, []
    for row in rows:
        try:
            recording = row.origin.read(arrangement)
            rate = row.fps or recording.frame_rate
            part_of(row, len(recording.values), rate, times)
        except SkeletonFileError:
            return None
        length = len(recording.values) / (rate if rate and times == "seconds" else 1)
        end = length if row.end is None else min(row.end, length)
        facts = tuple(getattr(row, name) for name in _FACTS)
        parts.append(_Run(row.start or 0.0, end, frozenset([facts])))
    return _Recording(rows[0], times, length, parts)
