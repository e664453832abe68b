"""Where the MLflow store is, how it is shown, and how a person looks into it."""

import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

_SQLITE = "sqlite:///"


def resolve_uri() -> str:
    """The MLflow store to use: `MLFLOW_TRACKING_URI`, or `mlflow.db` in the working directory.

    A relative SQLite path is made absolute, so that the store stays the same one if the working
    directory changes later.

    Example:

    >>> resolve_uri()  # doctest: +SKIP
    'sqlite:////home/me/mlflow.db'
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI", "").strip() or f"{_SQLITE}mlflow.db"
    path = sqlite_path(uri)
    if path is None:
        return uri
    # SQLAlchemy decodes the path; only what would be read as a code or a query is encoded.
    name = path.resolve().as_posix().replace("%", "%25").replace("?", "%3F")
    return _SQLITE + name


def sqlite_path(uri: str) -> Path | None:
    """The database file of an SQLite address, or `None` for any other kind of store.

    Args:
        uri: An MLflow tracking address.
    """
    return Path(unquote(uri.removeprefix(_SQLITE))) if uri.startswith(_SQLITE) else None


def without_password(text: str) -> str:
    """Blank out the password of every address in a text, so that it is never kept or shown.

    Args:
        text: An address, or a message that may quote one.

    Example:

    >>> without_password("https://me:secret@example.org")
    'https://me:***@example.org'
    """
    # Up to the last @ before the host: a password may hold an @ of its own.
    return re.sub(r"(://[^/@:\s]*):[^/\s]*@", r"\1:***@", text)


def how_to_look(uri: str) -> str:
    """What to type or open to see the runs.

    Args:
        uri: An MLflow tracking address.

    Example:

    >>> how_to_look("sqlite:////home/me/mlflow.db")
    'mlflow ui --backend-store-uri sqlite:////home/me/mlflow.db'
    """
    shown = without_password(uri)
    if uri.startswith(("http://", "https://")):
        return f"open {shown} in a browser"
    return f"mlflow ui --backend-store-uri {shlex.quote(shown)}"
