"""What a report is made from: a folder, or a run in MLflow."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keras_drnn.report.subject import Subject, open_subject


@contextmanager
def opened(source: str | Path) -> Iterator[Subject]:
    """What a report is about; files that have to be fetched are there until the block ends.

    Args:
        source: The folder of a comparison, of a search, or of one of their runs; or a run in
            MLflow, `runs:/ID`, its id, `models:/NAME/VERSION`, or the name of a comparison or
            search.

    Raises:
        ValueError: If there is no such folder or run.
    """
    with folder_of(source) as folder:
        yield open_subject(folder)


@contextmanager
def folder_of(source: str | Path, *, every_model: bool = False) -> Iterator[Path]:
    """A folder as it is, or made from what MLflow has of a run until the block ends.

    Args:
        source: A folder, or a run in MLflow, `runs:/ID`, its id, `models:/NAME/VERSION`, or the
            name of a comparison or search.
        every_model: Whether each training brings its trained model from MLflow, or the first of
            each model alone.

    Raises:
        ValueError: If there is no such folder or run.
    """
    if Path(source).is_dir():
        yield Path(source)
        return
    from keras_drnn.tracking.fetch import fetch

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        yield fetch(str(source), Path(scratch), every_model=every_model)
