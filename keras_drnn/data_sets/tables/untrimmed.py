"""Recordings as they were: whole, with where the parts of them that are clips lie."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from keras_drnn.data_sets.tables.clips import TableClips
from keras_drnn.data_sets.tables.frame_rate import frames_at_rate
from keras_drnn.recordings.origin import Origin
from keras_drnn.recordings.part import part_of
from keras_drnn.recordings.row import RecordingRow


@dataclass(frozen=True, eq=False)
class Untrimmed:
    """A recording of which clips are parts.

    Args:
        length: Number of frames.
        parts: The first frame of each clip, and the frame behind its last one, by its name.
        read: Gives all frames, prepared as those of clips are, `(length, bodies, joints, axes)`.
    """

    length: int
    parts: Mapping[str, tuple[int, int]]
    read: Callable[[], np.ndarray]


def untrimmed(table: TableClips, names: Sequence[str]) -> list[Untrimmed]:
    """The recordings of which some clips are parts, in the order of the table.

    Args:
        table: The rows of a table.
        names: Names of clips; those that are whole recordings are left out.
    """
    rows: dict[Origin, list[tuple[str, RecordingRow]]] = defaultdict(list)
    wanted = set(names)
    for row in table.table.rows:
        name = table.clip_name(row)
        if row.is_part and name in wanted:
            rows[row.origin].append((name, row))
    return [_untrimmed(table, parts) for parts in rows.values()]


def _untrimmed(table: TableClips, parts: Sequence[tuple[str, RecordingRow]]) -> Untrimmed:
    reading, first = table.reading, parts[0][1]
    recorded = first.origin.read(replace(reading.arrangement, frame_rate=first.fps))
    length, rate = len(recorded.values), first.fps or recorded.frame_rate
    if reading.fps and rate:
        length = frames_at_rate(length, rate, reading.fps)
    places = {}
    for name, row in parts:
        rate = row.fps or recorded.frame_rate
        part = part_of(row, len(recorded.values), rate, reading.times)
        scale = reading.fps / rate if reading.fps and rate else 1
        begin = min(round(part.start * scale), length - 1)
        end = min(round(part.stop * scale), length)
        places[name] = begin, max(begin + 1, end)
    # Recordings are long: one is read when it is its turn, and none is kept.
    return Untrimmed(length, places, partial(reading.values, replace(first, start=None, end=None)))
