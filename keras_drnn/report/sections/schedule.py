"""The schedule of the delayed models."""

from keras_drnn.report.blocks import Block, Picture, Text
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.schedule_picture import draw_schedule
from keras_drnn.skeletons.words import in_frames

_STEPS = 100


def blocks(subject: Subject) -> list[Block]:
    """When each group of the delayed models updates; nothing of models without delays.

    Args:
        subject: What the report is about.
    """
    shown: list[Block] = []
    drawn = set()
    for model, of_seeds in subject.seeds.items():
        run = next(run for of_seed in of_seeds.values() for run in of_seed.values())
        params = run.description.get("params", {})
        schedule = (delays_of(params), int(params.get("first_step", 0)))
        if schedule[0] is None or schedule in drawn:
            continue
        drawn.add(schedule)
        label, delays = model_style(model).label, schedule[0]
        said = f"{label}: its groups update every {in_frames(delays, subject.frame_rate)}."
        figure = draw_schedule(delays, _STEPS, schedule[1])
        shown += [Text(said), Picture(figure, f"The schedule of {label}", wide=True)]
    return shown


def delays_of(params: dict) -> tuple[int, ...] | None:
    """The delays that a run's parameters name, `None` if there are none.

    Args:
        params: What `run.json` says.
    """
    delays = params.get("delays")
    if delays is None:
        return None
    parts = delays.split(",") if isinstance(delays, str) else delays
    return tuple(int(delay) for delay in parts)
