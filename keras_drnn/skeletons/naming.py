"""What a message calls actions, subjects, cameras and setups: numbers of files, or their names."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from keras_drnn.skeletons.words import ranges

# The texts that numbers of an attribute stand for, such as `DataSet.texts`; of files' names none.
Texts = Callable[[str], Mapping[int, str]]

_SHOWN = 10


def no_texts(attribute: str) -> Mapping[int, str]:
    """Numbers stand for nothing but themselves."""
    return {}


def named(attribute: str, values: Collection[int] | np.ndarray, texts: Texts = no_texts) -> str:
    """Some actions, subjects, cameras or setups, as its user knows them.

    Args:
        attribute: Which of them.
        values: Their numbers, in any order, any of them several times.
        texts: What the numbers stand for.

    Example:

    >>> named("action", [3, 2, 1, 3])
    '1-3'
    >>> named("action", [3, 2], lambda attribute: {1: "sit", 2: "jump", 3: "wave"})
    "'jump', 'wave'"
    """
    known = texts(attribute)
    if not known:
        return ranges(values)
    numbers = np.unique(np.array(list(values), np.int64)).tolist()
    shown = [repr(known[each]) if each in known else "(not said)" for each in numbers[:_SHOWN]]
    more = len(numbers) - len(shown)
    return (", ".join(shown) or "(none)") + (f" and {more} more" if more else "")
