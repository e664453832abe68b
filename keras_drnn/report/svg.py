"""Figures as pictures that lie in the page itself."""

import base64
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# At this width letters are as large as those of the text around them on a desk, and still read on
# a phone.
_INCHES = 5.2


@dataclass(frozen=True)
class Svg:
    """A picture in a page.

    Args:
        address: A `data:` address.
        title: What it shows.
        subtitle: Of what.
        width: Its width in CSS pixels.
        height: Its height, likewise.
    """

    address: str
    title: str
    subtitle: str
    width: int
    height: int


def to_svg(figure: "Figure", *, as_drawn: bool = False) -> Svg:
    """Take title and subtitle out of a figure of this package, and make a picture of the rest.

    Args:
        figure: The figure.
        as_drawn: Whether it keeps its size; by default it is as wide as a column of the page.
    """
    axes = figure.axes[0]
    title, subtitle = figure.get_suptitle(), ""
    if title:
        subtitle = axes.get_title(loc="left")
        figure.suptitle("")
        axes.set_title("", loc="left")
    width, height = figure.get_size_inches()
    if not as_drawn:
        width, height = _INCHES, _INCHES * 0.66
        figure.set_size_inches(width, height)
    file = io.BytesIO()
    # Without a date the same figure gives the same bytes; names of parts are numbered anew.
    figure.savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    content = re.sub(rb"(?s)<metadata>.*?</metadata>", b"", file.getvalue())
    address = "data:image/svg+xml;base64," + base64.b64encode(content).decode("ascii")
    return Svg(address, title, subtitle, round(96 * width), round(96 * height))
