"""What a user says of a file that the file does not say itself."""

from dataclasses import dataclass

from keras_drnn.skeletons.layouts import JointLayout

_LETTERS = frozenset("xyzc")


@dataclass(frozen=True)
class Arrangement:
    """How the numbers of a file are arranged, and how fast; what is `None` is found out.

    Args:
        layout: What the joints are.
        columns: What the numbers of a joint are, a letter each: `x`, `y`, `z`, and `c` for its
            confidence: `"xyz"`, `"xyzc"`, `"xyc"`, MoveNet's `"yxc"`. By default two, three or four
            numbers are `xy`, `xyz` or `xyzc`.
        order: Of rows that hold a whole frame: `"joint"` if the numbers of one joint stand together
            (x1, y1, z1, x2, ...), `"axis"` if those of one axis do (x1, x2, ..., y1, ...).
        frame_rate: Frames per second, of a file that does not say it: people are followed by it.

    Raises:
        ValueError: If `columns` has other letters, one of them twice, or no x or y; or `order` is
            another word.

    Example:

    >>> Arrangement(columns="yxc").axes
    (1, 0)
    """

    layout: JointLayout | None = None
    columns: str | None = None
    order: str | None = None
    frame_rate: float | None = None

    def __post_init__(self) -> None:
        if self.columns is not None:
            letters = set(self.columns)
            if len(letters) < len(self.columns) or not {"x", "y"} <= letters <= _LETTERS:
                raise ValueError(
                    "`columns` names the numbers of a joint, x and y and, if they are there, z and "
                    f"c (confidence), each once. Received: columns={self.columns!r}"
                )
        if self.order not in (None, "joint", "axis"):
            raise ValueError(f"`order` must be 'joint' or 'axis'. Received: order={self.order!r}")

    @property
    def axes(self) -> tuple[int, ...]:
        """Where the axes are among the numbers of a joint, x first."""
        columns = self.columns or ""
        return tuple(columns.index(axis) for axis in "xyz" if axis in columns)
