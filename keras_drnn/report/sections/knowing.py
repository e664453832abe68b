"""When a model knows: accuracy against what it has seen, and class by class."""

from keras_drnn.report.blocks import Block, Note, Picture, Table, Text
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.pooling import knowing
from keras_drnn.reporting.when_it_knows import Knowing, times_by_class, together

_CURVES = ("accuracy_fraction", "some_frame", "settled")


def blocks(subject: Subject) -> list[Block]:
    """Curves against the share of the clip that was seen, and times by class.

    Args:
        subject: What the report is about.
    """
    if not subject.counted:
        return []
    shown: list[Block] = [
        Picture(subject.figures[name]) for name in _CURVES if name in subject.figures
    ]
    known: dict[str, Knowing] = {}
    for model, of_seeds in subject.counted.items():
        each = [knowing(of_seed.values()) for of_seed in of_seeds.values()]
        sure = [when for when in each if when is not None]
        if sure:
            known[model] = together(sure)
        else:
            shown.append(Note(f"{model_style(model).label}: {_why(model)}"))
    for model, when in known.items():
        ever = 100 * when.right_by((1.0,))[0]
        shown += [
            Text(
                f"{model_style(model).label} is right at some frame in {ever:.1f} % of the clips. "
                "(The thesis reports 80 % on NTU RGB+D.) Slowest to be right for good:"
            ),
            _slowest(when, subject),
            Picture(subject.figures[f"times_{model}"], wide=True),
        ]
    return shown


def _why(model: str) -> str:
    if model.startswith("bi"):
        return "it reads backwards too, so that it has seen the whole clip before it says anything."
    return "when it knew was not kept when this was made; trained anew it is."


def _slowest(when: Knowing, subject: Subject) -> Table:
    times = sorted(times_by_class(when), key=lambda each: (-each.settled[1], each.at_the_end))[:5]
    rate = subject.frame_rate
    return Table(
        ["Action", "Clips", "First right", "Right for good", "Right at some frame", "At the end"],
        [
            (
                subject.classes[each.label],
                f"{each.clips:,}",
                _time(each.first_right[1], rate),
                _time(each.settled[1], rate),
                f"{100 * each.ever:.0f} %",
                f"{100 * each.at_the_end:.0f} %",
            )
            for each in times
        ],
        caption="Medians over the clips of an action; never: not so in half of them.",
        right=frozenset({1, 2, 3, 4, 5}),
    )


def _time(frames: float, rate: float | None) -> str:
    if frames == float("inf"):
        return "never"
    return f"{frames / rate:.2f} s" if rate else f"frame {frames:.0f}"
