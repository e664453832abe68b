"""The table of accuracies, with the spread between seeds."""

from keras_drnn.report.blocks import Block, Note, Table, Text
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.tables import (
    accuracy_note,
    accuracy_table,
    fold_tables,
    published_table,
    stopped,
    unfinished,
)

_WHOLE = 10_000  # a page has no columns that could be too many


def blocks(subject: Subject) -> list[Block]:
    """Accuracies on the test clips, of folds too, and what is not finished.

    Args:
        subject: What the report is about.
    """
    if not subject.seeds:
        return []
    found = subject.found
    tables = [accuracy_table(found), *fold_tables(found, _WHOLE), published_table(found)]
    shown: list[Block] = [Table.of(table) for table in tables if table]
    shown.insert(1, Text(accuracy_note(found).replace("\n", " ")))
    return [*shown, *map(Note, [*stopped(found), *unfinished(found)])]
