"""Clips in motion, with what the model says of them."""

import numpy as np

from keras_drnn.animation import animation_html
from keras_drnn.report.blocks import Block, Html, Note, Text
from keras_drnn.report.sections.schedule import delays_of
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.examples import Example, load_examples
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.run_folder import Run
from keras_drnn.skeletons.layouts import JointLayout

_VALIDATION = "validation/sequence_accuracy"
_RATE = 30  # where nothing says it


def blocks(subject: Subject) -> list[Block]:
    """Some clips of the test side that the best model is right of, and some that it is wrong of.

    The best is that of the validation clips.

    Args:
        subject: What the report is about.
    """
    runs = subject.first_runs()
    if not runs:
        return []
    kept = {model: run for model, run in runs.items() if (run.folder / "examples.npz").is_file()}
    if not kept:
        return [Note("No clips were kept when this was made; trained anew they are.")]
    model = max(kept, key=lambda name: kept[name].metrics.get(_VALIDATION) or 0.0)
    run = kept[model]
    examples, layout = load_examples(run.folder / "examples.npz")
    label = model_style(model).label
    if not examples:
        return [Note(f"{label}: no test clip is short enough to be kept with it.")]
    shown: list[Block] = []
    for right, words in ((True, "right"), (False, "wrong")):
        chosen = [each for each in examples if each.right is right]
        if not chosen:
            shown.append(Text(f"{label} is {words} about none of the test clips."))
            continue
        surest = "as sure as it mostly is" if right else "surest of its mistakes"
        shown.append(
            Text(f"{label}, first seed, is {words} about these, and {surest}. Press play.")
        )
        shown += [Html(_moving(each, layout, run, subject)) for each in chosen]
    return shown


def _moving(example: Example, layout: JointLayout | None, run: Run, subject: Subject) -> str:
    params = run.description.get("params", {})
    return animation_html(
        example.clip,
        layout,
        names=subject.classes,
        label=subject.classes[example.label],
        probabilities=np.exp(example.log_probabilities),
        delays=delays_of(params),
        first_step=int(params.get("first_step", 0)),
        seconds_per_frame=1 / (subject.frame_rate or _RATE),
        standalone=False,
    )
