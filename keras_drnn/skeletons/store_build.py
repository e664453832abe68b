"""Build a clip store, or go on with one that was interrupted."""

import json
from collections.abc import Callable
from math import prod
from pathlib import Path

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.index import coordinates_hash
from keras_drnn.skeletons.scan import read_entries
from keras_drnn.skeletons.source import ClipSource, Outcome
from keras_drnn.skeletons.store_files import INDEX, JOINTS, MASK, append, clear_errors

# Waiting for the disk costs more than a clip does; an interruption loses at most this many.
ENTRIES_PER_COMMIT = 64


def load_records(folder: Path, source: ClipSource) -> list[dict]:
    """The records of a store that are whole and in order: one per entry, from the first on."""
    frame_bytes = _frame_bytes(source)
    sizes = [_size(folder / JOINTS), _size(folder / MASK)]
    records = []
    for record, entry in zip(_whole_lines(folder / INDEX), source.entries, strict=False):
        if record["entry"] != entry:
            break
        if "fault" not in record:
            end = record["offset"] + record["frames"]
            if end * frame_bytes > sizes[0] or end * source.shape[0] > sizes[1]:
                break
        records.append(record)
    return records


def build(
    folder: Path,
    source: ClipSource,
    records: list[dict],
    progress: Callable[[int, int], None] | None,
    workers: int,
) -> list[dict]:
    """Read the entries that have no record yet, and add theirs.

    Returns:
        The records of all entries.

    Raises:
        ClipStoreError: If the store cannot be written. What was written before stays.
    """
    done = list(records)
    offset = sum(record.get("frames", 0) for record in done)
    with clear_errors(folder):
        _cut(folder, done, offset, source)
    waiting = _Batch(folder, source.shape[0], offset)
    entries = source.entries
    outcomes = read_entries(map(source.task, range(len(done), len(entries))), workers)
    for entry, outcome in zip(entries[len(done) :], outcomes, strict=True):
        done.append(waiting.add(entry, outcome))
        if waiting.full:
            waiting.commit()
        if progress:
            progress(len(done), len(entries))
    waiting.commit()
    return done


class _Batch:
    """Outcomes that are not on the disk yet."""

    def __init__(self, folder: Path, bodies: int, offset: int) -> None:
        self._folder = folder
        self._bodies = bodies
        self._offset = offset
        self._joints: list[bytes] = []
        self._mask: list[bytes] = []
        self._lines: list[bytes] = []

    @property
    def full(self) -> bool:
        return len(self._lines) >= ENTRIES_PER_COMMIT

    def add(self, entry: str, outcome: Outcome) -> dict:
        made = self._fault_record if outcome.error else self._clip_record
        record = {"entry": entry, **made(outcome)}
        self._lines.append(_line(record))
        return record

    def commit(self) -> None:
        with clear_errors(self._folder):
            append(self._folder / JOINTS, b"".join(self._joints))
            append(self._folder / MASK, b"".join(self._mask))
            # Only now: a line of the index says that what it speaks of is on the disk.
            append(self._folder / INDEX, b"".join(self._lines))
        self._joints, self._mask, self._lines = [], [], []

    def _clip_record(self, outcome: Outcome) -> dict:
        clip = outcome.clip
        assert clip is not None
        joints, mask = _with_room_for(clip, self._bodies)
        self._joints.append(joints.tobytes())
        self._mask.append(mask.tobytes())
        record = {
            "name": clip.name,
            "setup": clip.setup,
            "part": clip.part,
            "subject": clip.subject,
            "camera": clip.camera,
            "action": clip.action,
            "frames": joints.shape[0],
            "bodies": clip.joints.shape[1],
            "joints": joints.shape[2],
            "offset": self._offset,
            "sha256": outcome.sha256,
            "coordinates": coordinates_hash(joints),
        }
        if outcome.remark:
            record["remark"] = outcome.remark
        self._offset += joints.shape[0]
        return record

    def _fault_record(self, outcome: Outcome) -> dict:
        error = outcome.error
        assert error is not None
        return {"fault": {"line": error.line, "kind": error.kind, "reason": error.reason}}


def _with_room_for(clip: Clip, bodies: int) -> tuple[np.ndarray, np.ndarray]:
    """Joints and mask with as many bodies as every clip of the store has; absent ones are 0."""
    absent = bodies - clip.joints.shape[1]
    if not absent:
        return clip.joints, clip.mask
    return (
        np.pad(clip.joints, ((0, 0), (0, absent), (0, 0), (0, 0))),
        np.pad(clip.mask, ((0, 0), (0, absent))),
    )


def _cut(folder: Path, records: list[dict], frames: int, source: ClipSource) -> None:
    """Discard what an interruption left half written."""
    for name, size in (
        (INDEX, sum(len(_line(record)) for record in records)),
        (JOINTS, frames * _frame_bytes(source)),
        (MASK, frames * source.shape[0]),
    ):
        with (folder / name).open("ab") as file:
            file.truncate(size)


def _frame_bytes(source: ClipSource) -> int:
    return prod(source.shape) * np.dtype(np.float32).itemsize


def _line(record: dict) -> bytes:
    return json.dumps(record).encode() + b"\n"


def _whole_lines(path: Path) -> list[dict]:
    whole = []
    for line in _read(path).splitlines(keepends=True):
        try:
            record = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n"):
            break
        whole.append(record)
    return whole


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
