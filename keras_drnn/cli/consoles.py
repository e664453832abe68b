"""Where a command writes: to a terminal in colours, to a pipe or with `NO_COLOR` in plain text."""

import os

from rich.console import Console


def make_console(*, stderr: bool = False) -> Console:
    """A console on the output or the error stream.

    Rich itself leaves bold and dim type in place under `NO_COLOR`; what asks for no colours wants
    no escape codes.

    Args:
        stderr: Whether it is the error stream.
    """
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(stderr=stderr, color_system=None if plain else "auto")
