"""The files of a clip store: where they are, who may write them, how they are written.

    lock          held by whoever builds or opens the store
    header.json   of which folder, in which state of it, read by which version of which reader
    joints.f32    joints of all clips, one after the other: (frames, bodies, joints, axes) float32
    mask.u8       masks of all clips: (frames, bodies), one byte each, 0 or 1
    index.jsonl   one line per entry of the source, in their order: a clip or a fault

A line of the index is written once the coordinates it speaks of are on the disk, so whatever an
interruption leaves half done comes after the last whole line.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from keras_drnn.skeletons.errors import ClipStoreError
from keras_drnn.skeletons.source import ClipSource
from keras_drnn.system.atomic_writes import remove_unfinished, write_json
from keras_drnn.system.locks import LockError, hold_after_waiting

LOCK = "lock"
HEADER = "header.json"
JOINTS = "joints.f32"
MASK = "mask.u8"
INDEX = "index.jsonl"

_FORMAT = 4
_LOG = logging.getLogger(__name__)


def store_folder(cache_dir: str | Path, source: ClipSource) -> Path:
    """Where the store of a folder is: one for each folder, reader and choice of its clips."""
    root = source.listing.root.resolve()
    key = json.dumps([str(root), source.kind, *source.choice])
    return Path(cache_dir, f"{source.kind}-{root.name}-{_sha256(key)[:12]}")


def header(source: ClipSource) -> dict:
    """What a store of this state of the folder has as its header."""
    return {
        "format": _FORMAT,
        "kind": source.kind,
        "shape": list(source.shape),
        "root": str(source.listing.root.resolve()),
        "entries": len(source.entries),
        "fingerprint": _sha256(json.dumps(source.state)),
    }


def prepare(folder: Path, wanted: dict) -> None:
    """Make the store an empty one, unless its header is the wanted one.

    Files are removed, never emptied: another process may have the old ones mapped, and keeps them.
    """
    with clear_errors(folder):
        if _read_header(folder) == wanted:
            return
        for name in (HEADER, INDEX, JOINTS, MASK):
            (folder / name).unlink(missing_ok=True)
        remove_unfinished(folder)
        write_json(folder / HEADER, wanted)


def _read_header(folder: Path) -> dict | None:
    try:
        return json.loads((folder / HEADER).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file, and come back when it is on the disk."""
    # Unbuffered, so that a full disk is met here and not when the file is closed.
    with path.open("ab", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a store; wait while another process holds it."""

    def warn() -> None:
        _LOG.warning("Waiting for another process that is building the clip store %s", folder)

    with ExitStack() as held:
        try:
            held.enter_context(hold_after_waiting(folder / LOCK, warn))
        except LockError as error:
            raise ClipStoreError(
                f"The clip store {folder} cannot be locked: {error.reason}. Pass another cache_dir "
                "(the command: --out), one that can be written, on a disk with file locks; a "
                "network drive may have none."
            ) from error
        yield


@contextmanager
def clear_errors(folder: Path) -> Iterator[None]:
    """Turn an error of the system (full disk, no permission) into one that says what to do."""
    try:
        yield
    except OSError as error:
        raise ClipStoreError(
            f"The clip store {folder} cannot be written: {error.strerror or error}. Make room and "
            "run the same again, it goes on where it stopped; or pass another cache_dir (the "
            "command: --out)."
        ) from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
