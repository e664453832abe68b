"""What an exported stream reaches that is left running, beside the model it was made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.experiments.data import Data
from keras_drnn.experiments.decisions import choose_decision, decided
from keras_drnn.experiments.stream_scores import (
    StreamScores,
    clips_of,
    said_of,
    stream_scores,
    streams_of,
)
from keras_drnn.keras_file import read_keras_file
from keras_drnn.reporting.metrics import sequence_accuracy
from keras_drnn.skeletons.streams import Stream
from keras_drnn_runtime import Decision, StreamingClassifier


@dataclass(frozen=True, eq=False)
class StreamCheck:
    """A model left running over the clips that an export is judged by.

    Args:
        scores: What the Keras model says.
        decision: How scores become events.
        frame_rate: Frames per second, if known.
    """

    scores: Sequence[StreamScores]
    decision: Decision
    frame_rate: float | None

    def report(
        self, path: Path, as_taken: Callable[[np.ndarray], np.ndarray] | None = None
    ) -> dict[str, float | None]:
        """Run the file over the same streams, frame by frame.

        Args:
            path: The streaming file.
            as_taken: What the file takes in place of prepared frames.

        Returns:
            What `ExportReport` says of it.
        """
        classifier, after = StreamingClassifier(path), []
        for each in self.scores:
            joints = each.stream.read()
            taken = joints if as_taken is None else as_taken(joints)
            scores = classifier.predict(taken)
            after.append(said_of(each.stream, scores, joints))
        found: dict[str, float | None] = {}
        for when, scores in (("before", self.scores), ("after", after)):
            events = decided(scores, self.decision, self.frame_rate)
            found |= {
                f"stream_accuracy_{when}": sequence_accuracy(clips_of(scores)),
                f"segment_f1_{when}": events["stream/segment_f1_25"],
                f"false_alarms_per_hour_{when}": events.get("stream/false_alarms_per_hour"),
            }
        return found


def stream_check(
    keras_file: Path, data: Data, metadata: dict[str, Any], numbers: np.ndarray
) -> StreamCheck | None:
    """Run a model over the validation streams, the test streams where nobody is held out.

    Args:
        keras_file: The `.keras` file of the model.
        data: The clips.
        metadata: What the exported file says; its `"decision"` if there is one, otherwise one is
            chosen on these streams.
        numbers: The model's number of each class of the data.

    Returns:
        `None` for a model that does not score every frame of a stream of any length.
    """
    model = read_keras_file(keras_file)
    if len(model.output_shape) != 3 or model.input_shape[1] is not None:
        return None
    parts = data.split
    judged = parts.validation if len(parts.validation) else parts.test
    scores = stream_scores(model, [_numbered(each, numbers) for each in streams_of(data, judged)])
    said, rate = metadata.get("decision"), data.data_set.frame_rate
    if said:
        decision = Decision.of(said)
    else:
        background = [int(numbers[number]) for number in data.background]
        decision = choose_decision(scores, background, rate)
    return StreamCheck(scores, decision, rate)


def _numbered(stream: Stream, numbers: np.ndarray) -> Stream:
    segments = (replace(each, label=int(numbers[each.label])) for each in stream.segments)
    return replace(stream, segments=tuple(segments))
