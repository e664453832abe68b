"""What each model takes for what: as a picture, and the worst in words."""

from keras_drnn.report.blocks import Block, Items, Note, Picture
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.class_order import in_words, worst_pairs
from keras_drnn.reporting.names import model_style

_PAIRS = 6


def blocks(subject: Subject) -> list[Block]:
    """A confusion matrix of each model, and the pairs that are confused most.

    Args:
        subject: What the report is about.
    """
    shown: list[Block] = []
    for model, entry in subject.found["models"].items():
        label = model_style(model).label
        if entry["confusion"] is None:
            shown.append(Note(f"{label}: no training is finished that kept its decisions."))
            continue
        shown.append(Picture(subject.figures[f"confusion_{model}"], wide=True))
        pairs = worst_pairs(entry["confusion"], _PAIRS)
        if pairs:
            lead = f"What {label} takes for something else most often:"
            shown.append(Items(lead, in_words(pairs, subject.classes)))
        else:
            shown.append(Note(f"{label} takes nothing for anything else."))
    return shown
