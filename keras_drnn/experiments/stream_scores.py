"""What a trained model says when it is left running: scores of streams, without any reset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.data_sets.tables.clips import TableClips
from keras_drnn.data_sets.tables.untrimmed import untrimmed
from keras_drnn.experiments.data import Data
from keras_drnn.log_softmax import log_softmax
from keras_drnn.reporting.metrics import ClipScores
from keras_drnn.skeletons.streams import Segment, Stream, strung_together

FRAMES_AT_ONCE = 32_768  # of all rows of a batch, padding too: what bounds its memory


@dataclass(frozen=True, eq=False)
class StreamScores:
    """What a model said about a stream.

    Args:
        stream: The stream.
        log_probabilities: `(frames, classes)` float32; NaN at a frame at which the scores were not
            finite: what is left running may grow without bound.
        valid: `(frames,)` booleans, `False` at frames where nobody was seen.
    """

    stream: Stream
    log_probabilities: np.ndarray
    valid: np.ndarray


def streams_of(data: Data, chosen: np.ndarray) -> list[Stream]:
    """The streams of some clips of a data set.

    Clips that are parts of longer recordings lie where they were: the recording is a stream, from
    its first frame to its last. The others are strung together.

    Args:
        data: The data.
        chosen: Numbers of the clips.

    Returns:
        Streams in which each chosen clip is once; `Segment.clip` is its position in `chosen`.
    """
    labels = data.split.labels[chosen]
    recordings = _recordings(data, chosen, labels)
    parts = {segment.clip for stream in recordings for segment in stream.segments}
    others = np.array([clip for clip in range(len(chosen)) if clip not in parts], np.int64)
    strung = strung_together(data.clips, data.clips.index, chosen[others], labels[others])
    return [*recordings, *(_renumbered(stream, others) for stream in strung)]


def _recordings(data: Data, chosen: np.ndarray, labels: np.ndarray) -> list[Stream]:
    table = data.data_set.reader
    if not isinstance(table, TableClips):
        return []
    names = [data.clips.index.name[clip] for clip in chosen]
    number = {name: clip for clip, name in enumerate(names)}
    streams = []
    for recording in untrimmed(table, names):
        segments = [
            Segment(number[name], *place, int(labels[number[name]]))
            for name, place in recording.parts.items()
        ]
        segments.sort(key=lambda segment: segment.begin)
        streams.append(Stream(tuple(segments), recording.length, recording.read))
    return streams


def _renumbered(stream: Stream, clips: np.ndarray) -> Stream:
    segments = (replace(each, clip=int(clips[each.clip])) for each in stream.segments)
    return replace(stream, segments=tuple(segments))


def stream_scores(model: keras.Model, streams: Sequence[Stream]) -> list[StreamScores]:
    """Run a causal model over streams, each from its first frame to its last.

    A model that reads one frame at a time gives the same; a whole stream in one call takes a
    fraction of the time. Lengths are padded to few different ones, so that little is compiled.

    Args:
        model: A model of `build_model` that does not read backwards.
        streams: The streams.

    Returns:
        What it says of each, in their order.
    """
    found: list[StreamScores | None] = [None] * len(streams)
    left = sorted(range(len(streams)), key=lambda number: -streams[number].length)
    rows_of: dict[int, int] = {}  # by the length of a batch, its rows
    while left:
        length = _rounded_up(streams[left[0]].length)
        rows = rows_of.setdefault(length, min(len(left), max(1, FRAMES_AT_ONCE // length)))
        batch, left = left[:rows], left[rows:]
        joints = np.zeros((), "float32")
        for row, number in enumerate(batch):
            frames = streams[number].read()
            if row == 0:
                joints = np.zeros((rows, length, *frames.shape[1:]), "float32")
            joints[row, : len(frames)] = frames
        logits = ops.convert_to_numpy(model.predict_on_batch(joints))
        for row, number in enumerate(batch):
            part = row, slice(streams[number].length)
            found[number] = said_of(streams[number], logits[part], joints[part])
    return [scores for scores in found if scores is not None]


def said_of(stream: Stream, logits: np.ndarray, joints: np.ndarray) -> StreamScores:
    """What a model said about a stream, from its scores.

    Args:
        stream: The stream.
        logits: `(frames, classes)` scores.
        joints: `(frames, bodies, joints, axes)`, zero where nobody is.
    """
    with np.errstate(over="ignore"):  # what is too unlikely for float32 is impossible
        log_probabilities = log_softmax(logits).astype("float32")
    return StreamScores(stream, log_probabilities, np.asarray(joints.any(axis=(1, 2, 3))))


def clips_of(scores: Sequence[StreamScores]) -> list[ClipScores]:
    """What was said of each clip while it lasted, in the order of the chosen clips.

    A frame at which the scores were not finite is one at which any other class was said.

    Args:
        scores: What a model said of streams in which every chosen clip is once.
    """
    found: dict[int, ClipScores] = {}
    for each in scores:
        for segment in each.stream.segments:
            part = slice(segment.begin, segment.end)
            log_probabilities, valid = each.log_probabilities[part].copy(), each.valid[part]
            wrong = np.isnan(log_probabilities).any(axis=1)
            if not valid.any():
                valid, wrong = np.ones_like(valid), np.ones_like(wrong)
            log_probabilities[wrong] = 0.0
            log_probabilities[wrong, segment.label] = -np.inf
            found[segment.clip] = ClipScores(log_probabilities, valid, segment.label)
    return [found[clip] for clip in sorted(found)]


def _rounded_up(length: int) -> int:
    """The next power of two, or three quarters of one, from 64 up."""
    power = max(64, 1 << (length - 1).bit_length())
    return 3 * power // 4 if length <= 3 * power // 4 else power
