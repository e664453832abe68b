"""Words that were probably meant."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` Did you mean 'label'?`, or nothing if no choice is like the word.

    Args:
        word: What was received.
        choices: What is understood.

    Example:

    >>> did_you_mean("Lable", ["file", "label"])
    " Did you mean 'label'?"
    """
    folded = {choice.casefold(): choice for choice in choices}
    # difflib takes quadratic time, and nobody mistypes a word that is this long.
    close = difflib.get_close_matches(word.casefold()[:50], folded, n=1, cutoff=0.65)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""
