"""`.ts` files of the UEA and UCR archive: several sequences with their classes.

Format: Bagnall et al., "The UEA multivariate time series classification archive, 2018", and
"Formatting ts files" in the documentation of aeon and sktime.
"""

import numpy as np

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.arrays import make_recording
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording


def _read(source: Source, arrangement: Arrangement) -> list[Recording]:
    has_labels, in_data, dimensions = True, False, 0
    recordings: list[Recording] = []
    for number, line in enumerate(source.text.split("\n"), start=1):
        words = line.split()
        if not words or line.startswith(("#", "%")):
            continue
        tag = words[0].lower()
        if in_data:
            values, label = _sequence(source, line.strip(), number, has_labels)
            dimensions = dimensions or values.shape[1]
            if values.shape[1] != dimensions:
                raise source.error(
                    f"expected {dimensions} dimensions, as in the first sequence, received "
                    f"{values.shape[1]}",
                    "column count",
                    line=number,
                )
            recordings.append(make_recording(source, values, arrangement, label=label))
        elif tag == "@data":
            in_data = True
        elif tag == "@timestamps" and words[1:2] == ["true"]:
            raise source.error(
                "expected values at equal distances in time, received some with time stamps",
                "time stamps",
                line=number,
            )
        elif tag in ("@classlabel", "@targetlabel"):
            has_labels = words[1:2] != ["false"]
        elif not tag.startswith("@"):
            raise source.error(
                f"expected @data ahead of the sequences, received {line!r:.40}",
                "structure",
                line=number,
            )
    if not recordings:
        raise source.error("expected sequences below @data, received none", "no frames")
    return recordings


def _sequence(
    source: Source, line: str, number: int, has_labels: bool
) -> tuple[np.ndarray, str | None]:
    """The values `(frames, dimensions)` and the class of a line."""
    parts = line.split(":")
    label = parts.pop().strip() if has_labels else None
    if not parts:
        raise source.error(
            "expected dimensions separated by colons, and the class behind them, received "
            f"{line!r:.40}",
            "truncated",
            line=number,
        )
    try:
        channels = [
            np.array(part.replace("?", "nan").split(","), dtype=np.float64) for part in parts
        ]
    except ValueError as error:
        raise source.error(f"expected numbers: {error}", "not a number", line=number) from error
    lengths = sorted({len(channel) for channel in channels})
    if len(lengths) > 1:
        raise source.error(
            f"expected dimensions of one length, received {lengths[0]} and {lengths[-1]} values",
            "column count",
            line=number,
        )
    return np.stack(channels, axis=-1), label


FORMAT = FileFormat("UEA archive", (".ts",), by_suffix, _read)
