"""One clip as a picture: enough to see at once that an axis is swapped, or that y points down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.reporting.plots import INK, PALE_INK
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.sides import side_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart by colour-blind people too.
_COLOURS = {"left": "#0072B2", "right": "#D55E00", "middle": INK}
_POSES = 6
_VIEWS = {"from the front": 0, "from the side": 2}  # the axis that runs to the right


def draw_clip(clip: Clip, layout: JointLayout | None, title: str) -> Figure:
    """Draw some frames of a clip: skeletons as they are read, y up, or channels over time.

    Joints are seen from the front, x to the right, and, if they have depth, from the side, z to the
    right. What is left of the body is blue, what is right orange.

    Args:
        clip: The clip.
        layout: What its joints are; `None` for channels.
        title: What stands above.

    Example:

    >>> draw_clip(store[0], KINECT_V2, "wave").savefig("clip.png")
    """
    from matplotlib.figure import Figure

    if layout is None:
        figure = Figure(figsize=(8, 4), layout="constrained")
        axes = figure.subplots()
        axes.plot(clip.joints[:, 0, :, 0], linewidth=1)
        axes.set(xlabel="frame", ylabel="channels, as they were recorded")
    else:
        views = list(_VIEWS)[: clip.joints.shape[-1] - 1]
        figure = Figure(figsize=(9, 0.6 + 2.6 * len(views)), layout="constrained")
        _draw_poses(figure, clip, layout, views)
    figure.suptitle(title, color=INK)
    return figure


def _draw_poses(figure: Figure, clip: Clip, layout: JointLayout, views: list[str]) -> None:
    seen = np.flatnonzero(clip.mask.any(axis=1))
    chosen = seen[np.linspace(0, len(seen) - 1, min(_POSES, len(seen))).astype(int)]
    rows = figure.subplots(len(views), len(chosen), squeeze=False, sharex="row", sharey="row")
    for view, row in zip(views, rows, strict=True):
        for frame, axes in zip(chosen, row, strict=True):
            _draw_pose(axes, clip, int(frame), layout, _VIEWS[view])
            axes.set_aspect("equal", adjustable="box")
            axes.tick_params(labelsize="x-small", colors=PALE_INK)
            axes.set_title(f"frame {frame}", fontsize="small", color=PALE_INK)
        row[0].set_ylabel(f"{view}: y", color=INK)


def _draw_pose(axes: Axes, clip: Clip, frame: int, layout: JointLayout, across: int) -> None:
    for body in np.flatnonzero(clip.mask[frame]):
        joints = clip.joints[frame, body]
        for near, far in layout.bones:
            x, y = joints[[near, far], across], joints[[near, far], 1]
            axes.plot(x, y, color=_COLOURS[side_of(layout.joint_names[far])], linewidth=1.5)
        axes.plot(joints[:, across], joints[:, 1], ".", color=INK, markersize=2)
