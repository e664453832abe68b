"""Models one frame at a time, in Keras and as files: the numbers of the model for whole clips."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from frame_by_frame import advance
from keras import layers, ops

from keras_drnn import DelayedRNN, DelayedRNNCell, score_bound
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.export import ExportError, export_streaming
from keras_drnn.export.streaming import StreamingModel
from keras_drnn.skeletons.layouts import KINECT_V1
from keras_drnn_runtime import StreamingClassifier, read_metadata

OURS = {"bias_initializer": "random_normal", "return_sequences": True}


@pytest.fixture(scope="module")
def every():
    """All kinds of layer that a stream can run, with a mask that has holes; and its stream."""
    keras.utils.set_random_seed(3)
    frames = keras.Input((None, 4), name="frames")
    x = layers.Masking()(frames)
    x = layers.BatchNormalization()(layers.Dense(6, activation="tanh")(x))
    twice = DelayedRNN(6, (1, 3), **OURS)
    # Delays that do not divide each other, and a first update that comes late.
    delayed = twice(DelayedRNN(6, (2, 5), first_step=1, **OURS)(x))
    cells = [layers.GRUCell(3), DelayedRNNCell(4, (1, 2)), layers.LSTMCell(4)]
    inside = keras.Sequential([keras.Input((None, 6)), layers.SimpleRNN(3, **OURS)])
    branches = [
        twice(delayed),
        layers.RNN(
            DelayedRNNCell(6, (1, 4), windowed=True),
            return_sequences=True,
            zero_output_for_mask=True,
        )(x),
        layers.RNN(cells, return_sequences=True)(x),
        layers.LSTM(4, return_sequences=True)(x) * 2.0,
        inside(layers.SpatialDropout1D(0.5)(layers.Dense(6)(frames))),
        layers.GRU(5, **OURS)(layers.Activation("relu")(x)),
    ]
    model = keras.Model(frames, layers.Dense(3)(layers.Concatenate()(branches)))
    return model, StreamingModel(model)


def clip_with_holes(frames, shape, seed=0):
    rng = np.random.default_rng(seed)
    clip = rng.normal(size=(frames, *shape)).astype("float32")
    clip[rng.random(frames) < 0.3] = 0
    clip[:2] = 0
    return clip


def whole(model, clip):
    return ops.convert_to_numpy(model.predict_on_batch(clip[None]))[0]


def streamed(streaming, clip):
    state, scores = streaming.initial_state(), []
    for frame in clip:
        score, state = advance(streaming, frame[None], state)
        scores.append(ops.convert_to_numpy(score)[0])
    return np.stack(scores), state


def test_every_layer_gives_the_numbers_of_whole_clips(every):
    (model, streaming), clip = every, clip_with_holes(16, (4,))
    scores, _ = streamed(streaming, clip)
    np.testing.assert_allclose(scores, whole(model, clip), atol=1e-5)


def test_the_state_is_laid_out_by_layers_and_the_clock_is_whole_and_bounded():
    model = keras.Sequential([keras.Input((None, 2)), DelayedRNN(4, (2, 3), name="a-b")])
    streaming = StreamingModel(model)
    assert streaming.layout.places == {"a_b_h": ("state", 0, 4), "a_b_clock": ("clock", 0, 2)}
    _, state = streamed(streaming, np.ones((25, 2), "float32"))
    assert ops.convert_to_numpy(state["clock"]).tolist() == [[25 % 2, 25 % 3]]
    assert list(streaming.due_sets()) == ["step_11", "step_00", "step_10", "step_01"]


def test_skipping_what_is_not_due_is_exact(every):
    model, streaming = every
    clip = np.random.default_rng(1).normal(size=(16, 4)).astype("float32")
    sets = list(streaming.due_sets().values())
    assert len(sets) == len(streaming.due_sets()) > 5
    state, expected = streaming.initial_state(), whole(model, clip)
    for now, frame in enumerate(clip):
        due = tuple(
            tuple(now % delay == first for delay, first in zip(c.delays, c.firsts, strict=True))
            for c in streaming.delayed
        )
        assert due in sets
        score, state = advance(streaming, frame[None], state, due)
        np.testing.assert_allclose(ops.convert_to_numpy(score)[0], expected[now], atol=1e-5)


def test_a_file_of_every_layer_gives_the_numbers_of_whole_clips(every, tmp_path):
    """Over a thousand frames, a tenth of them lost: the export compares them itself."""
    report = export_streaming(every[0], tmp_path / "file.tflite", skipping=False, tolerance=1e-5)
    assert report.signatures == ("step", "initial_state")
    assert report.checked_frames == 1000
    assert report.largest_difference < 1e-5


def test_an_answer_at_the_end_is_given_after_every_frame():
    stack = [layers.LSTM(3, return_sequences=True), DelayedRNN(4, (1, 2)), layers.Dense(2)]
    model, clip = sequential(*stack), clip_with_holes(6, (3,))
    scores, _ = streamed(StreamingModel(model), clip)
    for frames in (1, 4, 6):
        np.testing.assert_allclose(scores[frames - 1], whole(model, clip[:frames]), atol=1e-5)


@pytest.fixture(scope="module")
def application(shared):
    """The model of the comparison with everything on, exported."""
    keras.utils.set_random_seed(4)
    recipe = Recipe("drnn", units=9, delays=(1, 3, 9), align=True, motion=True, memory=10)
    recipe = replace(recipe, limit=10.0, spectral_norm=0.8)
    model = build_model(recipe, layout=KINECT_V1, bodies=2, classes=3)
    metadata = {"labels": ["sit", "stand", "wave — aloft"], "frame_rate": 30}
    path, report = shared(
        "application", lambda path: export_streaming(model, path, metadata=metadata)
    )
    return model, path, report


def test_the_file_is_checked_over_a_thousand_frames(application):
    _, path, report = application
    assert report.checked_frames == 1000
    assert report.largest_difference < 1e-4
    assert report.top1_agreement > 0.99
    assert report.bytes == path.stat().st_size
    assert not [name for name in report.operators if name.startswith("Flex")]
    assert set(report.signatures) == {"step", "step_100", "step_110", "step_111", "initial_state"}
    # The runtime accelerates nothing if the first graph computes nothing.
    signatures = schema.ModelT.InitFromPackedBuf(path.read_bytes()).signatureDefs
    assert {each.signatureKey: each.subgraphIndex for each in signatures}[b"step"] == 0


def test_streams_are_independent_and_start_anew(application):
    model, path, _ = application
    clips = [clip_with_holes(30, (2, len(KINECT_V1), 3), seed) for seed in (1, 2)]
    expected = [whole(model, clip) for clip in clips]
    classifier = StreamingClassifier(path)
    streams = [classifier.open_stream(), classifier]
    for _ in range(2):
        for now in range(30):
            for stream, clip, scores in zip(streams, clips, expected, strict=True):
                np.testing.assert_allclose(
                    stream.step(clip[now]), scores[now], atol=1e-5 * np.abs(scores).max()
                )
        for stream in streams:
            stream.reset()


def test_what_the_file_says_about_itself(application):
    _, path, _ = application
    classifier = StreamingClassifier(path)
    assert classifier.labels == ["sit", "stand", "wave — aloft"]
    assert classifier.metadata["frame_rate"] == 30
    assert classifier.metadata["clocks"] == [
        {"name": "drnn", "delays": [1, 3, 9], "due": [0, 0, 0], "begin": 0}
    ]


def hostile_frames(rng, frames, shape):
    """Stretches of noise, of one frame, of the largest and the smallest numbers, of nobody."""
    largest, smallest = np.finfo("float32").max, 1e-45
    kinds = [
        lambda size: rng.normal(size=size),
        lambda size: np.broadcast_to(rng.normal(size=shape), size),
        lambda size: largest * np.sign(rng.normal(size=size)),
        lambda size: largest * rng.uniform(-1, 1, size) ** 99,
        lambda size: smallest * np.sign(rng.normal(size=size)),
        lambda size: np.zeros(size),
        lambda size: rng.normal(size=size) * (rng.random((*size[:2], 1, 1)) < 0.5),
    ]
    stretches = [kinds[n % len(kinds)]((50, *shape)) for n in rng.permutation(frames // 50)]
    return np.concatenate(stretches).astype("float32")


def test_whatever_comes_scores_keep_their_bound_and_nothing_is_left_of_it(application):
    model, path, report = application
    stream, rng = StreamingClassifier(path).open_stream(), np.random.default_rng(2)
    shape = (2, len(KINECT_V1), 3)
    clip = 0.3 * rng.normal(size=(600, *shape)).astype("float32")  # and what was is forgotten
    before = [stream.step(frame) for frame in clip][-30:]
    scores = np.array([stream.step(frame) for frame in hostile_frames(rng, 3500, shape)])
    bound = read_metadata(path)["score_bound"]
    assert bound == report.score_bound == pytest.approx(score_bound(model))
    assert 5 * np.abs(before).max() < np.abs(scores).max() <= bound
    assert np.isfinite(stream.state["state"]).all()
    while stream.state["clock"].any():
        stream.step(clip[0])
    after = [stream.step(frame) for frame in clip][-30:]
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_a_lost_frame_is_one_without_anybody(application):
    _, path, _ = application
    clip = clip_with_holes(12, (2, len(KINECT_V1), 3))
    without, zero = StreamingClassifier(path), StreamingClassifier(path)
    for frame in clip:
        lost = not frame.any()
        np.testing.assert_array_equal(without.step(None if lost else frame), zero.step(frame))


def sequential(*stack, shape=(None, 3)):
    return keras.Sequential([keras.Input(shape), *stack])


def summed_up():
    frames = keras.Input((None, 3))
    inside = keras.Model(frames, ops.cumsum(layers.Dense(3)(frames), axis=1))
    return sequential(layers.Activation("relu"), inside)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: sequential(layers.Conv1D(2, 3, padding="causal", name="conv")), "'conv' .Conv1D"),
        (lambda: sequential(layers.GlobalAveragePooling1D(name="mean")), "'mean' .* other frames"),
        (lambda: sequential(layers.Flatten(name="flat"), shape=(8, 3)), "'flat' .*how many"),
        (lambda: summed_up(), "'cumsum.*' .Cumsum.* other frames"),
        (lambda: sequential(layers.Bidirectional(layers.LSTM(2), name="both")), "'both' .*its end"),
        (lambda: sequential(layers.GRU(2, go_backwards=True, name="back")), "'back' .*its end"),
        (lambda: sequential(layers.Dense(2, dtype="bfloat16", name="short")), "'short' .*float32"),
        (
            lambda: sequential(DelayedRNN(7, (2, 3, 5, 7, 11, 13, 17))),
            "at most 64 different sets of groups",
        ),
    ],
)
@pytest.mark.usefixtures("no_conversion")
def test_models_that_cannot_stream(model, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export_streaming(model(), tmp_path / "model.tflite")


@pytest.mark.usefixtures("no_conversion")
def test_windowed_groups_cannot_stream_in_int8(tmp_path):
    model = sequential(DelayedRNN(4, (1, 2), windowed=True))
    clips = [np.ones((5, 3), "float32")]
    with pytest.raises(ExportError, match="without windowed=True"):
        export_streaming(model, tmp_path / "m.tflite", form="int8", representative=clips)


class Difference(layers.Layer):
    """A cell that gives what its state is not: the change since the frame before."""

    units = state_size = output_size = 3

    def call(self, frame, states):
        return frame - states[0], [frame]


def test_a_cell_may_give_what_its_state_is_not_and_leave_its_start_to_keras():
    frames = keras.Input((None, 3))
    for read in (frames, layers.Masking()(frames)):
        model = keras.Model(frames, layers.RNN(Difference(), return_sequences=True)(read))
        clip = clip_with_holes(8, (3,))
        scores, _ = streamed(StreamingModel(model), clip)
        np.testing.assert_allclose(scores, whole(model, clip), atol=1e-6)
