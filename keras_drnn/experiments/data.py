"""The data of an experiment: the clips of a data set, read, split and ready to batch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.data_sets import DataSet, Protocol, find_data_set
from keras_drnn.skeletons.duplicates import clean_test, copies_warning
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.split import Split, split
from keras_drnn.skeletons.store import ClipStore


@dataclass(frozen=True, eq=False)
class Data:
    """The clips of a data set, and how they are split.

    Args:
        data_set: The data set.
        root: The folder the clips were read from.
        protocol: Which clips train and which test.
        clips: The clips.
        split: Numbers of the clips to train on, to validate with and to test on.
        subsets: Parts of the test side that are reported on their own: by name, `(test clips,)`
            booleans. `clean` are the clips that are not copies of a training clip; the others are
            those of the data set.
        warnings: What its user should know.
    """

    data_set: DataSet
    root: Path
    protocol: Protocol
    clips: ClipStore
    split: Split
    subsets: dict[str, np.ndarray]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.data_set.name

    @property
    def reader(self) -> Reader:
        """How the files are read."""
        return self.data_set.reader

    @property
    def layout(self) -> JointLayout:
        """What the joints are."""
        return self.data_set.layout

    def description(self) -> dict:
        """What `comparison.json` says of the data."""
        parts = self.split
        return {
            "name": self.name,
            "root": str(self.root),
            "protocol": self.protocol.name,
            "synthetic": self.data_set.synthetic,
            "classes": list(parts.class_names),
            "validation_subjects": list(parts.validation_subjects),
            "clips": {
                "train": len(parts.train),
                "validation": len(parts.validation),
                "test": len(parts.test),
                **{name: int(chosen.sum()) for name, chosen in self.subsets.items()},
            },
        }


def open_data(
    name: DataSet | str,
    *,
    root: Path | None,
    protocol: str | None = None,
    cache: Path,
    missing_list: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Data:
    """Read (or make) the data and split it.

    Args:
        name: The data set, or the name of one.
        root: The folder of the files. Data that can be made is made there if there is none, and in
            the cache without a folder.
        protocol: Name of one of the data set's protocols, by default its first.
        cache: Where clips that were read are kept.
        missing_list: A text file of samples to leave out, such as NTU's list of samples with
            missing skeletons.
        progress: Called with what is being done, how many files are done, and of how many.

    Raises:
        ValueError: If the data set or protocol is unknown, the folder is missing or unusable, or
            the split has an empty side.
    """
    data_set = name if isinstance(name, DataSet) else find_data_set(name)
    chosen_protocol = data_set.protocol(protocol)
    root = _folder(data_set, root, cache, progress)
    clips = ClipStore.open_or_build(
        root,
        data_set.reader,
        cache,
        missing_list=missing_list,
        progress=lambda done, of: progress("Reading clips", done, of),
    )
    parts = split(clips.index, chosen_protocol)
    warnings = []
    if clips.faults or clips.summary.listed:
        warnings.append(str(clips.summary))
    subsets = {}
    copies = copies_warning(clips.index, parts)
    if copies:
        warnings.append(copies)
        subsets["clean"] = clean_test(clips.index, parts)
    for subset, actions in data_set.subsets.items():
        subsets[subset] = np.isin(clips.index.action[parts.test], actions)
    return Data(
        data_set,
        root.resolve(),
        chosen_protocol,
        clips,
        parts,
        {key: chosen for key, chosen in subsets.items() if chosen.any()},
        (*warnings, *data_set.notices),
    )


def _folder(
    data_set: DataSet,
    root: Path | None,
    cache: Path,
    progress: Callable[[str, int, int], None],
) -> Path:
    """The folder of the files, which are made if there are none and they can be."""
    if data_set.make is None:
        if root is None:
            raise ValueError(f"`root` must be the folder of your copy of the {data_set.name} data.")
        return root
    # Files that somebody has made with other settings are taken as they are.
    if root is None or not any(data_set.reader.reads(path.name) for path in root.glob("*")):
        root = cache / data_set.name if root is None else root
        making = f"Making {data_set.name} clips"
        data_set.make(root, lambda done, of: progress(making, done, of))
    return root
