"""The clips of a folder in a form that opens at once: coordinates mapped from one file."""

from collections.abc import Callable, Iterator
from operator import index as as_index
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import NoClipsError
from keras_drnn.skeletons.extent import EVERYTHING, Extent
from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.listing import list_folder
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.source import ClipSource, FolderSource
from keras_drnn.skeletons.store_build import build, load_records
from keras_drnn.skeletons.store_files import (
    JOINTS,
    MASK,
    header,
    locked,
    prepare,
    store_folder,
)
from keras_drnn.skeletons.summary import Fault, ScanSummary


class ClipStore:
    """The clips of a folder, read once and kept on the disk.

    `store[i]` is a `Clip` whose arrays are read-only views of a file mapped into memory: opening
    costs next to nothing and memory holds only what is in use. Every clip has as many bodies as
    the data set has at most (NTU 2, N-UCLA 1); those that are absent are 0 and False in the mask.

    Use `ClipStore.open_or_build`.

    Attributes:
        folder: Where the store is.
        index: `ClipIndex`: subject, camera, action, frames and more as one array per fact.
        summary: `ScanSummary`: how many files were read and what was left out and why.
    """

    def __init__(
        self, folder: Path, index: ClipIndex, summary: ScanSummary, shape: tuple[int, int, int]
    ) -> None:
        self.folder = folder
        self.index = index
        self.summary = summary
        frames = (int(index.frames.sum()), *shape)
        # Plain arrays on the mapped memory: slices of np.memmap itself are slow to make.
        self._joints = np.asarray(np.memmap(folder / JOINTS, np.float32, "r", shape=frames))
        self._mask = np.asarray(np.memmap(folder / MASK, np.bool_, "r", shape=frames[:2]))

    @classmethod
    def open_or_build(
        cls,
        root: str | Path,
        reader: Reader,
        cache_dir: str | Path,
        *,
        missing_list: str | Path | None = None,
        extent: Extent = EVERYTHING,
        progress: Callable[[int, int], None] | None = None,
        workers: int = 1,
    ) -> "ClipStore":
        """Open the store of a folder; build it first if there is none of the folder as it is now.

        A build that was interrupted goes on where it stopped. A folder whose files have other
        names, sizes or times of change than those of the store, and a store of an older reader,
        are read anew. If another process is building the same store, this waits for it.

        Args:
            root: The folder of the data; the folders in it are read with it.
            reader: `ntu.READER` or `nucla.READER`.
            cache_dir: Folder for stores; each gets a folder of its own in it.
            missing_list: A text file of samples to leave out.
            extent: Which clips the data set has; the files of others are not read.
            progress: Called as `progress(files done, files in all)` after each file.
            workers: Number of processes that read, see `scan.FolderScan`.

        Raises:
            ValueError: If `root` is not a folder or holds no clip at all, or the list is unusable.
            ClipStoreError: If the store cannot be written, or no file of the folder can be read.

        Example:

        >>> import json, tempfile
        >>> from keras_drnn.skeletons.nucla import READER
        >>> name = "a08_s01_e00_v02"
        >>> content = {"file_name": name, "label": 7, "skeletons": [[[0, 1, 3]] * 20] * 5}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, name + ".json").write_text(json.dumps(content))
        ...     store = ClipStore.open_or_build(folder, READER, Path(folder, "cache"))
        ...     shape = store[0].joints.shape
        >>> len(store), shape, store.index.camera
        (1, (5, 1, 20, 3), array([2]))
        """
        listing = list_folder(root, reader, missing_list, extent=extent, skip=Path(cache_dir))
        return cls.of_source(FolderSource(listing, reader), cache_dir, progress, workers)

    @classmethod
    def of_source(
        cls,
        source: ClipSource,
        cache_dir: str | Path,
        progress: Callable[[int, int], None] | None = None,
        workers: int = 1,
    ) -> "ClipStore":
        """Open the store of a source; as `open_or_build` does for a folder.

        Args:
            source: Where the clips come from.
            cache_dir: Folder for stores.
            progress: Called as `progress(entries done, entries in all)` after each entry.
            workers: Number of processes that read.

        Raises:
            ClipStoreError: If the store cannot be written, or no entry can be read.
        """
        folder = store_folder(cache_dir, source)
        with locked(folder):
            prepare(folder, header(source))
            records = load_records(folder, source)
            if len(records) < len(source.entries):
                records = build(folder, source, records, progress, workers)
            # Still under the lock: a builder that finds the folder changed removes these files.
            return cls._of_records(folder, source, records)

    @classmethod
    def _of_records(cls, folder: Path, source: ClipSource, records: list[dict]) -> "ClipStore":
        clips = [record for record in records if "fault" not in record]
        faults = source.faults + tuple(
            Fault(record["entry"], **record["fault"]) for record in records if "fault" in record
        )
        remarks = {record["entry"]: record["remark"] for record in clips if "remark" in record}
        summary = ScanSummary(source.listing, len(clips), faults, remarks)
        if not clips:
            raise NoClipsError(summary)
        return cls(folder, ClipIndex.of_records(clips), summary, source.shape)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The files left out because something is wrong with them."""
        return self.summary.faults

    @property
    def sha256(self) -> tuple[str, ...]:
        """SHA-256 of the bytes of the file of each clip."""
        return self.index.sha256

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, i: int) -> Clip:
        i = as_index(i)
        if not -len(self) <= i < len(self):
            raise IndexError(f"Expected a clip number below {len(self)}. Received: i={i}")
        index = self.index
        frames = slice(index.offset[i], index.offset[i] + index.frames[i])
        return Clip(
            joints=self._joints[frames],
            mask=self._mask[frames],
            subject=int(index.subject[i]),
            camera=int(index.camera[i]),
            action=int(index.action[i]),
            name=index.name[i],
            setup=int(index.setup[i]),
            part=int(index.part[i]),
        )

    def __iter__(self) -> Iterator[Clip]:
        return (self[i] for i in range(len(self)))
