"""The data set: everything that the commands need to know of one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keras_drnn.data_sets.recipe import BEST, Recipe, for_streams
from keras_drnn.skeletons.extent import EVERYTHING, Extent
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.protocol import Protocol
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.source import ClipSource
from keras_drnn.skeletons.store import ClipStore

BACKGROUND = "background"
# It becomes part of the names of folders and of models.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class DataSet:
    """A data set of skeleton clips.

    A package brings one of its own by an entry point of the group `keras_drnn.data_sets`: under the
    data set's name, the module and the attribute where the `DataSet` is.

    Args:
        name: Its name, as `--data` takes it: letters, digits, `_` and `-`.
        title: What it is, in some words.
        reader: How the files of a folder are read; or the clips themselves, wherever they are.
        protocols: How it is evaluated; the first one unless another is asked for, with the folds
            that belong to it.
        recipe: What the preset `best` starts from on this data. If it is for another frame rate
            than the data, `Recipe.at_rate` makes it one for theirs.
        stream_recipe: What the preset `stream` starts from, likewise; by default
            `for_streams(recipe)`.
        recipe_reason: Why it starts from there, where that is worth saying before a training.
        subsets: Parts of the test side that are reported on their own: by name, the numbers of
            their actions.
        notices: What has to stand wherever results on it appear.
        synthetic: Whether the skeletons were computed rather than recorded.
        frame_rate: Frames per second of the clips; `None` where nothing says it.
        make: Makes the files in a folder, for data that need not be fetched: called with the folder
            and with what is to be called with the number of files done and the number in all.
        background: Name of the class whose clips mean that nothing happens, if there is one.
        extent: Which clips it has, by their numbers, and which of them lack skeletons; by default
            whatever is in the folder.

    Raises:
        ValueError: If the name has other characters, or there is no protocol, or two have one name,
            or a protocol decides by something that the file names do not say, or folds do not
            divide the same clips.

    Example:

    >>> from keras_drnn.skeletons import ntu
    >>> protocol = Protocol("cross-view", "camera", (2, 3), (1,), actions={1: "sit", 7: "jump"})
    >>> gym = DataSet("gym", "recordings in our gym, as NTU files", ntu.READER, (protocol,))
    >>> gym.protocol().test, gym.shape
    ((1,), (2, 25, 3))
    """

    name: str
    title: str
    reader: Reader | ClipSource
    protocols: tuple[Protocol, ...]
    recipe: Recipe = BEST
    stream_recipe: Recipe | None = None
    recipe_reason: str = ""
    subsets: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    synthetic: bool = False
    frame_rate: float | None = 30
    make: Callable[[Path, Callable[[int, int], None]], object] | None = None
    extent: Extent = EVERYTHING
    background: str = BACKGROUND

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                "The name of a data set is made of letters, digits, _ and -, and does not begin "
                f"with one of these two. Received: name={self.name!r}"
            )
        names = [protocol.name for protocol in self.protocols]
        names += self._names_of_folds
        if not names or len(set(names)) < len(names):
            raise ValueError(
                "A data set takes one protocol or more, each with a name of its own, and so have "
                f"folds. Received: protocols and folds named {names} of {self.name}"
            )
        for name in names:
            _check_folds(self.name, name, self.folds(name))
        if not isinstance(self.reader, Reader):
            return
        said = set(re.compile(self.reader.stem).groupindex)
        for protocol in self.protocols:
            if protocol.attribute not in said:
                raise ValueError(
                    f"A protocol decides by what the file names say, {', '.join(sorted(said))}. "
                    f"Received: {protocol.name} of {self.name}, by {protocol.attribute}"
                )

    def open(
        self,
        root: Path | None,
        cache: Path,
        *,
        missing_list: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ClipStore:
        """The clips, read or as they were read before.

        Args:
            root: The folder of the files.
            cache: Where clips that were read are kept.
            missing_list: A text file of samples to leave out.
            progress: Called with the number of clips read and the number in all.

        Raises:
            ValueError: If there is no folder, or one or a list where neither is wanted, or no clip
                can be read.
        """
        if isinstance(self.reader, Reader):
            if root is None:
                raise ValueError(f"`root` must be the folder of your copy of the {self.name} data.")
            return ClipStore.open_or_build(
                root,
                self.reader,
                cache,
                missing_list=missing_list,
                extent=self.extent,
                progress=progress,
            )
        if root is not None or missing_list is not None:
            raise ValueError(
                f"{self.reader.pattern} names its files itself: leave `root` and `missing_list` "
                f"out. Received: root={root}, missing_list={missing_list}"
            )
        return ClipStore.of_source(self.reader, cache, progress)

    def starting_recipe(self, *, streams: bool) -> Recipe:
        """What a preset starts from on this data, at its frame rate: `stream`, or else `best`.

        Args:
            streams: Whether the model is to be left running.
        """
        recipe = self.recipe
        if streams:
            recipe = self.stream_recipe or for_streams(recipe)
        return recipe if self.frame_rate is None else recipe.at_rate(self.frame_rate)

    @property
    def reading(self) -> dict[str, Any] | None:
        """How other recordings are read like these, as JSON; `None` for files of one format."""
        return None if isinstance(self.reader, Reader) else self.reader.description

    def texts(self, attribute: str) -> Mapping[int, str]:
        """What numbers of actions, subjects, cameras, setups or parts stand for; of some nothing.

        Args:
            attribute: `"action"`, `"subject"`, `"camera"`, `"setup"` or `"part"`.
        """
        return {} if isinstance(self.reader, Reader) else self.reader.texts.get(attribute, {})

    @property
    def layout(self) -> JointLayout | None:
        """What the joints are; `None` for channels."""
        return self.reader.layout

    @property
    def joint_names(self) -> tuple[str, ...]:
        """The names of the joints, or of the channels."""
        return self.reader.joint_names

    @property
    def shape(self) -> tuple[int, int, int]:
        """Bodies, joints and axes of a frame."""
        return self.reader.shape

    def protocol(self, name: str | None = None) -> Protocol:
        """One of its protocols.

        Args:
            name: The protocol's name, or `None` for the first one; of folds, their first.

        Raises:
            ValueError: If there is no such protocol.
        """
        return self.folds(name)[0]

    def folds(self, name: str | None = None) -> tuple[Protocol, ...]:
        """The protocols that make one result: one, or all folds.

        Args:
            name: Name of a protocol, which is one alone then, or of folds; `None` for the first
                protocol, with all folds that it is one of.

        Raises:
            ValueError: If there is no such protocol.
        """
        name = self.protocols[0].folds or self.protocols[0].name if name is None else name
        found = [each for each in self.protocols if name in (each.name, each.folds)]
        if not name or not found:
            names = (*(each.name for each in self.protocols), *self._names_of_folds)
            raise ValueError(
                f"`protocol` for {self.name} must be one of {', '.join(names)}. "
                f"Received: protocol={name!r}"
            )
        return tuple(found)

    @property
    def _names_of_folds(self) -> list[str]:
        return list(dict.fromkeys(each.folds for each in self.protocols if each.folds))


def _check_folds(data_set: str, name: str, folds: Sequence[Protocol]) -> None:
    tests = [value for fold in folds for value in fold.test]
    divided = {
        (
            fold.attribute,
            frozenset(fold.actions),
            frozenset((*fold.train, *fold.validation, *fold.test)),
        )
        for fold in folds
    }
    if len(divided) > 1 or len(set(tests)) < len(tests):
        raise ValueError(
            "Folds divide the same clips, those of the same actions and the same values of one "
            "attribute, and no two test the same of these values. Received: the folds "
            f"{', '.join(fold.name for fold in folds)} named {name} of {data_set}"
        )
