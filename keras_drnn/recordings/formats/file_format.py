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

    A package brings one of its own by an entry point of the group `keras_drnn.recording_formats`:
    under any name, the module and the attribute where the `FileFormat` is. It is asked before the
    formats of this package.

    Args:
        name: Short name.
        suffixes: Suffixes of its files, in lower case, with the dot, or `FOLDER`.
        recognises: Whether a file of such a suffix is of this format, by what it holds: called with
            the file, whose `path`, `data`, `text` and `json` it may look at.
        read: Reads all sequences of a file: called with the file and with what its user says of the
            arrangement of the numbers.

    Raises:
        ValueError: If a suffix is not as described.

    Example:

    >>> def read(source, arrangement):
    ...     rows = [line.split("|") for line in source.text.splitlines()]
    ...     return [Recording(np.array(rows, "float32"))]
    >>> FileFormat("bars", (".bars",), by_suffix, read).suffixes
    ('.bars',)
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Arrangement], list[Recording]]

    def __post_init__(self) -> None:
        for suffix in self.suffixes:
            if suffix != FOLDER and not (suffix.startswith(".") and suffix == suffix.lower()):
                raise ValueError(
                    "The suffixes of a format are in lower case and begin with a dot. Received: "
                    f"{suffix!r} of {self.name}"
                )


def by_suffix(source: Source) -> bool:
    """Recognise every file: no other format has these suffixes."""
    return True
