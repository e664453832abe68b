"""The sections of a report, in their order."""

from collections.abc import Callable
from typing import NamedTuple

from keras_drnn.report.blocks import Block, Note, Section
from keras_drnn.report.sections import (
    clips,
    confusion,
    cost,
    data,
    influence,
    knowing,
    learning,
    question,
    reproduce,
    results,
    running,
    schedule,
    search,
)
from keras_drnn.report.subject import Subject


class _Part(NamedTuple):
    name: str
    title: str
    blocks: Callable[[Subject], list[Block]]


_PARTS = (
    _Part("question", "The question", question.blocks),
    _Part("data", "The data", data.blocks),
    _Part("search", "The search", search.blocks),
    _Part("results", "What was reached", results.blocks),
    _Part("learning", "Learning", learning.blocks),
    _Part("confusion", "What is taken for what", confusion.blocks),
    _Part("knowing", "When it knows", knowing.blocks),
    _Part("running", "Left running", running.blocks),
    _Part("influence", "How far back it looks", influence.blocks),
    _Part("schedule", "When the groups update", schedule.blocks),
    _Part("clips", "Clips, right and wrong", clips.blocks),
    _Part("cost", "What it costs", cost.blocks),
    _Part("reproduce", "How to do it again", reproduce.blocks),
)


def sections_of(subject: Subject) -> list[Section]:
    """The sections of a report; those that have nothing to say are left out.

    Args:
        subject: What it is about.
    """
    made = (Section(part.name, part.title, _blocks(part, subject)) for part in _PARTS)
    return [section for section in made if section.blocks]


def _blocks(part: _Part, subject: Subject) -> list[Block]:
    try:
        return part.blocks(subject)
    # Files of an older version, or damaged ones: what one section lacks must not cost the others.
    except Exception as error:
        return [Note(f"Left out: the files do not have what it takes ({_words(error)}).")]


def _words(error: Exception) -> str:
    said = f"no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
    return said or type(error).__name__
