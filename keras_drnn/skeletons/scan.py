"""Read all clips of a folder, one after the other; a faulty file does not stop it."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.extent import EVERYTHING, Extent
from keras_drnn.skeletons.listing import list_folder
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.source import FolderSource, Outcome
from keras_drnn.skeletons.summary import Fault, ScanSummary

# Enough for no worker to wait for the others, few enough for the memory to stay small.
_ENTRIES_IN_FLIGHT_PER_WORKER = 8


class FolderScan:
    """All clips of a folder and the folders in it, in the order of their names.

    Iterating gives the clips as they are read: only few of them are in memory at any time. Files
    with a fault are left out; `summary` says which and why.

    Args:
        root: The folder.
        reader: `ntu.READER` or `nucla.READER`.
        missing_list: A text file of samples to leave out.
        extent: Which clips the data set has; the files of others are not read.
        workers: Number of processes that read. Each is started afresh and imports this package,
            so more than one pays for thousands of files; a script that asks for more must be
            importable (`if __name__ == "__main__":`).

    Raises:
        ValueError: If `root` is not a folder or holds no clip at all, or the list is unusable.

    Example:

    >>> import tempfile
    >>> from keras_drnn.skeletons.ntu import READER
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "S001C001P001R001A001.skeleton").write_text("0")
    ...     scan = FolderScan(folder, READER)
    ...     clips = list(scan)
    >>> scan.summary.read, scan.summary.faults[0].reason
    (0, 'expected at least 1 frame, received 0')
    """

    def __init__(
        self,
        root: str | Path,
        reader: Reader,
        *,
        missing_list: str | Path | None = None,
        extent: Extent = EVERYTHING,
        workers: int = 1,
    ) -> None:
        self._source = FolderSource(list_folder(root, reader, missing_list, extent=extent), reader)
        self._workers = workers
        self._read = 0
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Clip]:
        self._read = 0
        self._faults = []
        entries = self._source.entries
        outcomes = read_entries(map(self._source.task, range(len(entries))), self._workers)
        for name, outcome in zip(entries, outcomes, strict=True):
            if outcome.error:
                self._faults.append(Fault.of(outcome.error, name))
            if outcome.clip:
                self._read += 1
                yield outcome.clip

    @property
    def summary(self) -> ScanSummary:
        """What the last (or current) iteration has read and left out so far."""
        return ScanSummary(self._source.listing, self._read, tuple(self._faults))


def read_entries(tasks: Iterable[Callable[[], Outcome]], workers: int = 1) -> Iterator[Outcome]:
    """Read entries one after the other; outcomes come in the order of the entries.

    Args:
        tasks: What reads each entry, see `ClipSource.task`.
        workers: Number of processes that read, see `FolderScan`.

    Raises:
        ValueError: If `workers` is not at least 1.
    """
    if workers < 1:
        raise ValueError(f"Expected at least 1 worker. Received: workers={workers}")
    if workers == 1:
        for task in tasks:
            yield task()
        return
    # A fork of a process with the threads of TensorFlow, JAX or torch in it may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        pending = deque()
        for task in tasks:
            pending.append(pool.submit(task))
            if len(pending) == workers * _ENTRIES_IN_FLIGHT_PER_WORKER:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
