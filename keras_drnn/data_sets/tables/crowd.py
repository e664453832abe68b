"""Who is kept of a recording in which there are more people than a clip has room for."""

import numpy as np


def most_present(frames: np.ndarray, bodies: int) -> tuple[np.ndarray, str | None]:
    """The bodies that are there in the most frames, of those of one length the largest ones.

    Args:
        frames: `(frames, bodies, joints, axes)`, NaN where a joint is missing.
        bodies: How many bodies there is room for.

    Returns:
        The frames with so many bodies at most, in the order in which they were; and in words how
        many were kept, if some were not.

    Example:

    >>> frames = np.zeros((4, 2, 17, 3))
    >>> frames[0, 0] = frames[:, 1] = 1  # somebody walks through the picture
    >>> kept, remark = most_present(frames, 1)
    >>> bool(kept.all()), remark
    (True, 'of 2 bodies the one that is in the most frames is kept')
    """
    there = frames.shape[1]
    if there <= bodies:
        return frames, None
    seen: np.ndarray = np.isfinite(frames).all(axis=-1) & np.asarray(frames.any(axis=-1))
    visible: np.ndarray = np.asarray(seen.any(axis=2))
    present = visible.sum(axis=0)
    low = np.where(seen[..., None], frames, np.inf).min(axis=2)
    high = np.where(seen[..., None], frames, -np.inf).max(axis=2)
    spread = np.where(visible[..., None], high - low, 0.0)
    size = np.linalg.norm(spread, axis=-1).sum(axis=0) / np.maximum(present, 1)
    order = np.lexsort((np.arange(there), -size, -present))
    kept = np.sort(order[:bodies])
    which = "one that is" if bodies == 1 else f"{bodies} that are"
    verb = "is" if bodies == 1 else "are"
    return frames[:, kept], f"of {there} bodies the {which} in the most frames {verb} kept"
