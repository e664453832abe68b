"""Parameters, training time, latency and size."""

from keras_drnn.report.blocks import Block, Note, Table
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.tables import cost_table
from keras_drnn.system.environment import computer


def blocks(subject: Subject) -> list[Block]:
    """What training and use of each model cost.

    Args:
        subject: What the report is about.
    """
    if not subject.counted:
        return []
    table = Table.of(cost_table(subject.found))
    counts = [entry["parameters"] for entry in subject.found["models"].values()]
    numbers = ["-" if count is None else f"{count:,}" for count in counts]
    rows = [(row[0], number, *row[1:]) for row, number in zip(table.rows, numbers, strict=True)]
    shown: list[Block] = [
        Table(
            [table.head[0], "Parameters", *table.head[1:]],
            rows,
            caption=f"Measured on {computer(subject.description['environment'])}, "
            f"{subject.description['backend']}. Latency: a test clip of median length in Keras.",
            right=frozenset(range(1, len(table.head) + 1)),
        )
    ]
    missing = [
        model_style(model).label
        for model, entry in subject.found["models"].items()
        if entry["mean"] and "litert_bytes" not in entry["mean"]
    ]
    if missing:
        shown.append(Note(f"No .tflite file of {', '.join(missing)}."))
    return shown
