"""Which clips train and which test, as data, and the split that follows from it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

from keras_drnn.skeletons.action_names import NTU_ACTIONS, NUCLA_ACTIONS
from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.layouts import KINECT_V1, KINECT_V2, JointLayout


@dataclass(frozen=True)
class Protocol:
    """An evaluation protocol: which clips are for training, which are for the test.

    For data of your own in one of the known formats, take one of the protocols below and
    `dataclasses.replace` what differs.

    Args:
        dataset: Name of the data set.
        name: Name of the protocol.
        attribute: What decides, the camera or the subject.
        train: The values of `attribute` of the training side.
        test: The values of `attribute` of the test side.
        layout: The joints.
        actions: The numbers of the actions, ascending.
        class_names: The name of each of them.

    Raises:
        ValueError: If a value is on both sides, or the actions are not ascending, or there is not
            one name for each.

    Example:

    >>> from dataclasses import replace
    >>> mine = replace(NTU_CROSS_VIEW, dataset="mine", actions=(1, 7), class_names=("sit", "jump"))
    >>> mine.train, mine.test
    ((2, 3), (1,))
    """

    dataset: str
    name: str
    attribute: Literal["camera", "subject"]
    train: tuple[int, ...]
    test: tuple[int, ...]
    layout: JointLayout
    actions: tuple[int, ...]
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.train or not self.test or set(self.train) & set(self.test):
            raise ValueError(
                "A protocol takes at least one value for either side, and none on both. "
                f"Received: train={self.train}, test={self.test}"
            )
        ascending = tuple(sorted(set(self.actions)))
        if ascending != self.actions or len(self.actions) != len(self.class_names):
            raise ValueError(
                "A protocol takes the numbers of its actions in ascending order and one class name "
                f"for each. Received: actions={self.actions}, class_names={self.class_names}"
            )


_NTU_TRAIN_SUBJECTS = (1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38)

NTU_CROSS_VIEW = Protocol(
    dataset="ntu",
    name="cross-view",
    attribute="camera",
    train=(2, 3),
    test=(1,),
    layout=KINECT_V2,
    actions=tuple(NTU_ACTIONS),
    class_names=tuple(NTU_ACTIONS.values()),
)

NTU_CROSS_SUBJECT = Protocol(
    dataset="ntu",
    name="cross-subject",
    attribute="subject",
    train=_NTU_TRAIN_SUBJECTS,
    test=tuple(sorted(set(range(1, 41)) - set(_NTU_TRAIN_SUBJECTS))),
    layout=KINECT_V2,
    actions=tuple(NTU_ACTIONS),
    class_names=tuple(NTU_ACTIONS.values()),
)

NUCLA_CROSS_VIEW = Protocol(
    dataset="nucla",
    name="cross-view",
    attribute="camera",
    train=(1, 2),
    test=(3,),
    layout=KINECT_V1,
    actions=tuple(NUCLA_ACTIONS),
    class_names=tuple(NUCLA_ACTIONS.values()),
)


@dataclass(frozen=True, eq=False)
class Split:
    """The clips of a store, by what they are for. Indices are ascending and int.

    Args:
        train: Indices of the clips to train on.
        validation: Indices of the clips to choose a model by.
        test: Indices of the clips of the final evaluation.
        validation_subjects: The training-side subjects held out for validation.
        labels: `(clips of the store,)` int, the class of each clip, 0 to classes - 1; -1 for the
            clips that are on no side.
        class_names: The name of each class.
        left_out: Indices of the clips that are on no side: their camera, subject or action is
            not in the protocol.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    validation_subjects: tuple[int, ...]
    labels: np.ndarray
    class_names: tuple[str, ...]
    left_out: np.ndarray


