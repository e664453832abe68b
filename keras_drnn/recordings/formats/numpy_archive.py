"""`.npz`: named arrays in a zip file."""

import io
import zipfile

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats import named_arrays
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.numpy_array import load_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.errors import SkeletonFileError

# Hours of several people; what is larger is no recording, or a zip bomb.
LARGEST = 1 << 30


def member_names(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What is in an archive, by the names of the arrays."""
    return {each.filename.removesuffix(".npy"): each for each in archive.infolist()}


def load_member(
    source: Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str
) -> np.ndarray:
    """Load an array of an archive.

    Args:
        source: Where the archive comes from.
        archive: The archive.
        member: What is loaded.
        name: What to call it in messages.

    Raises:
        RecordingError: If it is too large, or no array of numbers.
    """
    if member.file_size > LARGEST:
        raise source.error(
            f"expected arrays of {LARGEST:,} bytes at most, received {member.file_size:,} in "
            f"{name}, unpacked from {member.compress_size:,}",
            "too large",
        )
    with archive.open(member) as file:
        # Not read(): it unpacks all there is, however small the zip file says that it is.
        data = file.read(member.file_size)
    return load_array(source, data, name)


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            return [_recording(source, archive, arrangement)]
    except SkeletonFileError:
        raise
    # A file that is damaged makes zipfile and zlib raise many things.
    except Exception as error:
        raise source.error(f"expected a whole zip file of arrays: {error}", "not a zip") from error


def _recording(source: Source, archive: zipfile.ZipFile, arrangement: Arrangement) -> Recording:
    members = member_names(archive)
    chosen = named_arrays.choose(source, members)

    def load(name: str | None) -> np.ndarray | None:
        return None if name is None else load_member(source, archive, members[name], name)

    values, confidence, rate = map(load, (chosen.values, chosen.confidence, chosen.frame_rate))
    assert values is not None
    return make_recording(
        source,
        values,
        arrangement,
        confidence=confidence,
        frame_rate=named_arrays.frame_rate(source, rate),
        notes=chosen.notes,
    )


FORMAT = FileFormat("npz", (".npz",), by_suffix, _read)
