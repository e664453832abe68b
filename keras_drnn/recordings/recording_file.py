"""A recording in a file of its own."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.read import read_recording
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.source import file_state


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A recording in a file, or in a folder with a file for each frame.

    Args:
        path: The file or folder.
    """

    path: Path

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name

    @property
    def stem(self) -> str:
        """Its name without the suffix."""
        return self.path.stem

    @property
    def state(self) -> tuple:
        """Size and time of change."""
        return file_state(self.path)

    def read(self, arrangement: Arrangement) -> Recording:
        """Read it, whatever its format."""
        return _read(self.path, arrangement, *self.state)


# Parts of one recording often follow each other.
@lru_cache(maxsize=1)
def _read(path: Path, arrangement: Arrangement, *state: object) -> Recording:
    return read_recording(
        path,
        layout=arrangement.layout,
        columns=arrangement.columns,
        order=arrangement.order,
        frame_rate=arrangement.frame_rate,
    )
