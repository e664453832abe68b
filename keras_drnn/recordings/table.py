"""The table of a user's recordings: a row a recording, or a part of a longer one.

The columns are `file` and `label`, and where they are known `subject`, `camera`, `session`, `split`
(`train`, `validation` or `val`, `test`), `start`, `end` and `fps`, in any order. Capitals and
blanks around a name make no difference; other columns are named and not used.

The table is a text in UTF-8 with commas, semicolons or tabs between the cells, or Parquet. Numbers
have a decimal point or a decimal comma, and no mark between thousands. Paths are relative to the
folder of the table, and none leads out of it, unless a description (`description.py`) says
`root = "..."`, the folder that they are relative to then.
"""

from pathlib import Path

from keras_drnn.recordings.array_table import read_array_table
from keras_drnn.recordings.description import Description, read_description
from keras_drnn.recordings.faults import CellError, TableFault
from keras_drnn.recordings.files import Files
from keras_drnn.recordings.parquet_table import read_parquet_table
from keras_drnn.recordings.raw_table import RawTable
from keras_drnn.recordings.recording_table import RecordingTable
from keras_drnn.recordings.row import RecordingRow, RowReader
from keras_drnn.recordings.table_columns import find_columns
from keras_drnn.recordings.table_warnings import label_warnings, overlap_warnings
from keras_drnn.recordings.text_table import read_text_table

_PARQUET = (".parquet", ".pq")


def read_table(path: str | Path) -> RecordingTable:
    """Read a table, or a description with the table or the arrays that it names.

    A row that cannot be used is left out and named, with its line, its column and what to do.

    Args:
        path: A text (`.csv`, `.tsv`, `.txt` ...), a Parquet file, or a description (`.toml`).

    Raises:
        ValueError: If there is no such file, or it has no rows, no column `file` or `label` or two
            columns of one name, or is no table at all; or if the description is wrong.

    Example:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.npy").write_bytes(b"joints")
    ...     path = Path(folder, "clips.csv")
    ...     _ = path.write_text("file;label;end\\na.npy;sit;2,5\\nb.npy;sit;\\n")
    ...     table = read_table(path)
    >>> [(row.line, row.origin.name, row.label, row.end) for row in table.rows]
    [(2, 'a.npy', 'sit', 2.5)]
    >>> [(fault.line, fault.column, fault.received) for fault in table.faults]
    [(3, 'file', "'b.npy', which does not exist")]
    """
    path = Path(path)
    warnings: list[str] = []
    if path.suffix.casefold() == ".toml":
        description = read_description(path)
        if description.table is None:
            return read_array_table(description)
        path = description.table
    else:
        description = Description()
        beside = path.with_suffix(".toml")
        if beside.is_file():
            warnings.append(f"{beside} is not read. Give it in place of the table if it should be.")
    raw = _read(path)
    columns = find_columns(path, raw.header)
    reader = RowReader(
        path,
        columns.places,
        Files(description.root or path.parent),
        times=description.times,
        fps=description.fps,
        counts=raw.counts,
        comma_separates=raw.separator == ",",
    )
    rows, faults = _rows(raw, reader)
    if not rows and not faults:
        raise ValueError(
            f"Expected a row for each recording below the names of the columns. Received: {path}, "
            "which has none"
        )
    warnings += columns.warnings
    warnings += overlap_warnings(path, rows, raw.counts)
    warnings += label_warnings(path, (row.label for row, _ in rows))
    return RecordingTable(
        path,
        tuple(row for row, _ in rows),
        tuple(faults),
        tuple(columns.places),
        columns.unknown,
        tuple(warnings),
        description,
        raw.counts,
    )


def _read(path: Path) -> RawTable:
    try:
        with path.open("rb") as file:
            if file.read(4) == b"PAR1" or path.suffix.casefold() in _PARQUET:
                return read_parquet_table(path)
            file.seek(0)
            return read_text_table(path, file.read())
    except OSError as error:
        raise ValueError(
            f"Expected a table, as text or as Parquet: {error.strerror}. Received: {path}"
        ) from error


def _rows(
    raw: RawTable, reader: RowReader
) -> tuple[list[tuple[RecordingRow, str]], list[TableFault]]:
    rows: list[tuple[RecordingRow, str]] = []
    faults: list[TableFault] = []
    seen: dict[tuple, RecordingRow] = {}
    for line, cells in raw.rows:
        if isinstance(cells, str):
            faults.append(reader.fault(line, None, _no_cells(raw, cells)))
            continue
        read = reader.read(line, cells)
        if isinstance(read, list):
            faults += read
            continue
        row, real = read
        first = seen.setdefault((real, row.start or 0, row.end), row)
        if first is row:
            rows.append(read)
        else:
            faults.append(reader.fault(line, None, _repeated(row, first, raw.counts)))
    return rows, faults


def _no_cells(raw: RawTable, received: str) -> CellError:
    return CellError(
        f"{len(raw.header)} cells, as in the line with the names of the columns",
        received,
        f"Put quotes around a cell that has {raw.separator!r} or a line break in it, and two in "
        "place of one within it.",
    )


def _repeated(row: RecordingRow, first: RecordingRow, counts: str) -> CellError:
    names = ("label", "subject", "camera", "session", "split", "fps")
    differing = [
        f"{name} {getattr(first, name)!r} there and {getattr(row, name)!r} here"
        for name in names
        if getattr(first, name) != getattr(row, name)
    ]
    return CellError(
        "each recording, or each part of one, in one row",
        f"that of {counts} {first.line} once more{', with ' if differing else ''}"
        f"{', '.join(differing)}",
        "Delete one of the two.",
    )
