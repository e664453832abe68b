"""Streams: what they refuse, how they hold, how they choose a signature, how little they need."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tflite_files import relu_model, summing_model

import keras_drnn_runtime
from keras_drnn.export.finishing import finished
from keras_drnn_runtime import LiteRTModel, StreamingClassifier, open_model, read_metadata


def write(path, about, due=None):
    path.write_bytes(finished(summing_model(due), {"streaming": True, **about}))
    return path


@pytest.fixture
def holding(tmp_path):
    """A model to which zero is a number like any other."""
    return StreamingClassifier(write(tmp_path / "sum.tflite", {"masks_zero_frames": False}))


ONE = np.array([1.0, 2.0, 3.0])


def test_the_state_goes_from_frame_to_frame(holding):
    np.testing.assert_array_equal(holding.step(ONE), [1, 2, 3])
    np.testing.assert_array_equal(holding.step(ONE), [2, 4, 6])
    np.testing.assert_array_equal(holding.predict(np.stack([ONE, ONE, ONE]))[-1], [3, 6, 9])
    other = holding.open_stream()
    np.testing.assert_array_equal(other.step(ONE), [1, 2, 3])
    np.testing.assert_array_equal(holding.step(ONE), [3, 6, 9])
    holding.reset()
    np.testing.assert_array_equal(holding.step(-ONE), [-1, -2, -3])
    np.testing.assert_array_equal(other.step(ONE), [2, 4, 6])


def test_a_frame_that_is_looked_at_is_not_taken(holding):
    stream = holding.open_stream()
    np.testing.assert_array_equal(stream.look(ONE), [1, 2, 3])
    with pytest.raises(ValueError, match="first frame to hold"):
        stream.look(None)
    stream.step(ONE)
    for looked in (stream, stream):
        np.testing.assert_array_equal(looked.look(-3 * ONE), [-2, -4, -6])
    np.testing.assert_array_equal(stream.look(None), [1, 2, 3])
    np.testing.assert_array_equal(stream.step(None), [1, 2, 3])
    np.testing.assert_array_equal(stream.step(ONE), [2, 4, 6])
    np.testing.assert_array_equal(holding.look(ONE), [1, 2, 3])


def test_a_state_may_be_stored_and_put_back(holding):
    stream = holding.open_stream()
    stream.step(ONE)
    stored = {name: part.copy() for name, part in stream.state.items()}
    stream.step(ONE)
    stream.state = stored
    np.testing.assert_array_equal(stream.step(ONE), [2, 4, 6])


def test_results_are_not_overwritten(holding):
    first = holding.step(ONE)
    first[:] = 100
    np.testing.assert_array_equal(holding.step(ONE), [2, 4, 6])
    np.testing.assert_array_equal(holding.step(None), [2, 4, 6])


def test_a_lost_frame_holds(holding):
    with pytest.raises(ValueError, match="first frame to hold. Received: None"):
        holding.step(None)
    holding.step(ONE)
    np.testing.assert_array_equal(holding.step(None), [1, 2, 3])
    np.testing.assert_array_equal(holding.step(ONE), [2, 4, 6])


def test_a_lost_frame_is_zero_to_a_model_that_masks_zero(tmp_path):
    path = write(tmp_path / "sum.tflite", {"masks_zero_frames": True})
    np.testing.assert_array_equal(StreamingClassifier(path).step(None), [0, 0, 0])


@pytest.mark.parametrize("frame", [np.zeros(2), np.zeros((1, 3)), 0.0, np.zeros((3, 1))])
def test_wrong_shapes_leave_the_stream_as_it_is(holding, frame):
    holding.step(ONE)
    with pytest.raises(ValueError, match=r"frame of shape \(3,\). Received: shape \("):
        holding.step(frame)
    np.testing.assert_array_equal(holding.step(ONE), [2, 4, 6])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_leaves_the_stream_as_it_is(holding, value):
    holding.step(ONE)
    with pytest.raises(ValueError, match="pass None for a frame that is lost"):
        holding.step([0, value, 0])
    np.testing.assert_array_equal(holding.step(ONE), [2, 4, 6])


def test_clips_without_frames(holding):
    with pytest.raises(ValueError, match=r"at least one frame. Received: shape \(0, 3\)"):
        holding.predict(np.zeros((0, 3)))


def test_the_clocks_choose_the_signature(tmp_path):
    """The sum serves as a clock: the signature that does not add runs where it equals `due`."""
    about = {"clocks": [{"name": "sum", "due": [1, 2, 4]}], "masks_zero_frames": False}
    path = write(tmp_path / "sum.tflite", about, due="step_110")
    skips, adds = StreamingClassifier(path), StreamingClassifier(path, skipping=False)
    np.testing.assert_array_equal(skips.step(ONE), [1, 2, 3])  # 000: no such signature
    np.testing.assert_array_equal(skips.step(ONE), [1, 2, 3])  # 110: holds
    np.testing.assert_array_equal(skips.step(ONE), [1, 2, 3])
    np.testing.assert_array_equal(adds.predict(np.stack([ONE] * 3))[-1], [3, 6, 9])


def test_what_a_file_says_about_itself(tmp_path):
    about = {"labels": ["öffnen", "閉じる"], "delays": [[1, 3]], "masks_zero_frames": True}
    path = write(tmp_path / "sum.tflite", about)
    assert read_metadata(path) == {"streaming": True, **about}
    assert open_model(path).labels == about["labels"]
    assert isinstance(open_model(path), StreamingClassifier)
    (tmp_path / "other.tflite").write_bytes(relu_model())
    assert read_metadata(tmp_path / "other.tflite") == {}
    assert open_model(tmp_path / "other.tflite").labels is None


@pytest.mark.parametrize("content", [None, b"", b"no model", b"a text of more than eight bytes"])
def test_no_model(tmp_path, content):
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    for opened in (read_metadata, StreamingClassifier, open_model):
        with pytest.raises(ValueError, match="Expected a LiteRT model. Received: .*model.tflite"):
            opened(path)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_a_file_that_is_cut_off(tmp_path, holding, share):
    content = (tmp_path / "sum.tflite").read_bytes()
    path = tmp_path / "model.tflite"
    path.write_bytes(content[: int(share * len(content))])
    for opened in (StreamingClassifier, LiteRTModel, open_model):
        with pytest.raises(ValueError, match="Expected a LiteRT model. Received: .*model.tflite"):
            opened(path)
    if share < 0.5:
        with pytest.raises(ValueError, match="model.tflite, which is cut off or damaged"):
            read_metadata(path)


def test_a_model_of_whole_clips_is_no_stream(tmp_path):
    (tmp_path / "model.tflite").write_bytes(relu_model())
    with pytest.raises(ValueError, match="model of whole clips is for `LiteRTModel`"):
        StreamingClassifier(tmp_path / "model.tflite")


def test_needs_numpy_and_the_runtime_alone(tmp_path):
    """In a folder that has the runtime package and nothing else of the project."""
    write(tmp_path / "sum.tflite", {"masks_zero_frames": False})
    package = Path(keras_drnn_runtime.__file__).parent
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / package.name).symlink_to(package)
    program = (
        "import sys\n"
        "for name in ('keras', 'keras_drnn', 'tensorflow', 'jax', 'torch', 'mlflow'):\n"
        "    sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(tmp_path / 'alone')!r})\n"
        "from keras_drnn_runtime import StreamingClassifier\n"
        f"print(StreamingClassifier({str(tmp_path / 'sum.tflite')!r}).step([1, 2, 3]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[1. 2. 3.]\n"
