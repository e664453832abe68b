"""A file that does not do what the model does is refused, wherever the difference hides."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers
from tflite_files import summing_model

from keras_drnn import DelayedRNN
from keras_drnn.export import ExportError
from keras_drnn.export.check import accept, accuracies, compare, of_keras
from keras_drnn.export.finishing import finished
from keras_drnn.export.litert import scores_in_every_place
from keras_drnn.export.report import sequence_accuracy
from keras_drnn.export.stream_litert import compare_signatures
from keras_drnn.export.walk import Delayed
from keras_drnn_runtime import StreamingClassifier

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def reads_the_end():
    """Answers that zeros behind a clip would change: of a last frame, of both ways, of a mean."""
    frames = keras.Input((None, 3))
    both_ways = layers.Bidirectional(DelayedRNN(4, (1, 2), return_sequences=True))(frames)
    mean = layers.GlobalAveragePooling1D()(both_ways)
    last = [DelayedRNN(4, (1, 3))(frames), layers.LSTM(2)(frames)]
    return keras.Model(frames, layers.Concatenate()([mean, *last]))


@pytest.mark.parametrize("lengths", [(64, 30), (30, 64)])
def test_the_reference_is_the_model_on_the_clip_itself(reads_the_end, lengths):
    """Whichever clip comes first: nothing is added to one of 64 frames by filling up to 64."""
    score, rng = of_keras(reads_the_end), np.random.default_rng(0)
    for length in lengths:
        clip = rng.normal(size=(length, 3)).astype("float32")
        expected = reads_the_end.predict(clip[None], verbose=0)[0]
        np.testing.assert_allclose(score(clip), expected, atol=1e-6)


def test_the_accuracy_before_is_that_of_the_model():
    """Its own decisions are right; a file that answers for longer clips is refused."""
    model, rng = (
        keras.Sequential([keras.Input((None, 3)), layers.LSTM(4)]),
        np.random.default_rng(0),
    )
    clips = [rng.normal(size=(n, 3)).astype("float32") for n in (64, *[20] * 8)]

    def exact(clip):
        return model.predict_on_batch(clip[None])[0]

    def longer(clip):
        return exact(np.pad(clip, [(0, 64 - len(clip)), (0, 0)]))

    validation = [(clip, int(exact(clip).argmax())) for clip in clips]
    after = sequence_accuracy(longer, validation)
    assert after < 1, "the clips must tell the two apart"
    assert accuracies(model, longer, validation, accuracy_loss=1) == {
        "accuracy_before": 1,
        "accuracy_after": after,
    }
    with pytest.raises(ExportError, match=r"Keras on 100\.0 %"):
        accuracies(model, longer, validation, accuracy_loss=(1 - after) / 2)


def test_too_much_loss_of_accuracy_is_refused():
    frames = keras.Input((None, 2))
    model, clip = keras.Model(frames, layers.ReLU()(frames)), np.array([[1.0, 0.0]])
    wrong = np.array([[0.0, 1.0]])
    with pytest.raises(ExportError, match="right on 0.0 % .* Keras on 100.0 %"):
        accuracies(model, lambda _: wrong, [(clip, 0)], accuracy_loss=0.5)
    lost = accuracies(model, lambda _: wrong, [(clip, 0)], accuracy_loss=1)
    assert lost == {"accuracy_before": 1, "accuracy_after": 0}


def test_float32_is_held_to_the_tolerance_and_other_forms_are_not():
    far = compare([np.array([[10.0, 0]])], [np.array([[10.2, 0]])])
    accept(far, "dynamic", TOLERANCE)
    accept(far, "float32", 0.021)
    with pytest.raises(ExportError, match=r"differs from Keras by up to 0\.2, more than 0\.1\."):
        accept(far, "float32", 0.01)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nan_is_a_difference_wherever_it_stands(place):
    expected = [np.ones((2, 2)) for _ in range(3)]
    actual = [each.copy() for each in expected]
    actual[place][1, 0] = np.nan
    actual[1][0, 0] += 1
    with pytest.raises(ExportError, match="nan"):
        accept(compare(expected, actual), "int8", TOLERANCE)


def test_large_outputs_of_one_clip_do_not_excuse_another():
    expected = [np.full((2, 2), 1e6), np.ones((2, 2)), np.zeros((2, 2))]
    actual = [expected[0] + 1, expected[1] + 0.01, expected[2]]
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        wrong = compare([expected[i] for i in order], [actual[i] for i in order])
        with pytest.raises(ExportError, match=r"up to 0\.01, more than 0\.0001"):
            accept(wrong, "float32", TOLERANCE)
    accept(compare(expected[:1], actual[:1]), "float32", TOLERANCE)


def test_large_outputs_later_in_a_stream_do_not_excuse_earlier_ones():
    expected = np.array([[1.0, 0], [1e6, 0], [1, 0]])
    late, early = expected + [[0, 0], [1, 0], [0.01, 0]], expected + [[0.01, 0], [0, 0], [0, 0]]
    accept(compare([expected], [late], causal=True), "float32", TOLERANCE)
    accept(compare([expected], [early], causal=False), "float32", TOLERANCE)
    with pytest.raises(ExportError, match=r"up to 0\.01"):
        accept(compare([expected], [early], causal=True), "float32", TOLERANCE)


def test_agreement_is_the_share_of_frames():
    expected = [np.array([[0.0, 1], [1, 0]]), np.array([0.0, 1])]
    actual = [np.array([[0.0, 1], [0, 1]]), np.array([[0.0, 1], [0, 1]])]
    found = compare(expected, actual)
    assert (found.agreement, found.difference, found.largest) == (0.75, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [lambda clips: clips[::-1], lambda clips: clips + clips[:1], lambda clips: clips * clips[1:2]],
)
@pytest.mark.parametrize("frames", [1, 3])
def test_places_of_a_batch_that_are_mixed_up_are_noticed(wrong, frames):
    clip = np.arange(2.0, 2 + 2 * frames).reshape(frames, 2)
    for run, differs in [(lambda clips: clips, False), (wrong, True)]:
        lite = SimpleNamespace(batch_size=4, predict_batch=run)
        comparison = compare([clip], [scores_in_every_place(lite, clip)])
        assert (comparison.difference > 0) is differs


def test_a_signature_that_no_stream_has_met_is_run(tmp_path):
    """The one of the file does not add: wrong, at a time that comes after years."""
    (tmp_path / "sum.tflite").write_bytes(finished(summing_model("step_100", "clock"), {}))
    classifier = StreamingClassifier(tmp_path / "sum.tflite")
    clock = Delayed("sum", delays=(1, 7, 11), firsts=(0, 3, 5))
    frames = np.zeros((40, 3), "float32")
    frames[::2] = 1
    (wrong,) = compare_signatures(
        classifier, [(clock, 0)], {"step_100": ((True, False, False),)}, frames
    )
    assert wrong.difference == 1
    (right,) = compare_signatures(
        classifier, [(clock, 0)], {"step": ((True, False, True),)}, frames
    )
    assert right.difference == 0


def test_frames_without_anybody_do_not_vote():
    clip = np.ones((4, 2))
    clip[1:] = 0
    logits = np.array([[0.0, 2.0], [9.0, 0.0], [9.0, 0.0], [9.0, 0.0]])
    assert sequence_accuracy(lambda _: logits, [(clip, 1)]) == 1
    assert sequence_accuracy(lambda _: logits, [(np.ones((4, 2)), 1)]) == 0
    assert sequence_accuracy(lambda _: logits[0], [(clip, 1), (clip, 0)]) == 0.5
