"""The recordings on which models are asked how far back they look."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from keras_drnn.data_sets import find_data_set
from keras_drnn.data_sets.tables.clips import TableClips
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.clip_files import read_clips
from keras_drnn.experiments.influences import Watched
from keras_drnn.experiments.sources import describe_model
from keras_drnn.reporting.examples import load_examples
from keras_drnn.skeletons.words import counted


def kept_clips(folder: Path) -> list[Watched]:
    """The test clips that are kept beside a model, the longest first; none if none is.

    Args:
        folder: The folder of a run.
    """
    path = folder / "examples.npz"
    if not path.is_file():
        return []
    clips = [example.clip for example in load_examples(path)[0]]
    clips.sort(key=lambda clip: -len(clip.joints))
    return [_watched(clip.name, np.asarray(clip.joints, "float32")) for clip in clips]


def recorded_clips(path: Path, model: Path) -> Iterator[Watched]:
    """Recordings on disk, read as those that a model was trained on.

    Args:
        path: A recording, a folder of them, an array of clips, or a table of recordings.
        model: A file of the model.

    Raises:
        ValueError: If there are none, or one cannot be read.
    """
    description = describe_model(model)
    if not _is_list(path):
        for file, read in read_clips(path, description):
            yield _watched(file.name, np.asarray(read().frames, "float32"))
        return
    reader = find_data_set(str(path)).reader
    if not description.get("reading") or not isinstance(reader, TableClips):
        raise ValueError(
            "Expected a recording or a folder of them, as the model was not trained on a table. "
            f"Received: {path}"
        )
    reading = Reading.of_json(description["reading"])
    for row in reader.table.rows:
        yield _watched(reader.clip_name(row), reading.values(row, assumed_rate=reading.fps))


def of_one_length(clips: Sequence[Watched] | Iterator[Watched], count: int, frames: int | None):
    """The first of some recordings, cut to the same number of frames.

    Args:
        clips: The recordings.
        count: How many at most.
        frames: So many frames, and recordings that have fewer are passed over; by default as many
            as the shortest has, 100 at most.

    Raises:
        ValueError: If none is left, or none has two frames.
    """
    had = 0
    chosen = []
    for clip in clips:
        had += 1
        if frames is None or len(clip.frames) >= frames:
            chosen.append(clip)
        if len(chosen) == count:
            break
    if not chosen:
        least = (
            "" if frames is None else f" of {counted(frames, 'frame')} or more; --frames says it"
        )
        raise ValueError(f"Expected recordings{least}. Received: {counted(had, 'recording')}")
    length = frames or min(100, *(len(clip.frames) for clip in chosen))
    if length < 2:
        raise ValueError(
            "Expected recordings of two frames or more: of one there is no past. Received: "
            + ", ".join(f"{clip.name}, {counted(len(clip.frames), 'frame')}" for clip in chosen)
        )
    return [Watched(clip.name, clip.frames[:length], clip.seen[:length]) for clip in chosen]


def _watched(name: str, frames: np.ndarray) -> Watched:
    if not np.isfinite(frames).all():
        raise ValueError(
            "Expected recordings without gaps: the gradient of a frame that is not known is not "
            f"known. Received: {name}, with {np.count_nonzero(~np.isfinite(frames))} numbers that "
            "are missing (NaN)"
        )
    seen = np.asarray(frames.any(axis=(1, 2, 3)))
    if not seen.any():
        raise ValueError(
            f"Expected recordings with somebody in them. Received: {name}, all of it zero"
        )
    return Watched(name, frames, seen)


def _is_list(path: Path) -> bool:
    """Whether a file is a table of recordings, and not a recording that is a table of numbers."""
    if path.suffix.casefold() == ".toml":
        return True
    if path.suffix.casefold() not in (".csv", ".tsv") or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        heading = next(islice(file, 1), "").casefold()
    return "file" in heading and "label" in heading
