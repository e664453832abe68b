"""The data of a comparison: split once, or by folds that together test every clip once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from keras_drnn.data_sets import DataSet
from keras_drnn.experiments.data import ClipFolder, Data, split_data
from keras_drnn.skeletons.store import ClipStore


@dataclass(frozen=True, eq=False)
class Folds:
    """The same clips, split by one protocol or more.

    Args:
        name: Name of the protocol, or of the folds.
        parts: The clips as each protocol splits them.
        not_split: Why the clips cannot be split by others of the folds, by their names.
    """

    name: str
    parts: Sequence[Data]
    not_split: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Data) -> "Folds":
        """Data split once."""
        return cls(data.protocol.name, (data,))

    @property
    def data_set(self) -> DataSet:
        """The data set."""
        return self.parts[0].data_set

    @property
    def clips(self) -> ClipStore:
        """The clips."""
        return self.parts[0].clips

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its user should know: what holds for every fold, and what for one of them."""
        shared = set.intersection(*(set(part.warnings) for part in self.parts))
        return (
            *(warning for warning in self.parts[0].warnings if warning in shared),
            *(
                f"{part.protocol.name}: {warning}"
                for part in self.parts
                for warning in part.warnings
                if warning not in shared
            ),
            *(
                f"{name} cannot be split and is left out: {why}"
                for name, why in self.not_split.items()
            ),
        )

    def description(self) -> dict:
        """What `comparison.json` says of the data.

        Of several folds, the test clips are those of all of them, and those to train on and to
        validate with are as many as in a fold on average.
        """
        each = [part.description() for part in self.parts]
        clips = {
            name: round(np.mean([of["clips"][name] for of in each]))
            if name in ("train", "validation")
            else sum(of["clips"].get(name, 0) for of in each)
            for name in dict.fromkeys(name for of in each for name in of["clips"])
        }
        subjects = dict.fromkeys(subject for of in each for subject in of["validation_subjects"])
        return each[0] | {
            "protocol": self.name,
            "clips": clips,
            "validation_subjects": list(subjects),
            "folds": [
                {key: of[key] for key in ("protocol", "clips", "validation_subjects")}
                for of in each
            ],
            "not_split": dict(self.not_split),
        }


def split_folds(folder: ClipFolder, protocol: str | None = None) -> Folds:
    """Split the clips of a folder by each of the folds that make one result.

    Args:
        folder: As from `read_data`.
        protocol: Name of a protocol, which is one alone then, or of folds; by default the data
            set's first protocol, with all folds that it is one of.

    Raises:
        ValueError: As `split_data` does. Of several folds it takes one that can be split.
    """
    protocols = folder.data_set.folds(protocol)
    parts, not_split = [], {}
    for each in protocols:
        try:
            parts.append(split_data(replace(folder, protocol=each)))
        except ValueError as error:
            if len(protocols) == 1:
                raise
            not_split[each.name] = str(error)
    if not parts:
        fold, why = next(iter(not_split.items()))
        raise ValueError(
            f"None of the {len(protocols)} folds {protocols[0].folds} can be split. {fold}: {why}"
        )
    alone = len(protocols) == 1
    return Folds(protocols[0].name if alone else protocols[0].folds, _alike(parts), not_split)


def _alike(parts: Sequence[Data]) -> list[Data]:
    """With a fold that has copies across its split, the clean clips are told of every fold."""
    if not any("clean" in part.subsets for part in parts):
        return list(parts)
    return [
        part if part.copies else replace(part, subsets=_every_clip(part) | part.subsets)
        for part in parts
    ]


def _every_clip(part: Data) -> dict[str, np.ndarray]:
    return {"clean": np.ones(len(part.split.test), bool)}
