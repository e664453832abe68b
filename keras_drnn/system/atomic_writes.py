"""Files that are whole or not there: written aside, then moved into place.

The only module that does so. Nobody, in this process or another, ever reads half a file.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

_UNFINISHED = ".unfinished-"


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` write a file beside `path`, then move it into place.

    Args:
        path: The file. One that is there already is replaced.
        write: Called with the path to write to, which has the suffix of `path`.

    Raises:
        OSError: If the file cannot be written; it names `path`, and what was there before stays.
    """
    # A name of its own for every call: threads, and machines that share the disk, have equal ids.
    unfinished = path.with_name(f"{_UNFINISHED}{secrets.token_hex(4)}-{path.name}")
    try:
        write(unfinished)
        # Opened for writing: Windows flushes no other file.
        with unfinished.open("r+b") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, all of them or none."""
    write_whole(path, lambda unfinished: unfinished.write_bytes(content))


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8 with line feeds as they are, all of it or none."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write JSON, indented, with a line feed at its end, all of it or none."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def remove_unfinished(folder: Path) -> None:
    """Remove what processes that were killed have left half written.

    Args:
        folder: A folder in which nobody is writing any more.
    """
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        leftover.unlink(missing_ok=True)
