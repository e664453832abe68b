"""Files that are read, and what is said of those that cannot be."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import keras_drnn
from keras_drnn import DelayedRNN
from keras_drnn.experiments.frame_stream import FrameStream
from keras_drnn.experiments.scorer import open_scorer
from keras_drnn.export.check import ExportError
from keras_drnn.export.models import loaded
from keras_drnn.keras_file import read_keras_file


def _loss(truth, answer):
    return keras.ops.mean(answer - truth)


@pytest.fixture
def model():
    made = keras.Sequential([keras.Input((None, 3)), DelayedRNN(4, [1, 2]), layers.Dense(2)])
    made.compile("sgd", loss=_loss)
    return made


@pytest.fixture
def path(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def test_a_model_is_read_with_its_weights_and_without_its_loss(model, path):
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    for given in (path, str(path)):
        read = read_keras_file(given)
        assert not read.compiled
        np.testing.assert_array_equal(read.predict(x, verbose=0), model.predict(x, verbose=0))


NO_ARCHIVE = ", which is empty, cut off or no archive"
REASONS = {
    "empty": NO_ARCHIVE,
    "cut": NO_ARCHIVE,
    "text": NO_ARCHIVE,
    "torn": ": .",
    "missing": ": File not found",
    "folder": ": File not found",
}
READERS = [(read_keras_file, ValueError), (loaded, ExportError)]
# These say of files that are not there what they read themselves.
COMMANDS = [(open_scorer, ValueError), (FrameStream, ValueError)]


@pytest.mark.parametrize("damage", REASONS)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(path, damage):
    whole = path.read_bytes()
    damaged = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "torn": whole[:300] + bytes(400) + whole[700:],
        "text": b"weights",
    }
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(damaged[damage])
    message = r"file that Keras can read\. Received: .*model\.keras" + REASONS[damage]
    for read, kind in READERS + (COMMANDS if damage in damaged else []):
        with pytest.raises(kind, match=message):
            read(path)


def test_a_file_of_a_layer_is_none_of_a_model(tmp_path):
    layer = layers.Dense(2)
    layer.build((None, 3))
    keras.saving.save_model(layer, tmp_path / "dense.keras")
    with pytest.raises(ValueError, match=r"file of a model\. Received: .*dense\.keras, of a Dense"):
        read_keras_file(tmp_path / "dense.keras")


def test_a_class_that_is_not_known_is_named_with_what_to_do(tmp_path):
    with keras.saving.custom_object_scope({"Own": _own()}):
        model = keras.Sequential([keras.Input((3,)), _own()()])
        model.save(tmp_path / "own.keras")
        assert type(read_keras_file(tmp_path / "own.keras").layers[0]).__name__ == "Own"
    for read, kind in READERS:
        with pytest.raises(kind, match=r"register it .* Received: .*own\.keras with Own"):
            read(tmp_path / "own.keras")


def test_nothing_else_in_the_package_reads_such_files():
    package = Path(keras_drnn.__file__).parent
    sources = {path: path.read_text("utf-8") for path in package.rglob("*.py")}
    assert [path.name for path, text in sources.items() if "saving.load_model(" in text] == [
        "keras_file.py"
    ]


def _own():
    class Own(layers.Layer):
        def call(self, inputs):
            return inputs

    return Own
