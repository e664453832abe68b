"""The strips of a film: which there are, and how one is painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from keras_drnn.animation.colours import ACCENT, PALE, WELL, WRONG
from keras_drnn.animation.data import channel_shares
from keras_drnn.animation.scene import Scene
from keras_drnn.skeletons.words import counted

if TYPE_CHECKING:
    from PIL.Image import Image

Kind = Literal["heading", "channel", "answer", "share", "updates", "nobody"]
# The beginning and end of a block in frames, how high it is and its colour.
_Block = tuple[float, float, float, str]
_FINER = 2  # a strip is painted so much larger, and made smaller
_TICKS = 1.5, 2.5  # pixels, where frames are narrow, and where they are wide


@dataclass(frozen=True)
class Strip:
    """One of them, or a heading.

    Args:
        words: What stands before it.
        kind: What it shows.
        number: Of the channel, class or group; of answers, 0 is now and 1 so far.
        strong: Whether it is the one of the true class.
    """

    words: str
    kind: Kind = "heading"
    number: int = 0
    strong: bool = False


def strips_of(scene: Scene) -> list[Strip]:
    """The strips of a scene, from above.

    Args:
        scene: The scene.
    """
    strips, said = [], scene.answers
    if scene.channels:
        strips.append(Strip("Channels, each from its least to its largest value"))
        strips += [Strip(f"channel {each + 1}", "channel", each) for each in scene.channels]
    if said is not None:
        judged = ": high where it is right" if scene.label is not None else ""
        strips.append(Strip(f"Prediction{judged}"))
        strips += [Strip("this frame", "answer", 0), Strip("so far", "answer", 1)]
        few = f"the {len(said.shown)} likeliest of {len(said.names)} classes"
        which = few if len(said.shown) < len(said.names) else "each class"
        strips.append(Strip(f"Probability of {which}, frame by frame"))
        for number in said.shown:
            true = number == said.label
            strips.append(Strip(("✓ " if true else "") + said.names[number], "share", number, true))
    if scene.delays:
        strips.append(Strip("Updates of each group: every so many frames"))
        groups = reversed(list(enumerate(scene.delays)))
        strips += [Strip(f"every {delay}", "updates", group) for group, delay in groups]
    missing = int((~scene.seen).sum())
    if missing:
        strips.append(Strip(f"nobody in {counted(missing, 'frame')}", "nobody"))
    return strips


def paint_strip(
    scene: Scene, strip: Strip, size: tuple[int, int], begin: int, frames: int
) -> Image:
    """Paint a strip.

    Args:
        scene: The scene.
        strip: Which one.
        size: Width and height in pixels.
        begin: The first frame on it.
        frames: How many are on it.
    """
    from PIL import Image
    from PIL.ImageDraw import Draw

    width, height = _FINER * size[0], _FINER * size[1]
    image = Image.new("RGB", (width, height), WELL)
    draw, scale = Draw(image), width / frames
    narrow, wide = (each * frames / size[0] for each in _TICKS)
    for first, last, share, colour in _blocks(scene, strip, max(narrow, min(wide, 1.0))):
        left, right = scale * (first - begin), scale * (last - begin) - 1
        if right >= 0 and left < width and share > 0:
            above = height * (1 - share) if strip.kind != "updates" else 0.1 * height
            draw.rectangle([left, above, max(left, right), height], colour)
    return image.reduce(_FINER)


def _blocks(scene: Scene, strip: Strip, tick: float) -> Iterator[_Block]:
    if strip.kind == "channel":
        yield from _shares(scene, channel_shares(scene)[strip.number], PALE)
    elif strip.kind == "updates":
        for moment in scene.updates[strip.number].tolist():
            yield moment + 0.5 - tick / 2, moment + 0.5 + tick / 2, 1.0, ACCENT
    elif strip.kind == "nobody":
        for frame in np.flatnonzero(~scene.seen).tolist():
            yield frame, frame + 1, 1.0, WRONG
    elif scene.answers is not None and strip.kind == "share":
        colour = ACCENT if strip.strong else PALE
        yield from _shares(scene, scene.answers.probabilities[:, strip.number], colour)
    elif scene.answers is not None:
        yield from _answers(scene, (scene.answers.now, scene.answers.so_far)[strip.number].runs())


def _shares(scene: Scene, shares: np.ndarray, colour: str) -> Iterator[_Block]:
    for frame in np.flatnonzero(scene.seen).tolist():
        yield frame, frame + 1, 0.96 * float(shares[frame]), colour


def _answers(scene: Scene, runs: list[tuple[int, int, int]]) -> Iterator[_Block]:
    """Right answers are high, others low; where the truth is not known, neighbours differ."""
    assert scene.answers is not None
    high = False
    for first, last, number in runs:
        if number < 0:
            continue
        right = number == scene.answers.label
        high = right if scene.label is not None else not high
        colour = PALE if scene.label is None else ACCENT if right else WRONG
        yield first, last, 0.96 if high else 0.4, colour
