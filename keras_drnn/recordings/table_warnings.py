"""What is odd in a table as a whole, though no row is wrong."""

import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from keras_drnn.recordings.row import RecordingRow
from keras_drnn.skeletons.words import counted, ranges


def overlap_warnings(
    path: Path, rows: Iterable[tuple[RecordingRow, str]], counts: str
) -> list[str]:
    """Tell of parts that share frames with another part of the same recording.

    Args:
        path: The table.
        rows: Rows, each with its file without symbolic links.
        counts: What the numbers of the rows count.
    """
    recordings: dict[str, list[RecordingRow]] = defaultdict(list)
    for row, real in rows:
        recordings[real].append(row)
    overlapping: set[int] = set()
    for parts in recordings.values():
        reached, last = -math.inf, 0
        for part in sorted(parts, key=lambda part: part.start or 0):
            if (part.start or 0) < reached:
                overlapping |= {last, part.line}
            end = math.inf if part.end is None else part.end
            if end > reached:
                reached, last = end, part.line
    if not overlapping:
        return []
    return [
        f"{path}: {counted(len(overlapping), 'part')} of recordings overlap with another part of "
        f"the same file, {counts}s {ranges(overlapping)}. A split that has one of them on either "
        "side tests on frames that it trains on."
    ]


def label_warnings(path: Path, labels: Iterable[str]) -> list[str]:
    """Tell of classes whose names differ in capitals and blanks alone.

    Args:
        path: The table.
        labels: The names of the classes.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for label in sorted(set(labels)):
        alike[" ".join(label.casefold().split())].append(label)
    return [
        f"{path}: {' and '.join(map(repr, each))} are different classes. Write them alike if "
        "one is meant."
        for each in alike.values()
        if len(each) > 1
    ]
