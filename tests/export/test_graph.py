"""A graph is followed in the order of computation, with what earlier calls have given.

All that is taken for granted of `keras.models.clone_model`, by which it is followed, is here.
"""

import keras
import numpy as np
from keras import layers, ops

from keras_drnn.export.graph import Graph, calls

LAYERS = ["mask", "twice", "twice", "inner", "rnn", "join"]


def test_the_same_calls_give_the_numbers_of_the_model():
    """A layer that is called twice, a model inside, operations beside layers, and a mask."""
    keras.utils.set_random_seed(1)
    frames = keras.Input((1, 2))
    twice = layers.Dense(2, activation="tanh", name="twice")
    inside = keras.Sequential(
        [keras.Input((None, 2)), layers.Dense(3, name="inner")], name="inside"
    )
    masked = layers.Masking(name="mask")(frames)
    x = inside(twice(twice(1.0 - masked)))
    rnn = layers.SimpleRNN(2, return_sequences=True, name="rnn")(masked)
    model = keras.Model(frames, layers.Concatenate(name="join")([x, rnn]) * 2.0)
    seen = []

    def call(operation, *args, **kwargs):
        seen.append(operation.name)
        return operation(*args, **kwargs)

    graph = Graph(model)
    for clip in (np.array([[[1.0, -2.0]]], "float32"), np.zeros((1, 1, 2), "float32")):
        (outputs,) = graph.run([ops.convert_to_tensor(clip)], call)
        np.testing.assert_array_equal(
            ops.convert_to_numpy(outputs), ops.convert_to_numpy(model(clip))
        )
    names = [name for name in seen[: len(seen) // 2] if name in LAYERS]
    assert sorted(names) == sorted(LAYERS)
    assert names.index("inner") > names.index("twice")
    assert names[-1] == "join"
    assert [call.operation.name for call in calls(model)] == seen[: len(seen) // 2]


def test_a_mask_is_an_argument_like_any_other():
    """Keras hands masks to recurrent layers as tensors of the graph, which operations compute."""
    frames = keras.Input((None, 2))
    model = keras.Model(frames, layers.SimpleRNN(2, name="rnn")(layers.Masking()(frames)))
    found = calls(model)
    assert [call.operation.name for call in found][-1] == "rnn"
    assert len(found) > 2
    assert found[-1].kwargs["mask"].shape == (None, None)
    masks = []

    def call(operation, *args, **kwargs):
        masks.append(kwargs.get("mask"))
        return operation(*args, **kwargs)

    Graph(model).run([ops.convert_to_tensor([[[1.0, 0.0], [0.0, 0.0]]])], call)
    assert ops.convert_to_numpy(masks[-1]).tolist() == [[True, False]]


def test_what_a_call_gives_goes_to_the_next():
    """The outputs are those of the last call, whatever a call has done with its inputs."""
    frames = keras.Input((None, 2))
    model = keras.Model(frames, layers.ReLU(name="b")(layers.ReLU(name="a")(frames)))
    assert Graph(model).run(["x"], lambda operation, x: x + operation.name) == ["xab"]
    assert Graph(model).run([frames], lambda _, x: x) == [frames]


def test_a_layer_keeps_its_outputs():
    """To follow the graph calls layers anew, which must not change what they were called on."""
    frames = keras.Input((None, 2))
    dense = layers.Dense(3)
    model = keras.Model(frames, dense(frames))
    before = dense.output
    calls(model)
    assert dense.output is before
    assert model.layers[1:] == [dense]
