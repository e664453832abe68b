"""From the columns of a table to protocols: which clips train and which test."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

import numpy as np

from keras_drnn.data_sets.tables.plain_name import plain_name
from keras_drnn.data_sets.tables.row_clip import SIDES
from keras_drnn.recordings.recording_table import RecordingTable
from keras_drnn.recordings.split_rule import SplitRule
from keras_drnn.skeletons.protocol import Attribute, Protocol

_ATTRIBUTES: dict[str, Attribute] = {
    "subject": "subject",
    "camera": "camera",
    "session": "setup",
}
_HELD_OUT = 0.2  # share of the subjects, cameras or sessions on the test side


def default_rule(table: RecordingTable) -> SplitRule:
    """How a table is split that does not say it: by its column `split`, or by who is in it.

    Args:
        table: The table.

    Raises:
        ValueError: If no column tells.
    """
    if any(row.split for row in table.rows):
        return SplitRule("split")
    for kind in ("subject", "session", "camera"):
        if len({getattr(row, kind) for row in table.rows} - {None}) > 1:
            return SplitRule(kind)
    raise ValueError(
        f"Expected {table.a_column} split (train, validation, test), or {table.a_column} subject, "
        "session or camera with at least two values, by which whole groups of clips can be held "
        "out; clips of one person on both sides would make every result look better than it is. "
        f"Received: {table.path} with the {table.column}s {', '.join(table.columns)}"
    )


def protocols(
    table: RecordingTable, rule: SplitRule, numbers: Mapping[str, Mapping[str, int]]
) -> tuple[Protocol, ...]:
    """The protocols of a table: one, or one for each subject or fold that is held out.

    Args:
        table: The table.
        rule: How it is split.
        numbers: The numbers of labels, subjects, cameras and sessions, by column.

    Raises:
        ValueError: If the column that decides has too few values.
    """
    actions = {number: text for text, number in numbers["label"].items()}
    if rule.kind == "split":
        sides = {row.split for row in table.rows}
        if not {"train", "test"} <= sides:
            raise _too_few(table, rule, "train and test in it", str(sorted(filter(None, sides))))
        validation = (SIDES["validation"],) if "validation" in sides else ()
        sides = ((SIDES["train"],), (SIDES["test"],))
        return (Protocol("split", "part", *sides, actions=actions, validation=validation),)
    values = numbers[rule.column]
    attribute = _ATTRIBUTES[rule.column]
    least = rule.folds or 2
    if len(values) < least:
        raise _too_few(table, rule, f"at least {least} different values", ", ".join(values))

    def held_out(name: str, test: Sequence[int], folds: str = "") -> Protocol:
        train = tuple(number for number in values.values() if number not in test)
        return Protocol(name, attribute, train, tuple(test), actions=actions, folds=folds)

    if rule.kind == "loso":
        names = zip(_plain_names(values), values.values(), strict=True)
        return tuple(held_out(f"without-{name}", (number,), "loso") for name, number in names)
    every = np.array(list(values.values()))
    if rule.folds is not None:
        of = rule.folds
        return tuple(
            held_out(f"fold-{fold + 1}-of-{of}", every[fold::of].tolist(), f"kfold-{of}")
            for fold in range(of)
        )
    number = max(1, round(_HELD_OUT * len(every)))
    middles = ((np.arange(number) + 0.5) * len(every) / number).astype(int)
    return (held_out(f"by-{rule.kind}", every[middles].tolist()),)


def _too_few(table: RecordingTable, rule: SplitRule, expected: str, received: str) -> ValueError:
    return ValueError(
        f"Expected for the split {rule} {table.a_column} {rule.column} with {expected}. Received: "
        f"{table.path}, with {received or 'none'}"
    )


def _plain_names(texts: Iterable[str]) -> list[str]:
    """Texts as parts of the names of folders, no two alike on any file system."""
    names: list[str] = []
    taken: set[str] = set()
    for text in texts:
        plain = plain_name(text).strip("-") or "x"
        numbered = (plain if n == 1 else f"{plain}-{n}" for n in count(1))
        names.append(next(name for name in numbered if name.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names
