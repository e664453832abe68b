"""Classes that are trained and never tested."""

import numpy as np

from keras_drnn.skeletons.split import Split

_SHOWN = 10


def untested_warning(split: Split) -> str | None:
    """A warning that names the classes without a test clip, or `None`.

    Args:
        split: A split of clips.
    """
    tested = set(np.unique(split.labels[split.test]).tolist())
    missing = [name for number, name in enumerate(split.class_names) if number not in tested]
    if not missing:
        return None
    more = len(missing) - _SHOWN
    listed = ", ".join(missing[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"There is no test clip of {listed}: the accuracies say nothing of them"
