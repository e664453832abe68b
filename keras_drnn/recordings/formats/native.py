"""The files of NTU RGB+D and Northwestern-UCLA, whatever they are called."""

from collections.abc import Callable

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons import ntu, nucla
from keras_drnn.skeletons.reader import Reader


def _read_by(reader: Reader) -> Callable[[Source, Arrangement], list[Recording]]:
    def read(source: Source, arrangement: Arrangement) -> list[Recording]:
        joints = reader.read_joints(source.path)
        arrangement = Arrangement(arrangement.layout)
        return [make_recording(source, joints, arrangement, default_layout=reader.layout)]

    return read


def _is_nucla(source: Source) -> bool:
    return isinstance(source.json, dict) and {"skeletons", "file_name"} <= source.json.keys()


NTU = FileFormat("NTU RGB+D", (".skeleton",), by_suffix, _read_by(ntu.READER))
NUCLA = FileFormat("N-UCLA", (".json",), _is_nucla, _read_by(nucla.READER))
