"""The way into the command `drnn`."""

import importlib.util
import os
import sys

from keras_drnn.cli.requirements import advice
from keras_drnn.system.native_messages import filter_native_messages

VERBOSE = "--verbose"


def choose_backend() -> None:
    """Keep the user's `KERAS_BACKEND`, or take the fastest backend that is installed."""
    if "KERAS_BACKEND" not in os.environ:
        backends = ("jax", "torch", "tensorflow")
        installed = (name for name in backends if importlib.util.find_spec(name))
        os.environ["KERAS_BACKEND"] = next(installed, "jax")


def main() -> None:
    """Run the command; errors that the user can correct come without a traceback."""
    if VERBOSE in sys.argv:  # wherever it stands, and before anything is imported that speaks
        sys.argv.remove(VERBOSE)
    else:
        filter_native_messages()
    choose_backend()
    try:
        from keras_drnn.cli.app import app

        app()
    except ModuleNotFoundError as error:
        text = advice(error)
        if text is None:
            raise
        _fail(text)
    # OSError: a full disk, a folder that may not be written to.
    except (ValueError, OSError) as error:
        _fail(error)


def _fail(error: object) -> None:
    print(f"Error: {error}", file=sys.stderr)
    sys.exit(2)
