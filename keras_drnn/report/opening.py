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
            MLflow, `runs:/ID`, its id, or the name of a comparison or search.

    Raises:
        ValueError: If there is no such folder or run.
    """
    if Path(source).is_dir():
        yield open_subject(Path(source))
        return
    from keras_drnn.tracking.fetch import fetch

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        yield open_subject(fetch(str(source), Path(scratch)))
