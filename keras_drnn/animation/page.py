"""Clips in motion as HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.animation.data import scene_data
from keras_drnn.animation.scene import Scene, make_scene
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.words import counted

if TYPE_CHECKING:
    from jinja2 import Environment


def animation_html(
    clip: Clip,
    layout: JointLayout | None,
    *,
    names: Sequence[str] = (),
    label: str | None = None,
    probabilities: np.ndarray | None = None,
    delays: Sequence[int] | None = None,
    first_step: int = 0,
    seconds_per_frame: float = 1 / 30,
    standalone: bool = True,
) -> str:
    """Show a clip in motion: the skeletons, what a model says of them and when its groups update.

    Needs jinja2. The page has a slider, play and speed, is turned by dragging, and asks nothing of
    any network.

    Args:
        clip: The clip: joints of one or more people in 2-D or 3-D, y up, or channels.
        layout: What its joints are; `None` for channels, or to draw joints without bones.
        names: Of the classes, if there are probabilities.
        label: The true class, if it is known.
        probabilities: `(frames, classes)`, what a model says at each frame.
        delays: Delays of the model's groups; a frame in which nobody is seen is no step to them.
        first_step: The number that the first step bears, as in `DelayedRNN`.
        seconds_per_frame: The time from one frame to the next.
        standalone: Whether it is a page of its own, or a `<figure>` for a page that has
            `animation_script()` once.

    Returns:
        HTML.

    Raises:
        ValueError: If an argument is out of its range, or does not fit the clip.

    Example:

    >>> html = animation_html(clip, KINECT_V2, names=names, probabilities=probabilities)
    >>> Path("clip.html").write_text(html, encoding="utf-8")
    """
    scene = make_scene(
        clip,
        layout,
        names=names,
        label=label,
        probabilities=probabilities,
        delays=delays,
        first_step=first_step,
        seconds_per_frame=seconds_per_frame,
    )
    figure = _templates().get_template("figure.html").render(**_words(scene))
    if not standalone:
        return figure
    page = _templates().get_template("page.html")
    return page.render(name=scene.name, figure=figure, script=animation_script())


def animation_script() -> str:
    """Style and script of all figures of `animation_html` in a page, `<style>` and `<script>`.

    They stand anywhere in the page. In a notebook, they follow the figure in the same output.

    Example:

    >>> figures = [animation_html(clip, layout, standalone=False) for clip in clips]
    >>> HTML("".join(figures) + animation_script())  # of IPython.display
    """
    parts = {"style": _text("player.css"), "script": _text("player.js")}
    return "".join(f"<{tag}>\n{text}</{tag}>\n" for tag, text in parts.items())


def _words(scene: Scene) -> dict[str, Any]:
    """What the template puts into words."""
    said = scene.answers
    seconds = scene.frames * scene.seconds_per_frame
    rows = []
    if said is not None:
        rows = [{"name": said.names[each], "true": each == said.label} for each in said.shown]
    return {
        "scene": scene,
        "length": f"{counted(scene.frames, 'frame')}, {seconds:.1f} s",
        "nobody": counted(int((~scene.seen).sum()), "frame"),
        "rows": rows,
        "tracks": bool(rows or scene.channels or scene.delays or not scene.seen.all()),
        "left_out": 0 if said is None else len(said.names) - len(rows),
        "turned": scene.joints.shape[-1] == 3,
        "sides": bool({side for _, _, side in scene.bones} & {"left", "right"}),
        "data": _safe_json(scene_data(scene)),
    }


def _safe_json(content: Any) -> str:
    """JSON that may stand in a `<script>`: no name in it can end that, or begin a comment."""
    text = json.dumps(content, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("keras_drnn.animation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _text(name: str) -> str:
    loader = _templates().loader
    assert loader is not None
    return loader.get_source(_templates(), name)[0]
