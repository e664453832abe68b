"""The streaming step as a Keras model: saved, loaded, exported and compiled like any other."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from frame_by_frame import advance
from keras import layers, ops
from light_keras import LIGHT

from keras_drnn import CausalLayer, DelayedRNN, streaming_model
from keras_drnn.export import export_streaming
from keras_drnn.export.stream_file import random_stream
from keras_drnn.export.streaming import StreamingModel
from keras_drnn_runtime import StreamingClassifier


@keras.saving.register_keras_serializable("tests_step")
class RunningSum(CausalLayer):
    """A causal layer as a user writes one."""

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.supports_masking = True

    def state_shapes(self, input_shape):
        return {"total": input_shape[2:]}

    def advance(self, inputs, state):
        sums = ops.cumsum(inputs * self.factor, axis=1) + state["total"][:, None]
        return sums, {"total": sums[:, -1]}

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def small_model(*others):
    keras.utils.set_random_seed(2)
    settings = {"bias_initializer": "random_normal", "return_sequences": True}
    recurrent = DelayedRNN(6, (1, 2, 4), windowed=True, activation="tanh", **settings)
    stack = [layers.Masking(), *others, recurrent, layers.LSTM(3, return_sequences=True)]
    return keras.Sequential([keras.Input((None, 3), name="clip"), *stack, layers.Dense(2)])


def clip_with_lost_frames(frames=9):
    clip = np.random.default_rng(0).normal(size=(frames, 3)).astype("float32")
    clip[frames // 3] = 0
    return clip


def run(step, clip, state):
    """Scores of a step model at each frame, `predict` compiling it."""
    scores = []
    for frame in clip:
        after = step.predict_on_batch({"frame": frame[None], **state})
        scores.append(after.pop("scores")[0])
        state = after
    return np.stack(scores)


@pytest.mark.every_backend
def test_the_step_gives_the_numbers_of_the_whole_clip_also_saved_and_loaded(tmp_path):
    model, clip = small_model(RunningSum(0.1)), clip_with_lost_frames()
    step = streaming_model(model)
    # Outputs, what slower groups have still to read, the sum, and two states of the LSTM.
    sizes = {"frame": 3, "state": 6 + (2 + 2) + 3 + 3 + 3, "clock": 3}
    assert {each.name: each.shape for each in step.inputs} == {n: (1, s) for n, s in sizes.items()}
    assert sorted(step.output) == ["clock", "scores", "state"]
    expected = ops.convert_to_numpy(model(clip[None]))[0]
    start = {
        name: np.zeros((1, sizes[name]), kind)
        for name, kind in (("state", "float32"), ("clock", "int32"))
    }
    np.testing.assert_allclose(run(step, clip, start), expected, atol=1e-5)
    step.save(tmp_path / "step.keras")
    loaded = keras.saving.load_model(tmp_path / "step.keras")
    assert loaded.count_params() == model.count_params()
    np.testing.assert_allclose(run(loaded, clip, start), expected, atol=1e-5)


@pytest.mark.every_backend
def test_a_clip_at_once_in_chunks_and_frame_by_frame_are_the_same():
    """Chunks by the states that layers take and give themselves."""
    keras.utils.set_random_seed(4)
    total = RunningSum(0.1)
    settings = {"bias_initializer": "random_normal", "return_sequences": True}
    layer = DelayedRNN(6, (1, 2, 4), return_state=True, **settings)
    frames = keras.Input((None, 3))
    clip = clip_with_lost_frames()
    outputs, *state = layer(total(frames))
    whole = keras.Model(frames, [outputs, *state])
    expected = whole.predict_on_batch(clip[None])[0][0]

    held = {"total": ops.zeros((1, 3))}
    state, chunks = None, []
    for begin, end in ((0, 2), (2, 7), (7, 9)):
        sums, held = total.advance(ops.convert_to_tensor(clip[None, begin:end]), held)
        outputs, *state = layer(sums, initial_state=state)
        chunks.append(ops.convert_to_numpy(outputs)[0])
    np.testing.assert_allclose(np.concatenate(chunks), expected, atol=1e-5)

    alone = DelayedRNN(6, (1, 2, 4), **settings)
    model = keras.Sequential([keras.Input((None, 3)), RunningSum(0.1), alone])
    alone.set_weights(layer.get_weights())
    step, start = streaming_model(model), StreamingModel(model).initial_state()
    np.testing.assert_allclose(run(step, clip, start), expected, atol=1e-5)


@pytest.mark.every_backend
def test_a_stream_with_signatures_that_skip_gives_the_numbers_of_the_whole_clip(tmp_path):
    """The export itself compares a thousand frames."""
    model, clip = small_model(), clip_with_lost_frames()
    report = export_streaming(model, tmp_path / "model.tflite", tolerance=1e-5)
    assert set(report.signatures) == {"step", "initial_state", "step_111", "step_100", "step_110"}
    # Of the scores: the state, of which some numbers are larger, is in no figure.
    (stream,) = random_stream(model.input_shape)
    largest = np.abs(model.predict_on_batch(stream[None])).max()
    assert report.largest_output == pytest.approx(largest, rel=1e-5)
    scores = StreamingClassifier(tmp_path / "model.tflite").predict(clip)
    np.testing.assert_allclose(scores, ops.convert_to_numpy(model(clip[None]))[0], atol=1e-5)


PROGRAM = """
import json, sys
import keras
import keras_drnn

