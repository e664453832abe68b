"""The way into the command `drnn`.

Outside the package, because the backend must be chosen before `keras_drnn` imports Keras.
"""

import importlib.util
import os
import sys


def choose_backend() -> None:
    """Keep the user's `KERAS_BACKEND`, or take the fastest backend that is installed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "KERAS_BACKEND" in os.environ:
        return
    installed = (name for name in ("jax", "torch", "tensorflow") if importlib.util.find_spec(name))
    os.environ["KERAS_BACKEND"] = next(installed, "tensorflow")
    if "keras" in sys.modules:
        # `python -m keras_drnn` has imported Keras by now, which reads the variable only once.
        os.execv(sys.executable, [sys.executable, "-m", "keras_drnn", *sys.argv[1:]])


def main() -> None:
    """Run the command; what a person can put right is told without a traceback."""
    choose_backend()
    from keras_drnn.cli.app import app

    try:
        app()
    # OSError: a full disk, a folder that may not be written to.
    except (ValueError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)
