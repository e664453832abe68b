"""Learning curves, against steps and against time."""

from keras_drnn.report.blocks import Block, Note, Picture
from keras_drnn.report.subject import Subject


def blocks(subject: Subject) -> list[Block]:
    """Validation accuracy while training.

    Args:
        subject: What the report is about.
    """
    if not subject.seeds:
        return []
    shown: list[Block] = [
        Picture(subject.figures[name])
        for name in ("accuracy_steps", "accuracy_time")
        if name in subject.figures
    ]
    return shown or [Note("There are no learning curves: no training has been evaluated yet.")]
