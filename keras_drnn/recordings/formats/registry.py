"""The formats, and which of them a file is in."""

from keras_drnn.recordings.formats import (
    coco_results,
    json_arrays,
    kinetics,
    landmarks,
    native,
    numpy_archive,
    numpy_array,
    openpose,
    pyskl,
    text,
    uea,
)
from keras_drnn.recordings.formats.brought import brought_formats
from keras_drnn.recordings.formats.file_format import FOLDER, FileFormat
from keras_drnn.recordings.formats.source import Source

# Of formats with the same suffix, the first that recognises a file reads it.
FORMATS: tuple[FileFormat, ...] = (
    numpy_array.FORMAT,
    numpy_archive.FORMAT,
    text.FORMAT,
    uea.FORMAT,
    pyskl.FORMAT,
    native.NTU,
    native.NUCLA,
    kinetics.FORMAT,
    openpose.FILE,
    openpose.FRAMES,
    coco_results.FORMAT,
    landmarks.FORMAT,
    json_arrays.FORMAT,
)


def _all() -> tuple[FileFormat, ...]:
    # Who installs a format wants what it recognises to be read by it.
    return (*brought_formats(), *FORMATS)


def suffixes() -> tuple[str, ...]:
    """The suffixes of all formats."""
    known = {suffix for each in _all() for suffix in each.suffixes}
    return tuple(sorted(known - {FOLDER}))


def find_format(source: Source) -> FileFormat:
    """The format that a file is in.

    Raises:
        RecordingError: If it is in none of them, or cannot be read.
    """
    suffix = FOLDER if source.path.is_dir() else source.path.suffix.lower()
    candidates = [each for each in _all() if suffix in each.suffixes]
    if not candidates:
        raise source.error(
            f"expected a file that ends in {', '.join(suffixes())}, received "
            f"{suffix or 'no suffix'!r}",
            "file name",
        )
    for candidate in candidates:
        if candidate.recognises(source):
            return candidate
    names = ", ".join(candidate.name for candidate in candidates)
    raise source.error(f"expected one of the formats {names}, received another one", "structure")
