"""The folder of demo data on disk: whole files only, and a marker that says what they are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keras_drnn.skeletons.demo.notice import SYNTHETIC_NOTICE
from keras_drnn.system.atomic_writes import remove_unfinished, write_bytes, write_json

MARKER = "demo.json"

Settings = dict[str, int]


def open_folder(root: Path, settings: Settings) -> bool:
    """Make sure that a folder is for demo data with these settings.

    Args:
        root: The folder, made if need be.
        settings: What the files depend on.

    Returns:
        Whether the folder is complete already.

    Raises:
        ValueError: If the folder holds other skeletons, or demo data with other settings.
    """
    root.mkdir(parents=True, exist_ok=True)
    marker = root / MARKER
    # Looked for in this order, because another process may just be writing: it begins with the
    # marker, so skeletons that are seen before the marker is missing are somebody else's.
    has_skeletons = next(root.glob("*.skeleton"), None) is not None
    if marker.exists():
        found = json.loads(marker.read_text(encoding="utf-8"))
        if found.get("settings") != settings:
            raise ValueError(
                "The folder holds demo data with other settings: take another folder, or delete "
                f"this one. Received: root={str(root)!r} with {found.get('settings')}, "
                f"asked for {settings}"
            )
        return bool(found["complete"])
    if has_skeletons:
        raise ValueError(
            "The folder holds skeletons that are not demo data; demo data is written only to a "
            f"folder of its own. Received: root={str(root)!r}"
        )
    _write_marker(root, settings, complete=False)
    return False


def close_folder(root: Path, settings: Settings) -> None:
    """Note that a folder is complete.

    Args:
        root: The folder.
        settings: What the files depend on.
    """
    remove_unfinished(root)
    _write_marker(root, settings, complete=True)


def write_clip(path: Path, contents: bytes) -> None:
    """Write a file so that it is there with all its contents or not at all.

    Args:
        path: The file.
        contents: All of it. Another process that writes the same file has to write the same.
    """
    with _completed_by_another(path):
        write_bytes(path, contents)


@contextmanager
def _completed_by_another(path: Path) -> Iterator[None]:
    """Let a process that completes the folder clear away as a leftover what is being written."""
    try:
        yield
    except FileNotFoundError:
        if not path.exists():
            raise


def _write_marker(root: Path, settings: Settings, complete: bool) -> None:
    marker = {
        "synthetic": True,
        "notice": SYNTHETIC_NOTICE,
        "settings": settings,
        "complete": complete,
    }
    with _completed_by_another(root / MARKER):
        write_json(root / MARKER, marker)
