"""Which frames of a recording a row means."""

from keras_drnn.recordings.description import Times
from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.row import RecordingRow


def part_of(row: RecordingRow, frames: int, rate: float | None, times: Times) -> slice:
    """The frames of a recording that a row means, all of them if it names no part.

    Args:
        row: The row.
        frames: Frames of the recording.
        rate: Frames per second, where known.
        times: What `start` and `end` count.

    Raises:
        RecordingError: If the recording has no such part, or its rate has to be known.
    """
    start, end = row.start or 0, row.end
    if times == "seconds" and row.is_part:
        if rate is None:
            raise RecordingError(
                row.origin.path,
                None,
                "expected its frame rate, as start and end are in seconds; received none. Write it "
                "into the column fps, or, if it is that of all, `fps = 30` into a description "
                '(TOML), where `times = "frames"` makes start and end frames',
                "recording",
            )
        start, end = start * rate, None if end is None else end * rate
    first, last = round(start), frames if end is None else round(end)
    if first >= frames or last > frames + 1:
        seconds = f" of {rate:g} a second" if rate else ""
        raise RecordingError(
            row.origin.path,
            None,
            f"expected a part of its {frames} frames{seconds}, received {row.start or 0:g} to "
            f"{'its end' if row.end is None else f'{row.end:g}'} in {times}",
            "recording",
        )
    return slice(first, max(first + 1, last))
