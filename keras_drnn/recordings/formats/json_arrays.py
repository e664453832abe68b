"""`.json` of nested lists of numbers, alone or under a name."""

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats import named_arrays
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.json_numbers import to_array
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording


def _recognises(source: Source) -> bool:
    return isinstance(source.json, (list, dict))


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    content = source.json
    if not isinstance(content, dict):
        return [make_recording(source, to_array(source, content), arrangement)]
    label = content.get("label")
    names = [name for name in content if name not in ("label", "name")]
    chosen = named_arrays.choose(source, names)
    confidence: np.ndarray | None = None
    if chosen.confidence:
        confidence = to_array(source, content[chosen.confidence])
    return [
        make_recording(
            source,
            to_array(source, content[chosen.values]),
            arrangement,
            confidence=confidence,
            frame_rate=named_arrays.frame_rate(source, content.get(chosen.frame_rate)),
            label=None if label is None else str(label),
            notes=chosen.notes,
        )
    ]


FORMAT = FileFormat("JSON arrays", (".json",), _recognises, _read)
