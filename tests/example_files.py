"""The programs in `examples/`, to be looked at from within."""

import runpy
from pathlib import Path
from types import SimpleNamespace

FOLDER = Path(__file__).parents[1] / "examples"


def example(name: str) -> SimpleNamespace:
    """What `examples/<name>.py` defines."""
    return SimpleNamespace(**runpy.run_path(str(FOLDER / f"{name}.py")))
