"""The conditions under which this package calls MLflow: quiet, and never for long."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator

# By default MLflow waits 120 s for an answer and tries eight times: minutes for a dead server.
_WAIT_SECONDS = "10"
# What these say is about MLflow's insides, or repeats what the raised error says: MLflow logs a
# failed query as an error of a hundred lines before it raises it.
_LOUD = {"mlflow": logging.CRITICAL, "alembic": logging.WARNING, "urllib3": logging.ERROR}


@contextlib.contextmanager
def mlflow_calls(retries: int = 0) -> Iterator[None]:
    """Call MLflow with bounded waiting, without its progress messages and deprecation warnings.

    What the user has set in the environment is left alone; all else is put back afterwards.

    Args:
        retries: How often a call that got no answer is repeated.
    """
    # Importing it sets the levels of its loggers: first import, then quieten.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        import mlflow  # noqa: F401  (only to have been imported)

        settings = {
            "MLFLOW_HTTP_REQUEST_TIMEOUT": _WAIT_SECONDS,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(retries),
            "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
            "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        }
        ours = {name: value for name, value in settings.items() if name not in os.environ}
        levels = {name: logging.getLogger(name).level for name in _LOUD}
        os.environ.update(ours)
        for name, level in _LOUD.items():
            logging.getLogger(name).setLevel(max(level, levels[name]))
        try:
            yield
        finally:
            for name in ours:
                os.environ.pop(name, None)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
