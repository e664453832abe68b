"""Words in a film."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont


def write(
    draw: ImageDraw,
    place: tuple[float, float],
    words: str,
    colour: str,
    size: int = 14,
    *,
    strong: bool = False,
    room: float | None = None,
    anchor: str = "la",
) -> float:
    """Write a line, cut where there is no more room.

    Args:
        draw: What draws on the picture.
        place: Where.
        words: What; letters that matplotlib's DejaVu Sans does not have are boxes.
        colour: In which colour.
        size: How large, in pixels.
        strong: Whether in bold.
        room: How wide it may be.
        anchor: Which point of the line is at the place, as Pillow says it.

    Returns:
        Where it ends, if it begins at the place.
    """
    font = _font(size, strong)
    if room is not None and font.getlength(words) > room:
        while words and font.getlength(words + "…") > room:
            words = words[:-1]
        words += "…"
    draw.text(place, words, colour, font, anchor)
    return place[0] + font.getlength(words)


@cache
def _font(size: int, strong: bool) -> FreeTypeFont:
    from matplotlib import get_data_path
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if strong else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(get_data_path(), "fonts/ttf", name)), size)
