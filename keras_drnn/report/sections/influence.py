"""How far back each model looks: what of its last scores comes from how long ago."""

import numpy as np

from keras_drnn.keras_file import read_keras_file
from keras_drnn.report.blocks import Block, Note, Picture, Text
from keras_drnn.report.examples import clip_of
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.run_folder import Run


def blocks(subject: Subject) -> list[Block]:
    """The influence of the past on the last scores, of each model on one and the same clip.

    Args:
        subject: What the report is about.
    """
    runs = subject.first_runs()
    if not runs:
        return []
    clip = clip_of(runs.values())
    if clip is None:
        return [
            Note(
                "How far back the models look is measured on a test clip, and none was kept when "
                "this was made."
            )
        ]
    curves, notes = {}, []
    for model, run in runs.items():
        try:
            curves[model] = past_influence(run, clip.joints)
        # A model of another version, or of a backend that is not here.
        except Exception as error:
            notes.append(Note(f"{model_style(model).label}: not measured ({error})."))
    if not curves:
        return list(notes)
    from keras_drnn.reporting.influence_plot import draw_influence

    said = (
        "How much of what moves a model's scores at the end of a clip lies in the frames before "
        f"it: gradients of the last scores by each frame of {clip.name}, of models of the first "
        "seed. A curve that rises late belongs to a model that still looks at what was long ago."
    )
    figure = draw_influence(
        curves,
        data=f"{subject.data['name']}, {clip.name}",
        synthetic=subject.data.get("synthetic", False),
        frame_rate=subject.frame_rate,
    )
    return [Text(said), Picture(figure), *notes]


def past_influence(run: Run, joints: np.ndarray) -> np.ndarray:
    """How much each frame of a clip moves the last scores of a run's model.

    Args:
        run: The run.
        joints: `(frames, bodies, joints, axes)`.

    Returns:
        `(frames,)` norms.

    Raises:
        ValueError: If the run has no `model.keras`.
    """
    path = run.folder / "model.keras"
    if not path.is_file():
        raise ValueError("there is no model.keras")
    import keras

    from keras_drnn.influence import input_influence

    model = read_keras_file(path)
    # The last scores alone: as many gradients as classes, not as frames times classes.
    last = keras.Model(model.inputs[0], model.outputs[0][:, -1])
    return input_influence(last, joints)[0]
