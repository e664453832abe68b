"""The recording: what every file format gives."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Recording:
    """One sequence of a file, as it was recorded.

    A joint that is missing is NaN in all its axes, and has the confidence 0 where there are
    confidences. A joint counts as missing where one of its axes is NaN, where its confidence is 0,
    where its format says so, and where all joints of the body are exactly zero: that body is absent
    from the frame. A lone joint at zero is not missing: that may be where the origin is.
    `hold_missing` fills the gaps.

    Args:
        values: float32, without infinities: joints `(frames, bodies, joints, axes)`, two or three
            axes, or `(frames, channels)` of a sequence that is not of skeletons.
        confidence: `(frames, bodies, joints)` float32, or `None` if the file has none.
        frame_rate: Frames per second, or `None` if the file does not say.
        layout: Name of the joint layout, or `None` if the file does not say.
        label: The class, or `None` if the file does not say.
        name: Name of the sequence within the file, or `None`.
        splits: Names of the splits of the file that the sequence is in.
        notes: What was left out or taken for granted, in words.

    Raises:
        ValueError: If shapes or types are not those above.

    Example:

    >>> walk = Recording(np.ones((40, 1, 17, 2), "float32"), frame_rate=30, layout="coco_17")
    >>> walk.values.shape, walk.of_joints
    ((40, 1, 17, 2), True)
    """

    values: np.ndarray
    confidence: np.ndarray | None = None
    frame_rate: float | None = None
    layout: str | None = None
    label: str | None = None
    name: str | None = None
    splits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = self.values.shape
        plausible = len(shape) == 2 or (len(shape) == 4 and shape[-1] in (2, 3))
        if not plausible or self.values.dtype != np.float32 or np.isinf(self.values).any():
            raise ValueError(
                "A recording takes finite float32 values (frames, bodies, joints, 2 or 3) or "
                f"(frames, channels). Received: {shape} {self.values.dtype}, name={self.name!r}"
            )
        if self.confidence is not None and (
            self.confidence.shape != shape[:-1] or self.confidence.dtype != np.float32
        ):
            raise ValueError(
                f"Expected float32 confidences {shape[:-1]} beside values {shape}. Received: "
                f"{self.confidence.shape} {self.confidence.dtype}, name={self.name!r}"
            )

    @property
    def of_joints(self) -> bool:
        """Whether the values are joints rather than channels."""
        return self.values.ndim == 4
