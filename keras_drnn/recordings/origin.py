"""Where a recording is kept: in a file of its own, or among all clips in an array."""

from pathlib import Path
from typing import Protocol

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.recording import Recording


class Origin(Protocol):
    """Where a recording is kept. It is small and can be pickled, whatever the recording is."""

    @property
    def path(self) -> Path:
        """Where it is, for messages."""
        ...

    @property
    def name(self) -> str:
        """The same without folders."""
        ...

    @property
    def stem(self) -> str:
        """The name of the file without its suffix."""
        ...

    @property
    def state(self) -> tuple:
        """What differs once the recording has changed, as JSON."""
        ...

    def read(self, arrangement: Arrangement) -> Recording:
        """Read it.

        Args:
            arrangement: How its numbers are arranged.

        Raises:
            SkeletonFileError: If it is not a whole and sound recording.
        """
        ...
