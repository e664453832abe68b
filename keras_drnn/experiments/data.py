"""The data of an experiment: the clips of a data set, read, split and ready to batch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_drnn.data_sets import DataSet, Protocol, find_data_set
from keras_drnn.data_sets.recipe import KINECT_RATE
from keras_drnn.skeletons.duplicates import clean_test, copies_warning
from keras_drnn.skeletons.extent import fewer_actions_warning
from keras_drnn.skeletons.folder_files import folder_files
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.split import Split, unused_clips, unused_warning
from keras_drnn.skeletons.split import split as split_clips
from keras_drnn.skeletons.store import ClipStore
from keras_drnn.skeletons.untested import untested_warning

# What is being done, how many files are done, and of how many.
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, eq=False)
class ClipFolder:
    """The clips of a folder, read and not yet split.

    Args:
        data_set: The data set.
        root: The folder or the table the clips were read from.
        protocol: Which clips are to train and which to test.
        clips: The clips.
    """

    data_set: DataSet
    root: Path
    protocol: Protocol
    clips: ClipStore

    @property
    def name(self) -> str:
        """Name of the data set."""
        return self.data_set.name

    @property
    def layout(self) -> JointLayout | None:
        """What the joints are; `None` for channels."""
        return self.data_set.layout

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The names of the joints, or of the channels."""
        return self.data_set.joint_names

    @property
    def shape(self) -> tuple[int, int, int]:
        """Bodies, joints and axes of a frame."""
        return self.data_set.shape

    @property
    def not_used(self) -> tuple[str, ...]:
        """Every file and clip that is used for nothing, with the reason."""
        names = self.clips.index.name
        return (
            *self.clips.summary.left_out,
            *(
                f"{names[clip]}: {reason}"
                for reason, clips in unused_clips(
                    self.clips.index, self.protocol, self.data_set.texts
                ).items()
                for clip in clips
            ),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What its user should know beside the summary of the files."""
        unused = unused_warning(self.clips.index, self.protocol, self.data_set.texts)
        fewer = fewer_actions_warning(self.clips.index, self.data_set.extent)
        return (*filter(None, (unused, fewer, self._unknown_rate)), *self.data_set.notices)

    @property
    def _unknown_rate(self) -> str | None:
        if self.data_set.layout is None or self.data_set.frame_rate is not None:
            return None
        return (
            "Nothing says how many frames a second these clips have: movement and memory are "
            f"measured as at {KINECT_RATE:g}. Of a table, `fps` says it, as a column or in a "
            "description"
        )

    @property
    def fold_notice(self) -> str | None:
        """What its user should know where one of several folds is used alone."""
        if not self.protocol.folds:
            return None
        names = [fold.name for fold in self.data_set.folds(self.protocol.folds)]
        return (
            f"This is about {self.protocol.name}, one of the {len(names)} folds "
            f"{self.protocol.folds}: {', '.join(names)}. --protocol names another one; "
            "`drnn compare` gives one result over all of them."
        )

    def description(self) -> dict:
        """What a report says of the data."""
        return {
            "name": self.name,
            "root": str(self.root),
            "protocol": self.protocol.name,
            "synthetic": self.data_set.synthetic,
            "frame_rate": self.data_set.frame_rate,
            "clips": {"read": len(self.clips)},
        }


@dataclass(frozen=True, eq=False)
class Data(ClipFolder):
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
    """

    split: Split
    subsets: dict[str, np.ndarray]

    @property
    def copies(self) -> int:
        """How many test clips are copies of a clip of the training side."""
        return int((~clean_test(self.clips.index, self.split)).sum())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What its user should know beside the summary of the files."""
        copies = copies_warning(self.clips.index, self.split)
        # Of folds another one tests them.
        untested = None if self.protocol.folds else untested_warning(self.split)
        return (*filter(None, (copies, untested)), *super().remarks)

    @property
    def background(self) -> tuple[int, ...]:
        """The numbers of the classes that mean that nothing happens."""
        names = enumerate(self.split.class_names)
        return tuple(number for number, name in names if name == self.data_set.background)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its user should know: the summary of the files, if some were left out, and more."""
        summary = self.clips.summary
        left_out = summary.left_out or summary.warnings
        return (*([str(summary)] if left_out else []), *self.remarks)

    def description(self) -> dict:
        """What `comparison.json` says of the data."""
        parts, texts = self.split, self.data_set.texts("subject")
        return super().description() | {
            "classes": list(parts.class_names),
            "validation_subjects": [
                texts.get(subject, subject) for subject in parts.validation_subjects
            ],
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
    layout: str | None = None,
    split: str | None = None,
    fps: float | None = None,
    background: bool = False,
    progress: Progress = silent,
) -> Data:
    """Read (or make) the data and split it.

    Args:
        name: The data set, the name of one, or a table of recordings.
        root: The folder of the files, or one of folders of them. Data that can be made is made
            there if there is none, and in the cache without a folder.
        protocol: Name of one of the data set's protocols, by default its first; of folds, their
            first.
        cache: Where clips that were read are kept.
        missing_list: A text file of samples to leave out, beside those that the data set knows.
        layout: Of a table; as for `table_data_set`, and so are `split`, `fps` and
            `background`.
        split: Of a table.
        fps: Of a table.
        background: Of a table.
        progress: Called with what is being done, how many files are done, and of how many.

    Raises:
        ValueError: If the data set or protocol is unknown, the folder is missing or unusable, or
            the split has an empty side.
    """
    return split_data(
        read_data(
            name,
            root=root,
            protocol=protocol,
            cache=cache,
            missing_list=missing_list,
            layout=layout,
            split=split,
            fps=fps,
            background=background,
            progress=progress,
        )
    )


def read_data(
    name: DataSet | str,
    *,
    root: Path | None,
    protocol: str | None = None,
    cache: Path,
    missing_list: Path | None = None,
    layout: str | None = None,
    split: str | None = None,
    fps: float | None = None,
    background: bool = False,
    progress: Progress = silent,
) -> ClipFolder:
    """Read (or make) the data, without splitting it; see `open_data`."""
    if isinstance(name, DataSet):
        data_set = name
    else:
        data_set = find_data_set(name, layout=layout, split=split, fps=fps, background=background)
    chosen_protocol = data_set.protocol(protocol)
    root = _folder(data_set, root, cache, progress)
    clips = data_set.open(
        root,
        cache,
        missing_list=missing_list,
        progress=lambda done, of: progress("Reading clips", done, of),
    )
    return ClipFolder(data_set, clips.summary.listing.root.resolve(), chosen_protocol, clips)


def split_data(folder: ClipFolder) -> Data:
    """Split the clips of a folder.

    Args:
        folder: As from `read_data`.

    Raises:
        ValueError: If the split has an empty side, or an action no training clip.
    """
    index = folder.clips.index
    parts = split_clips(index, folder.protocol, texts=folder.data_set.texts)
    clean = clean_test(index, parts)
    subsets = {} if clean.all() else {"clean": clean}
    for name, actions in folder.data_set.subsets.items():
        subsets[name] = np.isin(index.action[parts.test], actions)
    return Data(
        folder.data_set,
        folder.root,
        folder.protocol,
        folder.clips,
        parts,
        {name: chosen for name, chosen in subsets.items() if chosen.any()},
    )


def _folder(data_set: DataSet, root: Path | None, cache: Path, progress: Progress) -> Path | None:
    """The folder of the files, which are made if there are none and they can be."""
    reader = data_set.reader
    if data_set.make is None or not isinstance(reader, Reader):
        return root
    # Files that somebody has made with other settings are taken as they are.
    if root is None or not (root.is_dir() and folder_files(root, reader, cache).clips):
        root = cache / data_set.name if root is None else root
        making = f"Making {data_set.name} clips"
        data_set.make(root, lambda done, of: progress(making, done, of))
    return root
