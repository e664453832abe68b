"""What a notebook or a script defines comes to the process that converts."""

import threading

import keras
import numpy as np
import pytest
from keras import layers, ops, saving

from keras_drnn.export import ExportError, export_litert, export_streaming
from keras_drnn.export.carrying import own_objects
from keras_drnn_runtime import LiteRTModel, StreamingClassifier

FACTOR = 1.5
LOCK = threading.Lock()


def of_a_notebook(own):
    """As if it were defined there: no other process can import it."""
    own.__module__ = "__main__"
    return own


@pytest.fixture(autouse=True)
def _nothing_stays_registered():
    before = dict(saving.get_custom_objects())
    yield
    saving.get_custom_objects().clear()
    saving.get_custom_objects().update(before)


@of_a_notebook
def bent(x):
    return x / (1 + ops.abs(x)) * FACTOR


@of_a_notebook
class Plain(layers.Layer):
    """Not registered; with a weight, and a helper of the notebook."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer=keras.initializers.Ones())

    def call(self, inputs):
        return bent(inputs) + self.scale


@of_a_notebook
class Twos(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return 2 * ops.ones(shape, dtype)


@of_a_notebook
class Cell(layers.SimpleRNNCell):
    pass


def doubling(name="Times"):
    """A class of a function: in a module, and yet nowhere that it could be imported from."""

    @saving.register_keras_serializable("own", name)
    class Doubles(layers.Layer):
        def call(self, inputs):
            return 2 * inputs

    return Doubles


def made(*more):
    inputs = keras.Input((None, 3))
    outputs = layers.Dense(2, activation=bent, kernel_initializer=Twos())(inputs)
    for layer in (doubling()(), Plain(), *more):
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


def expected(clip):
    def soft(x):
        return x / (1 + np.abs(x)) * 1.5

    dense = 2 * clip.sum(-1, keepdims=True) * np.ones(2)
    return soft(2 * soft(dense)) + 1


@pytest.fixture
def clip():
    return np.random.default_rng(0).normal(size=(20, 3)).astype("float32")


def test_a_file_of_clips_computes_what_is_defined_in_a_notebook(tmp_path, clip):
    model = made()
    # As when the cell is run again: the model is still one of the class before.
    doubling().call = lambda self, inputs: 3 * inputs
    export_litert(model, tmp_path / "m.tflite")
    scores = LiteRTModel(tmp_path / "m.tflite").predict(clip)
    np.testing.assert_allclose(scores, expected(clip), atol=1e-5)


def test_so_does_a_stream_in_onnx(tmp_path, clip):
    export_streaming(made(), tmp_path / "m.onnx")
    scores = StreamingClassifier(tmp_path / "m.onnx").predict(clip)
    np.testing.assert_allclose(scores, expected(clip), atol=1e-5)


def test_what_a_model_is_made_of_is_found_and_nothing_else():
    class Held(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.needs_no_name = [lambda x: x, LOCK]

        def call(self, inputs):
            return self.needs_no_name[0](inputs)

    @of_a_notebook
    def loss(y, scores):
        return LOCK

    cells = [Cell(2), layers.GRUCell(2)]
    model = made(layers.RNN(cells, return_sequences=True))
    outer = keras.Sequential([keras.Input((None, 3)), model, Held(), layers.LSTM(2)])
    outer.compile("sgd", loss)
    own = own_objects(outer)
    assert own.pop("own>Times") is type(model.layers[2])
    assert own.pop("Held") is Held
    assert own == {"bent": bent, "Plain": Plain, "Twos": Twos, "Cell": Cell}


def locked():
    class Locked(layers.Layer):
        def call(self, inputs):
            with LOCK:
                return inputs

    return made(Locked())


def two_of_a_name():
    first, second = doubling("Same")(), doubling("Same")()
    return made(first, second)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (locked, r"Locked cannot be sent .*, that you import\. Received: TypeError: .*lock"),
        (two_of_a_name, r"build the model anew\. Received: two of the name own>Same$"),
        (lambda: made(layers.Lambda(lambda x: x)), "write `def` in place of `lambda`"),
        (lambda: made(layers.Activation(lambda x: x)), "write `def` in place of `lambda`"),
    ],
)
@pytest.mark.usefixtures("no_conversion")
def test_what_cannot_be_sent_is_refused(model, message, tmp_path):
    with pytest.raises(ExportError, match=message):
        export_streaming(model(), tmp_path / "model.tflite")


def test_a_file_with_what_is_defined_elsewhere_is_refused(tmp_path):
    made().save(tmp_path / "model.keras")
    with pytest.raises(ExportError, match=r"use the model there.*model.keras with \w+$"):
        export_litert(tmp_path / "model.keras", tmp_path / "model.tflite")
    with pytest.raises(ExportError, match="register it with .* with (bent|Twos|Plain)$"):
        export_streaming(made(), tmp_path / "model.keras")
