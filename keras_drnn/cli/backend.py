"""Which Keras backend the command runs on."""

import importlib.util
import os


def choose_backend() -> None:
    """Keep the user's `KERAS_BACKEND`, or take the fastest backend that is installed.

    Must come before the first import of Keras, which reads the variable once.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "KERAS_BACKEND" not in os.environ:
        # By the measurements in benchmarks/results/.
        for name in ("jax", "torch", "tensorflow"):
            if importlib.util.find_spec(name) is not None:
                os.environ["KERAS_BACKEND"] = name
                return
