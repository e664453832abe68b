"""What models reach that are left running, without a reset from clip to clip."""

from keras_drnn.report.blocks import Block, Note, Table
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.tables import event_table, stream_table


def blocks(subject: Subject) -> list[Block]:
    """Accuracies and delays of streams, and the events told in them.

    Args:
        subject: What the report is about.
    """
    if not subject.counted:
        return []
    tables = [stream_table(subject.found), event_table(subject.found)]
    shown: list[Block] = [Table.of(table) for table in tables if table]
    if not shown:
        return [
            Note(
                "Nothing was measured of models left running: they read backwards too, or they "
                "are of a version that did not measure it."
            )
        ]
    return shown
