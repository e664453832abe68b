"""The data, and what is wrong with it."""

from keras_drnn.report.blocks import Block, Items, Note, Table, Text
from keras_drnn.report.subject import Subject
from keras_drnn.skeletons.words import counted

_WORDS = {
    "read": "read",
    "train": "to train on",
    "validation": "held out to watch the training by",
    "test": "to test on",
    "clean": "to test on, no copy of a training clip",
}
_FEW = 30  # classes that are listed


def blocks(subject: Subject) -> list[Block]:
    """Where the clips are from, how they are split, and the faults that were found.

    Args:
        subject: What the report is about.
    """
    data = subject.data
    kind = "computed" if data.get("synthetic") else "recorded"
    said = f"{data['name']}, {kind}; protocol {data['protocol']}"
    if len(subject.folds) > 1:
        said += f", {len(subject.folds)} folds that together test every clip once"
    if data.get("frame_rate"):
        said += f"; {data['frame_rate']:g} frames per second"
    found: list[Block] = [Text(said + ".")]
    rows = [
        (_WORDS.get(part, f"to test on, subset {part}"), f"{count:,}")
        for part, count in data["clips"].items()
    ]
    found.append(Table(["Clips", "Number"], rows, right=frozenset({1})))
    if data.get("validation_subjects"):
        subjects = ", ".join(map(str, data["validation_subjects"]))
        found.append(Text(f"Held out to watch the training by: subjects {subjects}."))
    classes = subject.classes
    if len(classes) <= _FEW:
        found.append(Text(f"{counted(len(classes), 'action')}: {'; '.join(classes)}."))
    else:
        found.append(Text(f"{len(classes)} actions."))
    return [*found, *_faults(subject)]


def _faults(subject: Subject) -> list[Block]:
    warnings = subject.description.get("warnings")
    left_out = [
        f"fold {fold} cannot be split and is left out: {why}"
        for fold, why in subject.data.get("not_split", {}).items()
    ]
    if warnings is None:
        unknown = (
            "What was said of the data's faults was not kept when this was made; `drnn data info` "
            "shows them."
        )
        return [Note(unknown), *([Items("But:", left_out)] if left_out else [])]
    if not warnings and not left_out:
        return [Text("No fault was found in the files.")]
    return [Items("What was found in the data:", [*warnings, *left_out])]
