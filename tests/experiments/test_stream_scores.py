"""A stream in one call is what one frame after the other is, without a reset."""

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from made_clips import CLIPS, LABELS

from keras_drnn.experiments import stream_scores as module
from keras_drnn.experiments.decisions import choose_decision
from keras_drnn.experiments.stream_scores import StreamScores, clips_of, stream_scores
from keras_drnn.reporting.metrics import sequence_accuracy
from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.streams import Segment, Stream, strung_together

RECORDS = [
    {"name": clip.name, "subject": n % 2, "camera": 1, "action": 1, "setup": 0, "offset": 0}
    | {"frames": len(clip.joints), "sha256": "", "coordinates": ""}
    for n, clip in enumerate(CLIPS)
]
STREAMS = strung_together(CLIPS, ClipIndex.of_records(RECORDS), np.arange(9), LABELS)


def counting(factor=1.0):
    """A model that remembers everything: scores are factor times what they were, plus joints."""
    layer = keras.layers.SimpleRNN(3, activation="linear", use_bias=False, return_sequences=True)
    network = keras.Sequential(
        [
            keras.Input((None, 1, 20, 3)),
            keras.layers.Reshape((-1, 60)),
            keras.layers.Masking(),
            layer,
        ]
    )
    kernel = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
    layer.set_weights([kernel, factor * np.eye(3, dtype="float32")])
    return network, kernel


@pytest.mark.every_backend
def test_nothing_is_forgotten_from_a_clip_to_the_next(monkeypatch):
    monkeypatch.setattr(module, "FRAMES_AT_ONCE", 64)  # a batch for each stream
    model, kernel = counting()
    found = stream_scores(model, STREAMS)
    for stream, scores in zip(STREAMS, found, strict=True):
        joints = stream.read()
        expected = np.cumsum(joints.reshape(-1, 60) @ kernel, axis=0)
        expected -= expected.max(-1, keepdims=True)
        expected -= np.log(np.exp(expected).sum(-1, keepdims=True))
        seen = joints.any(axis=(1, 2, 3))
        np.testing.assert_array_equal(scores.valid, seen)
        np.testing.assert_allclose(
            scores.log_probabilities[seen], expected[seen], rtol=1e-4, atol=1e-3
        )


def test_the_clips_come_back_in_the_order_in_which_they_were_chosen():
    model, _ = counting()
    together = clips_of(stream_scores(model, STREAMS))
    assert [clip.label for clip in together] == LABELS.tolist()
    assert [len(clip.valid) for clip in together] == [len(clip.joints) for clip in CLIPS]
    np.testing.assert_array_equal(together[2].valid, CLIPS[2].mask[:, 0])


def test_a_model_that_runs_away_is_wrong_and_does_not_fail():
    model, _ = counting(factor=1e9)
    scores = stream_scores(model, STREAMS)
    assert np.isnan(scores[0].log_probabilities[-1]).all()
    assert np.isfinite(scores[0].log_probabilities[0]).all()
    assert sequence_accuracy(clips_of(scores)) < 0.4


def test_scores_too_large_for_float32_to_take_apart_are_right_or_wrong_like_others():
    model: Any = SimpleNamespace(
        predict_on_batch=lambda joints: np.where(joints[:, :, 0, 0] > 0, [3e38, -3e38], [0.0, 1.0])
    )
    joints = np.array([1.0, -1.0, 1.0], "float32")[:, None, None, None].repeat(2, axis=-1)
    stream = Stream((Segment(0, 0, 2, 0), Segment(1, 2, 3, 1)), 3, lambda: joints)
    said = stream_scores(model, [stream])
    assert [clip.seen.argmax(1).tolist() for clip in clips_of(said)] == [[0, 1], [0]]
    assert choose_decision(said).temperature > 0


def test_a_frame_that_is_no_number_is_wrong_whatever_the_class():
    stream = Stream((Segment(0, 0, 2, 0), Segment(1, 2, 4, 1)), 4, lambda: np.zeros(()))
    likely = np.log(np.array([[0.9, 0.1], [np.nan, np.nan], [np.nan, np.nan], [0.1, 0.9]]))
    first, second = clips_of([StreamScores(stream, likely, np.ones(4, bool))])
    assert (first.seen.argmax(1) == [0, 1]).all() and (second.seen.argmax(1) == [0, 1]).all()
    assert sequence_accuracy([first, second]) == 0
    unseen = clips_of([StreamScores(stream, likely, np.zeros(4, bool))])
    assert sequence_accuracy(unseen) == 0


def test_few_lengths_are_compiled_and_each_stream_is_read_once(monkeypatch):
    shapes, read = [], []

    def predict_on_batch(joints):
        shapes.append(joints.shape)
        return np.zeros((*joints.shape[:2], 2), "float32")

    def stream(length):
        def frames():
            read.append(length)
            return np.ones((length, 1, 2, 3), "float32")

        return Stream((), length, frames)

    monkeypatch.setattr(module, "FRAMES_AT_ONCE", 400)
    lengths = [70, 130, 190, 180, 64, 60, 33, 97, 150]
    model: Any = SimpleNamespace(predict_on_batch=predict_on_batch)
    found = stream_scores(model, [stream(length) for length in lengths])
    assert [len(each.valid) for each in found] == lengths
    assert all(each.valid.all() for each in found)
    assert [shape[:2] for shape in shapes] == [(2, 192), (2, 192), (3, 128), (2, 64)]
    assert sorted(read) == sorted(lengths)  # each once
