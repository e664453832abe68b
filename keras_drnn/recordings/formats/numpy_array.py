"""`.npy`: one array."""

import io
import math
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording


def check_header(source: Source, file: BinaryIO, size: int, name: str = "the array") -> None:
    """Check that an array is of numbers, and that its header agrees with the size of its file.

    Args:
        source: Where it comes from.
        file: The file, at its start.
        size: Its bytes.
        name: What to call it in messages.

    Raises:
        RecordingError: If it has objects (which are pickles), or more or fewer bytes than its
            header says.
    """
    try:
        header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        version = npy.read_magic(file)
        if version not in header:
            raise ValueError(f"version {version} is for arrays of records")
        shape, _, dtype = header[version](file)
    # The header is a piece of Python; one that is damaged makes its parser raise many things.
    except Exception as error:
        raise source.error(f"expected {name} in NumPy's format: {error}", "not NumPy") from error
    if dtype.hasobject:
        raise source.error(
            f"expected numbers in {name}, received objects, which can run code when they are read. "
            "Save the array with a numeric type, or with astype(str) if it is text",
            "objects",
        )
    # A header can ask for any amount of memory.
    expected, received = math.prod(shape) * dtype.itemsize, size - file.tell()
    if expected != received:
        raise source.error(
            f"expected {expected} bytes of {name}, {shape} {dtype}, received {received}",
            "truncated" if received < expected else "trailing data",
        )


def load_array(source: Source, data: bytes, name: str = "the array") -> np.ndarray:
    """Load an array of the bytes of its file; arguments and errors are those of `check_header`."""
    file = io.BytesIO(data)
    check_header(source, file, len(data), name)
    file.seek(0)
    return npy.read_array(file, allow_pickle=False)


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    return [make_recording(source, load_array(source, source.data), arrangement)]


FORMAT = FileFormat("npy", (".npy",), by_suffix, _read)