def split(
    index: ClipIndex,
    protocol: Protocol,
    *,
    validation_fraction: float = 0.1,
    validation_subjects: Collection[int] | None = None,
) -> Split:
    """Split the clips of a store by a protocol.

    The validation clips are all clips of some subjects of the training side: the same performance
    is often recorded by several cameras, and a clip held out alone would have its twin among the
    training clips. The test side is never touched. The same index and arguments give the same
    split.

    Classes are numbered by the actions that the store has clips of, in ascending order: a store
    with 10 of 60 actions gives 10 classes.

    Args:
        index: `ClipStore.index`.
        protocol: The protocol.
        validation_fraction: Share of the training-side subjects to hold out, above 0 and below 1.
            At least one subject is held out; which ones is a matter of even spacing over their
            sorted numbers.
        validation_subjects: The subjects to hold out, in place of a fraction. An empty collection
            holds out none: train on all of the training side, for a final model.

    Raises:
        ValueError: If a side would be empty, or a class would have no training clip, or the
            subjects to hold out are not on the training side.

    Example:

    >>> index = ClipIndex.of_records([
    ...     {"name": f"{n}", "subject": n % 4, "camera": 1 + n % 3, "action": 1, "frames": 9,
    ...      "offset": 9 * n, "sha256": "", "coordinates": ""} for n in range(12)
    ... ])
    >>> parts = split(index, NUCLA_CROSS_VIEW)
    >>> parts.test, parts.validation_subjects, parts.class_names
    (array([ 2,  5,  8, 11]), (2,), ('pick up with one hand',))
    """
    values = getattr(index, protocol.attribute)
    known = np.isin(index.action, protocol.actions)
    train_side = known & np.isin(values, protocol.train)
    test_side = known & np.isin(values, protocol.test)
    for side, wanted, mask in (
        ("training", protocol.train, train_side),
        ("test", protocol.test, test_side),
    ):
        if not mask.any():
            raise ValueError(
                f"Expected clips of {protocol.attribute} {_list(wanted)} and of actions "
                f"{_list(protocol.actions)} for the {side} side of {protocol.dataset} "
                f"{protocol.name}, found none. Received: {len(index)} clips of "
                f"{protocol.attribute} {_list(values)} and of actions {_list(index.action)}"
            )

    held_out = _held_out(
        np.unique(index.subject[train_side]), validation_fraction, validation_subjects
    )
    validation = train_side & np.isin(index.subject, held_out)
    train = train_side & ~validation
    if not train.any():
        raise ValueError(
            f"Expected training clips beside those of the subjects {_list(held_out)} held out for "
            f"validation, found none; hold out fewer. Received: {int(train_side.sum())} clips on "
            "the training side"
        )
    used = train_side | test_side
    actions = np.unique(index.action[used])
    untrained = np.setdiff1d(actions, index.action[train])
    if untrained.size:
        raise ValueError(
            f"Expected a training clip of every action, found none of {_list(untrained)}; hold out "
            "other subjects than "
            f"{_list(held_out)}, or take these actions out of the protocol. Received: clips of the "
            f"actions {_list(actions)}"
        )
    names = dict(zip(protocol.actions, protocol.class_names, strict=True))
    return Split(
        train=np.flatnonzero(train),
        validation=np.flatnonzero(validation),
        test=np.flatnonzero(test_side),
        validation_subjects=tuple(int(subject) for subject in held_out),
        labels=np.where(used, np.searchsorted(actions, index.action), -1),
        class_names=tuple(names[int(action)] for action in actions),
        left_out=np.flatnonzero(~used),
    )


def _held_out(subjects: np.ndarray, fraction: float, wanted: Collection[int] | None) -> np.ndarray:
    """The subjects held out for validation, of those on the training side."""
    if wanted is not None:
        held_out = np.unique(np.array(list(wanted), np.int64))
        if not np.isin(held_out, subjects).all():
            raise ValueError(
                "Expected validation_subjects to be subjects of the training side, which are "
                f"{_list(subjects)}. Received: validation_subjects={tuple(wanted)}"
            )
        return held_out
    if not 0 < fraction < 1:
        raise ValueError(
            "Expected validation_fraction to be above 0 and below 1 (validation_subjects=() holds "
            f"out none). Received: validation_fraction={fraction}"
        )
    if len(subjects) < 2:
        raise ValueError(
            "Expected at least 2 subjects on the training side, 1 to train on and 1 to hold out "
            "for validation (validation_subjects=() holds out none). Received: subjects "
            f"{_list(subjects)}"
        )
    count = max(1, round(fraction * len(subjects)))
    middles = (np.arange(count) + 0.5) * len(subjects) / count
    return subjects[middles.astype(int)]


def _list(values: Collection[int] | np.ndarray) -> str:
    """Numbers for a message, runs of them shortened: `1-4, 8`."""
    numbers = np.unique(np.array(list(values), np.int64))
    if not numbers.size:
        return "(none)"
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return ", ".join(f"{r[0]}" if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)
