"""The split that follows from a protocol: clips to train on, to validate with, to test on."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.naming import Texts, named, no_texts
from keras_drnn.skeletons.protocol import Protocol
from keras_drnn.skeletons.words import counted, ranges


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
        left_out: Indices of the clips that are on no side: their camera, subject, setup
            or action is not in the protocol.
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
    texts: Texts = no_texts,
) -> Split:
    """Split the clips of a store by a protocol.

    The validation clips are all clips of some subjects of the training side: the same performance
    is often recorded by several cameras, and a clip held out alone would have its twin among the
    training clips. Where no training clip names a subject (all are 0), a share of the clips of
    each action is held out instead. The test side is never touched. The same index and arguments
    give the same split.

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
        texts: What numbers stand for, for messages.

    Raises:
        ValueError: If a side would be empty, or a class would have no training clip, or the
            subjects to hold out are not on the training side.

    Example:

    >>> index = ClipIndex.of_records([
    ...     {"name": f"{n}", "subject": n % 4, "camera": 1 + n % 3, "action": 1, "setup": 0,
    ...      "frames": 9, "offset": 9 * n, "sha256": "", "coordinates": ""} for n in range(12)
    ... ])
    >>> protocol = Protocol("cross-view", "camera", (1, 2), (3,), actions={1: "sit down"})
    >>> parts = split(index, protocol)
    >>> parts.test, parts.validation_subjects, parts.class_names
    (array([ 2,  5,  8, 11]), (2,), ('sit down',))
    """
    values = getattr(index, protocol.attribute)
    in_protocol = np.isin(index.action, list(protocol.actions))
    train_side = in_protocol & np.isin(values, (*protocol.train, *protocol.validation))
    test_side = in_protocol & np.isin(values, protocol.test)
    for side, wanted, mask in (
        ("training", protocol.train, train_side),
        ("test", protocol.test, test_side),
    ):
        if not mask.any():
            raise ValueError(
                f"Expected clips of {protocol.attribute} "
                f"{named(protocol.attribute, wanted, texts)} and of actions "
                f"{named('action', protocol.actions, texts)} for the {side} side of "
                f"{protocol.name}, found none. Received: {len(index)} clips of "
                f"{protocol.attribute} {named(protocol.attribute, values, texts)} and of actions "
                f"{named('action', index.action, texts)}"
            )
    # Before anybody is held out: no choice of whom would help.
    _check_every_action_has_training_clips(index, protocol, train_side, test_side, texts)

    if protocol.validation and validation_subjects is None:
        held_out = np.zeros(0, np.int64)
        validation = train_side & np.isin(values, protocol.validation)
    elif validation_subjects is None and not index.subject[train_side].any():
        _check_fraction(validation_fraction)
        held_out = np.zeros(0, np.int64)
        validation = _some_of_each(index.action, train_side, validation_fraction)
    else:
        held_out = _held_out(
            np.unique(index.subject[train_side]), validation_fraction, validation_subjects, texts
        )
        validation = train_side & np.isin(index.subject, held_out)
    train = train_side & ~validation
    if not train.any():
        raise ValueError(
            f"Expected training clips beside those of the subjects "
            f"{named('subject', held_out, texts)} held out for validation, found "
            f"none; hold out fewer. Received: {int(train_side.sum())} clips on "
            "the training side"
        )
    used = train_side | test_side
    actions = np.unique(index.action[used])
    _check_every_action_is_trained(index, train, actions, held_out, texts)
    return Split(
        train=np.flatnonzero(train),
        validation=np.flatnonzero(validation),
        test=np.flatnonzero(test_side),
        validation_subjects=tuple(int(subject) for subject in held_out),
        labels=np.where(used, np.searchsorted(actions, index.action), -1),
        class_names=tuple(protocol.actions[int(action)] for action in actions),
        left_out=np.flatnonzero(~used),
    )


def unused_clips(
    index: ClipIndex, protocol: Protocol, texts: Texts = no_texts
) -> dict[str, np.ndarray]:
    """The clips that a protocol has no use for.

    Args:
        index: `ClipStore.index`.
        protocol: The protocol.
        texts: What numbers stand for.

    Returns:
        Indices of the clips, ascending, by the reason.
    """
    values = getattr(index, protocol.attribute)
    other_action = ~np.isin(index.action, list(protocol.actions))
    sides = (*protocol.train, *protocol.validation, *protocol.test)
    no_side = ~np.isin(values, sides) & ~other_action
    reasons = {
        f"action {named('action', index.action[other_action], texts)}, not among the protocol's "
        f"actions {named('action', protocol.actions, texts)}": other_action,
        f"{protocol.attribute} {named(protocol.attribute, values[no_side], texts)}, on no side of "
        "the protocol": no_side,
    }
    return {reason: np.flatnonzero(clips) for reason, clips in reasons.items() if clips.any()}


def unused_warning(index: ClipIndex, protocol: Protocol, texts: Texts = no_texts) -> str | None:
    """A warning that counts the clips that a protocol has no use for, or `None`.

    Args:
        index: `ClipStore.index`.
        protocol: The protocol.
        texts: What numbers stand for.
    """
    reasons = unused_clips(index, protocol, texts)
    if not reasons:
        return None
    total = sum(map(len, reasons.values()))
    parts = "; ".join(f"{len(clips)} of {reason}" for reason, clips in reasons.items())
    # All folds leave out the same clips.
    name = protocol.folds or protocol.name
    return f"{name} does not use {total} of the {counted(len(index), 'clip')}: {parts}"


def _check_every_action_has_training_clips(
    index: ClipIndex,
    protocol: Protocol,
    train_side: np.ndarray,
    test_side: np.ndarray,
    texts: Texts,
) -> None:
    never = np.setdiff1d(index.action[test_side], index.action[train_side])
    if never.size:
        raise ValueError(
            f"Expected a clip of every action on the training side of {protocol.name} "
            f"({protocol.attribute} {named(protocol.attribute, protocol.train, texts)}), found "
            f"none of action {named('action', never, texts)}, of which there are test clips alone. "
            "Add clips of them, or take them out of the folder or the protocol"
        )


def _check_every_action_is_trained(
    index: ClipIndex, train: np.ndarray, actions: np.ndarray, held_out: np.ndarray, texts: Texts
) -> None:
    untrained = np.setdiff1d(actions, index.action[train])
    if untrained.size:
        raise ValueError(
            f"Expected a training clip of every action, found none of "
            f"{named('action', untrained, texts)} beside those of the subjects "
            f"{named('subject', held_out, texts)}, who are held out for validation. Add clips "
            "of them by others, take them out of the folder or the protocol, or (in Python) hold "
            f"out others with validation_subjects. Received: clips of the actions "
            f"{named('action', actions, texts)}"
        )


def _held_out(
    subjects: np.ndarray, fraction: float, wanted: Collection[int] | None, texts: Texts
) -> np.ndarray:
    """The subjects held out for validation, of those on the training side."""
    if wanted is not None:
        held_out = np.unique(np.array(list(wanted), np.int64))
        if not np.isin(held_out, subjects).all():
            raise ValueError(
                "Expected validation_subjects to be subjects of the training side, which are "
                f"{ranges(subjects)}. Received: validation_subjects={tuple(wanted)}"
            )
        return held_out
    _check_fraction(fraction)
    if len(subjects) < 2:
        raise ValueError(
            "Expected at least 2 subjects on the training side, 1 to train on and 1 to hold out "
            "for validation. Add clips of others, or (in Python) hold out none with "
            f"validation_subjects=(). Received: subjects {named('subject', subjects, texts)}"
        )
    return _evenly(subjects, fraction)


def _some_of_each(action: np.ndarray, train_side: np.ndarray, fraction: float) -> np.ndarray:
    """Whether a clip is held out: a share of each action of which there are two clips or more."""
    held_out = np.zeros(len(action), bool)
    for each in np.unique(action[train_side]):
        clips = np.flatnonzero(train_side & (action == each))
        if len(clips) > 1:
            held_out[_evenly(clips, fraction)] = True
    return held_out


def _check_fraction(fraction: float) -> None:
    if not 0 < fraction < 1:
        raise ValueError(
            "Expected validation_fraction to be above 0 and below 1 (validation_subjects=() holds "
            f"out none). Received: validation_fraction={fraction}"
        )


def _evenly(numbers: np.ndarray, fraction: float) -> np.ndarray:
    """A share of some numbers, one at least, evenly spaced."""
    count = max(1, round(fraction * len(numbers)))
    middles = (np.arange(count) + 0.5) * len(numbers) / count
    return numbers[middles.astype(int)]
