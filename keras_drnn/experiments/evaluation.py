"""What a trained model says about whole clips, and how long it takes to say it."""

import time
from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from keras_drnn import ops
from keras_drnn.log_softmax import log_softmax
from keras_drnn.reporting.metrics import ClipScores, sequence_accuracy
from keras_drnn.skeletons.batches import Clips, whole_clip_batches
from keras_drnn.skeletons.clip import Clip

FRACTIONS = np.linspace(0.1, 1.0, 10)


def clip_scores(
    model: keras.Model,
    clips: Clips,
    chosen: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int = 64,
) -> list[ClipScores]:
    """Log-probabilities of every class at every frame of the chosen clips.

    Args:
        model: A model of `build_model`.
        clips: The clips.
        chosen: Numbers of the clips to score.
        labels: Class of each chosen clip.
        batch_size: Clips in a batch.

    Returns:
        One `ClipScores` per chosen clip, in the same order.
    """
    scores: list[ClipScores | None] = [None] * len(chosen)
    for rows, joints in whole_clip_batches(clips, chosen, batch_size=batch_size):
        log_probabilities = log_softmax(ops.convert_to_numpy(model.predict_on_batch(joints)))
        valid = np.any(joints, axis=(2, 3, 4))
        for i, row in enumerate(rows):
            frames = len(clips[int(chosen[row])].joints)
            scores[row] = ClipScores(
                log_probabilities[i, :frames].astype("float32"),
                valid[i, :frames],
                int(labels[row]),
            )
    return [score for score in scores if score is not None]


def accuracy_of_beginnings(
    model: keras.Model, clips: Clips, chosen: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Sequence accuracy when the model is given only the first part of each clip.

    A model that reads backwards too has looked ahead wherever it scores a frame, so it has to be
    run anew on each beginning; for a causal model the scores of the whole clip will do.

    Returns:
        One accuracy for each of `FRACTIONS`.
    """
    accuracies = []
    for fraction in FRACTIONS:
        beginnings = [_beginning(clips[int(i)], fraction) for i in chosen]
        scores = clip_scores(model, beginnings, np.arange(len(beginnings)), labels)
        accuracies.append(sequence_accuracy(scores))
    return np.array(accuracies)


def _beginning(clip: Clip, fraction: float) -> Clip:
    """The clip up to the frame by which `fraction` of its valid frames have been seen."""
    valid = np.flatnonzero(clip.mask.any(axis=1))
    # The same count as accuracy_by_fraction: rounded up, with room for a float's last bit.
    count = max(1, int(np.ceil(fraction * len(valid) - 1e-9)))
    end = valid[count - 1] + 1
    return replace(clip, joints=clip.joints[:end], mask=clip.mask[:end])


def latency_milliseconds(model: keras.Model, joints: np.ndarray, repeats: int = 20) -> float:
    """Median time to score one clip, `(frames, bodies, joints, 3)`, compilation excluded."""
    batch = joints[None]
    times: Sequence[float] = []
    for _ in range(repeats + 3):
        begin = time.perf_counter()
        ops.convert_to_numpy(model.predict_on_batch(batch))
        times = [*times, time.perf_counter() - begin]
    return 1e3 * float(np.median(times[3:]))
