"""What a package needs that brings a format of recordings, by an entry point of this name."""

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording

__all__ = ["Arrangement", "FileFormat", "Recording", "Source"]
