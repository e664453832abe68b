"""What is taken as sequences, and what is refused with which words."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from keras_drnn.classifier.sequences import checked_sequences, padded

RAGGED = [np.arange(6.0).reshape(3, 2), np.ones((1, 2)), np.zeros((2, 2))]


def objects(items):
    array = np.empty(len(items), object)
    array[:] = items
    return array


@pytest.mark.parametrize(
    "given",
    [
        RAGGED,
        tuple(RAGGED),
        objects(RAGGED),
        pd.Series(RAGGED),
        [sequence.tolist() for sequence in RAGGED],
        [pd.DataFrame(sequence) for sequence in RAGGED],
        [sequence.astype(int) for sequence in RAGGED],
    ],
    ids=["list", "tuple", "objects", "series", "nested lists", "tables", "integers"],
)
def test_sequences_of_different_lengths_come_in_many_containers(given):
    for found, expected in zip(checked_sequences(given, None), RAGGED, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("container", [np.asarray, pd.DataFrame, list, np.ndarray.tolist])
def test_two_dimensions_are_sequences_of_one_channel(container):
    table = np.arange(6.0).reshape(2, 3)
    found = checked_sequences(container(table), None)
    np.testing.assert_array_equal(found, table[:, :, None])


def test_padding_follows_and_lengths_tell_it_from_zeros_in_the_data():
    inputs = padded(RAGGED)
    assert inputs["length"].tolist() == [3, 1, 2]
    assert inputs["sequence"].shape == (3, 3, 2)
    np.testing.assert_array_equal(inputs["sequence"][0], RAGGED[0])
    np.testing.assert_array_equal(inputs["sequence"][1], [[1, 1], [0, 0], [0, 0]])


HOLED = [np.ones((3, 2)), np.array([[0, 0], [0, np.nan], [np.nan, 0]])]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "0 sample"),
        (np.empty((0, 3, 2)), "0 sample"),
        (np.empty((2, 0, 2)), "Sequence 0 of `X` is empty.*shape \\(0, 2\\)"),
        ([np.ones((3, 2)), np.empty((0, 2))], "Sequence 1 of `X` is empty"),
        ([np.ones((3, 2)), []], "Sequence 1 of `X` is empty"),
        (np.ones(3), "Reshape your data"),
        ([1.0, 2.0], "Sequence 0 of `X`.*Reshape your data"),
        ([np.ones((3, 2, 4))], "Sequence 0.*Received: shape \\(3, 2, 4\\)"),
        (np.ones((2, 3, 4, 5)), "Received: shape \\(2, 3, 4, 5\\)"),
        ([np.ones((3, 2)), np.ones((2, 3))], "sequence 0 has 2, sequence 1 has 3.*swapped"),
        (HOLED, "Sequence 1 .*NaN.*Received: nan at step 1, channel 1"),
        (np.stack([HOLED[1], HOLED[0]]), "Sequence 0 .*nan at step 1, channel 1"),
        ([np.array([[1.0], [-np.inf]])], "Received: -inf at step 1"),
        ([np.array([[1e39]])], "within float32.*Received: 1e\\+39"),
        ([np.array([["a"]])], "Sequence 0 of `X` must be numbers.*'a'"),
        ([np.array([[1j]])], "Sequence 0.*Complex"),
        ([[[1, 2], [3]]], "Sequence 0 of `X` must be numbers"),
    ],
)
def test_what_is_refused_says_where_and_why(given, words):
    with pytest.raises(ValueError, match=words):
        checked_sequences(given, None)


def test_sparse_tables_are_refused():
    with pytest.raises(TypeError, match="[Ss]parse"):
        checked_sequences(csr_array(np.eye(3)), None)