step = keras.saving.load_model(sys.argv[1])
inputs = {each.name: keras.ops.ones(each.shape, each.dtype) for each in step.inputs}
outputs = {name: keras.ops.convert_to_numpy(each).tolist() for name, each in step(inputs).items()}
print(json.dumps(outputs))
"""


def test_a_step_loads_in_a_fresh_process_after_the_package_alone(tmp_path):
    step = streaming_model(small_model())
    step.save(tmp_path / "step.keras")
    done = subprocess.run(
        [sys.executable, "-c", LIGHT + PROGRAM, tmp_path / "step.keras"],
        capture_output=True,
        text=True,
        check=True,
    )
    inputs = {each.name: ops.ones(each.shape, each.dtype) for each in step.inputs}
    for name, values in step(inputs).items():
        expected = json.loads(done.stdout.splitlines()[-1])[name]
        np.testing.assert_allclose(ops.convert_to_numpy(values), expected, atol=1e-6)


def test_the_step_shares_the_weights_of_the_model():
    model, clip = small_model(), clip_with_lost_frames(2)
    streaming = StreamingModel(model)
    step, state = streaming.step_model(), streaming.initial_state()
    run(step, clip, state)
    model.set_weights([weight / 2 for weight in model.get_weights()])
    expected = ops.convert_to_numpy(model(clip[None]))[0]
    np.testing.assert_allclose(run(step, clip, state), expected, atol=1e-5)


def test_skipping_is_exact():
    """Bit for bit: what is due computes the same, and the others do not change at all."""
    keras.utils.set_random_seed(3)
    recurrent = DelayedRNN(6, (2, 3), bias_initializer="random_normal", return_sequences=True)
    model = keras.Sequential([keras.Input((None, 3)), recurrent, layers.Dense(2)])
    streaming, clip = StreamingModel(model), clip_with_lost_frames(8)
    states = [streaming.initial_state()] * 2
    for frames, frame in enumerate(clip):
        due = [cell.due_after(frames) for cell in streaming.delayed]
        results = [
            advance(streaming, frame[None], state, chosen)
            for state, chosen in zip(states, (None, due), strict=True)
        ]
        for every, some in zip(*map(keras.tree.flatten, results), strict=True):
            np.testing.assert_array_equal(ops.convert_to_numpy(every), ops.convert_to_numpy(some))
        states = [state for _, state in results]
