"""Tables as Parquet, read by PyArrow."""

import math
from pathlib import Path

from keras_drnn.recordings.raw_table import RawTable


def read_parquet_table(path: Path) -> RawTable:
    """Read a table that is a Parquet file.

    Every value becomes the text that a table as text would have: a whole number without a decimal
    point, nothing for what is missing, NaN included.

    Args:
        path: The file.

    Raises:
        ValueError: If it cannot be read, or a column holds neither texts nor numbers.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            table = file.read()
    except (pyarrow.ArrowException, OSError) as error:
        raise ValueError(f"Expected a Parquet file. Received: {path}: {error}") from error
    nested = [field.name for field in table.schema if pyarrow.types.is_nested(field.type)]
    if nested:
        raise ValueError(
            f"Expected texts and numbers in every column. Received: {path}, with lists or records "
            f"in {', '.join(nested)}. Write the table without these columns"
        )
    columns = [[_text(value) for value in column.to_pylist()] for column in table.columns]
    rows = ((number, list(cells)) for number, cells in enumerate(zip(*columns, strict=True), 1))
    filled = ((number, cells) for number, cells in rows if any(map(str.strip, cells)))
    return RawTable(tuple(table.schema.names), filled, counts="row")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="surrogateescape")
    return str(value)
