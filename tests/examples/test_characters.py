"""The text, its chunks, and the state that is carried over their cuts."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from example_files import example

from keras_drnn import DelayedRNN


@pytest.fixture(scope="module")
def singing():
    return example("characters")


def test_the_song(singing):
    verse = singing.song(4).splitlines()
    assert verse[0] == verse[1] == "twenty-four green bottles hanging on the wall,"
    assert verse[3] == "there'll be twenty-three green bottles hanging on the wall."
    assert verse[-2] == "there'll be twenty green bottles hanging on the wall."
    assert singing.NAMES[-1] == "ninety-nine"


def test_a_batch_is_one_chunk_of_each_stream_and_the_next_batch_goes_on(singing):
    x, y = singing.make_data([4, 40, 79], chunks=3, seed=0)
    batches = x.reshape(3, singing.STREAMS, singing.CHUNK)
    texts = np.concatenate(batches, axis=1)
    songs = ["".join(singing.ALPHABET[character] for character in text) for text in texts]
    assert all(
        text.startswith((singing.song(4)[:9], singing.song(40)[:9], "ninety")) for text in songs
    )
    assert all("wall," in text[100:200] or "fall," in text[100:200] for text in songs)
    following = np.concatenate(y.reshape(batches.shape), axis=1)
    np.testing.assert_array_equal(following[:, :-1], texts[:, 1:])


@pytest.mark.every_backend
def test_in_fit_the_state_goes_on_from_batch_to_batch_and_begins_anew_when_asked(singing):
    """Three chunks in three batches leave the state that their text in one piece leaves."""
    layer = DelayedRNN(4, (1, 3), activation="tanh", return_sequences=True, return_state=True)
    carried = singing.Carried(layer)
    model = keras.Sequential([keras.Input((5, 2), batch_size=singing.STREAMS), carried])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    text = np.random.default_rng(0).normal(size=(singing.STREAMS, 15, 2)).astype("float32")
    chunks = np.concatenate(np.split(text, 3, axis=1))
    expected = numpy(call(layer, text)[1:])
    for _ in range(2):
        model.fit(
            chunks, np.zeros((len(chunks), 5, 4)), batch_size=singing.STREAMS, shuffle=False,
            verbose=0,
        )  # fmt: skip
        for state, wanted in zip(numpy(carried.carried), expected, strict=True):
            np.testing.assert_allclose(state, wanted, atol=1e-5)
        carried.begin()


def test_it_runs(singing, tmp_path):
    bits = singing.main(tmp_path / "picture.png", chunks=2)
    assert list(bits) == ["D-RNN", "GRU"]
    assert all(0 < found < 8 for found in bits.values())
    assert (tmp_path / "picture.png").stat().st_size > 5000
