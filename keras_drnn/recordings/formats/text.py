"""`.csv`, `.tsv`, `.txt`: lines of numbers, with names of joints above them or without."""

import re

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.joint_columns import read_long, read_wide
from keras_drnn.recordings.formats.number_table import NumberTable, read_table
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording

# What stands beside the numbers and is none of them: counters, and what is to be learned.
_NO_CHANNEL = re.compile(
    r"|(unnamed|index|idx|frame|time|timestamp|date|label|class|target|action|activity|subject)"
    r"([ _.:-].*)?",
    re.IGNORECASE,
)


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    table = read_table(source)
    of_joints = read_long(table, arrangement) or read_wide(table, arrangement)
    return [of_joints or _numbers(table, arrangement)]


def _numbers(table: NumberTable, arrangement: Arrangement) -> Recording:
    columns = [
        column
        for column in table.cells
        if not (table.header and _NO_CHANNEL.fullmatch(table.header[column]))
    ]
    unused = [table.name(column) for column in table.cells if column not in columns]
    if not columns:
        raise table.source.error(
            f"expected columns of numbers, received {', '.join(unused)}", "column count", line=1
        )
    notes = (f"columns not read: {', '.join(unused)}",) if unused else ()
    return make_recording(table.source, table.numbers(columns), arrangement, notes=notes)


FORMAT = FileFormat("text", (".csv", ".tsv", ".txt"), by_suffix, _read)
