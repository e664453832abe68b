"""What a file format is to those that read files."""

from collections.abc import Callable
from dataclasses import dataclass

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording

# In place of a suffix: a folder whose files are one recording.
FOLDER = "/"


@dataclass(frozen=True)
class FileFormat:
    """A format in which people keep sequences.

    Args:
        name: Short name.
        suffixes: Suffixes of its files, in lower case, with the dot, or `FOLDER`.
        recognises: Whether a file of such a suffix is of this format, by what it holds.
        read: Reads all sequences of a file.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Arrangement], list[Recording]]


def by_suffix(source: Source) -> bool:
    """Recognise every file: no other format has these suffixes."""
    return True
