"""`.ts` files of the UEA archive."""

import numpy as np
import pytest
from recording_files import fault

from keras_drnn.recordings.read import read_recordings

HEAD = """# a comment
@problemName Steps
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true left right
@data
"""
DATA = "1,2,3:4,5,6:left\n7.5,?:-8e-1,9:right\n"


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "Steps_TRAIN.ts").write_text(text)
        return tmp_path / "Steps_TRAIN.ts"

    return write


def test_sequences_of_different_lengths(write):
    first, second = read_recordings(write(HEAD + DATA))
    np.testing.assert_array_equal(first.values, [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(second.values, np.float32([[7.5, -0.8], [np.nan, 9]]))
    assert (first.label, second.label) == ("left", "right")
    assert not first.of_joints


def test_without_classes_and_with_one_dimension(write):
    text = "@classLabel false\r\n@data\r\n1,2,3\r\n4,5,6\r\n"
    recordings = read_recordings(write(text))
    assert [each.values[:, 0].tolist() for each in recordings] == [[1, 2, 3], [4, 5, 6]]
    assert [each.label for each in recordings] == [None, None]


@pytest.mark.parametrize(
    "text, line, kind, says",
    [
        ("", 1, "empty file", "empty"),
        (HEAD, None, "no frames", "below @data"),
        ("1,2:a\n", 1, "structure", "expected @data"),
        (HEAD + "1,2,3", 10, "truncated", "received '1,2,3'"),
        (HEAD + DATA + "1,x:2,3:left", 12, "not a number", "x"),
        (HEAD + DATA + "1,2:3:left", 12, "column count", "received 1 and 2 values"),
        (HEAD + DATA + "1,2:left", 12, "column count", "expected 2 dimensions.*received 1"),
        ("@timeStamps true\n@data\n(0,1):a", 1, "time stamps", "equal distances"),
        (HEAD + "1,inf:2,3:left", None, "not finite", "received inf in frame 2, channel 1"),
    ],
)
def test_what_is_wrong_with_a_ts_file(write, text, line, kind, says):
    path = write(text)
    with pytest.raises(ValueError, match=says):
        read_recordings(path)
    error = fault(path)
    assert (error.line, error.kind) == (line, kind)
