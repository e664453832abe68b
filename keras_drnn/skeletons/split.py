"""The split that follows from a protocol: clips to train on, to validate with, to test on."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.protocol import Protocol


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
    >>> protocol = Protocol("cross-view", "camera", (1, 2), (3,), actions={1: "sit down"})
    >>> parts = split(index, protocol)
    >>> parts.test, parts.validation_subjects, parts.class_names
    (array([ 2,  5,  8, 11]), (2,), ('sit down',))
    """
    values = getattr(index, protocol.attribute)
    in_protocol = np.isin(index.action, list(protocol.actions))
    train_side = in_protocol & np.isin(values, protocol.train)
    test_side = in_protocol & np.isin(values, protocol.test)
    for side, wanted, mask in (
        ("training", protocol.train, train_side),
        ("test", protocol.test, test_side),
    ):
        if not mask.any():
            raise ValueError(
                f"Expected clips of {protocol.attribute} {_list(wanted)} and of actions "
                f"{_list(protocol.actions)} for the {side} side of {protocol.name}, found none. "
                f"Received: {len(index)} clips of {protocol.attribute} {_list(values)} and of "
                f"actions {_list(index.action)}"
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
    return Split(
        train=np.flatnonzero(train),
        validation=np.flatnonzero(validation),
        test=np.flatnonzero(test_side),
        validation_subjects=tuple(int(subject) for subject in held_out),
        labels=np.where(used, np.searchsorted(actions, index.action), -1),
        class_names=tuple(protocol.actions[int(action)] for action in actions),
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
