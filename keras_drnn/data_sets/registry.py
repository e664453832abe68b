"""The data sets by name: those of this package, and those that other packages bring."""

from importlib.metadata import EntryPoint, entry_points

from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.data_sets.tables import is_table, table_data_set

GROUP = "keras_drnn.data_sets"
# Written down here and not in the package's own metadata: a clone that is not installed has none.
_OWN = tuple(
    EntryPoint(name, f"keras_drnn.data_sets.{name}:DATA_SET", GROUP)
    for name in ("demo", "ntu", "ntu120", "nucla")
)


class DataSetError(ValueError):
    """A data set that a package brings and that cannot be used."""


def data_set_names() -> tuple[str, ...]:
    """The names of all data sets, this package's first. Nothing is imported for it."""
    return tuple(dict.fromkeys(entry.name for entry in _entries()))


def find_data_set(
    name: str,
    *,
    layout: str | None = None,
    split: str | None = None,
    fps: float | None = None,
    background: bool = False,
) -> DataSet:
    """A data set by its name, or that of a table of recordings by its path.

    Args:
        name: One of `data_set_names()`, or a table as `table_data_set` takes it.
        layout: Of a table, as for `table_data_set`, and so are `split`, `fps` and `background`.
        split: Of a table.
        fps: Of a table.
        background: Of a table.

    Raises:
        ValueError: If there is no such data set.
        DataSetError: If a package brings it, but it cannot be used.

    Example:

    >>> find_data_set("nucla").reader.suffix
    '.json'
    """
    entries = [entry for entry in _entries() if entry.name == name]
    of_table = {"layout": layout, "split": split, "fps": fps, "background": background or None}
    if not entries and is_table(name):
        return table_data_set(name, layout=layout, split=split, fps=fps, background=background)
    given = [key for key, value in of_table.items() if value is not None]
    if given:
        raise ValueError(
            f"Expected {' and '.join(given)} for a table of recordings alone. Received: "
            f"data={name!r}"
        )
    if not entries:
        raise ValueError(
            f"`data` must be one of {', '.join(data_set_names())}, or a table of recordings (.csv, "
            f".tsv, .parquet, .toml). Received: data={name!r}"
        )
    if len(entries) > 1:
        raise DataSetError(
            f"Expected one data set named {name!r}, found {len(entries)}: "
            f"{'; '.join(_origin(entry) for entry in entries)}. Uninstall all of them but one."
        )
    return _load(entries[0])


def _entries() -> tuple[EntryPoint, ...]:
    return (*_OWN, *entry_points(group=GROUP))


def _load(entry: EntryPoint) -> DataSet:
    try:
        loaded = entry.load()
    # Whatever the code of another package raises as it is imported.
    except Exception as error:
        raise _unusable(entry, f"{type(error).__name__}: {error}") from error
    if not isinstance(loaded, DataSet):
        raise _unusable(entry, f"expected a DataSet, received {loaded!r:.60}")
    if loaded.name != entry.name:
        raise _unusable(entry, f"the entry point is named {entry.name}, the data set {loaded.name}")
    return loaded


def _unusable(entry: EntryPoint, reason: str) -> DataSetError:
    return DataSetError(
        f"The data set {entry.name!r}, {_origin(entry)}, cannot be used: {reason}. Mend or "
        "uninstall that package; the other data sets are not affected."
    )


def _origin(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else "keras-drnn"
    return f"which the package {package} brings as {entry.value}"
