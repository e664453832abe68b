"""Keras' checks that every layer of its own goes through."""

import keras
import pytest
from keras.src.testing import TestCase

from keras_drnn import DelayedRNN, DelayedRNNCell

WEIGHTS = 6  # of two groups
# Keras' own check trains from a generator and lets `shuffle` stand.
pytestmark = pytest.mark.filterwarnings("ignore:.shuffle=True. was passed")


def cell(units=4):
    return DelayedRNNCell(units, (1, 3), dropout=0.5, recurrent_dropout=0.5)


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize(
    ("layer", "arguments", "units", "copies", "generators"),
    [
        (DelayedRNN, {"units": 4, "delays": (1, 3), "dropout": 0.5}, 4, 1, 1),
        (keras.layers.RNN, {"cell": cell()}, 4, 1, 1),
        (keras.layers.RNN, {"cell": keras.layers.StackedRNNCells([cell(), cell(6)])}, 6, 2, 2),
    ],
    ids=["layer", "cell", "stacked cells"],
)
def test_recurrent_layers(layer, arguments, units, copies, generators, sequences):
    TestCase().run_layer_test(
        layer,
        init_kwargs={**arguments, "return_sequences": sequences},
        input_shape=(3, 5, 2),
        call_kwargs={"training": True},
        expected_output_shape=(3, 5, units) if sequences else (3, units),
        expected_num_trainable_weights=WEIGHTS * copies,
        expected_num_non_trainable_weights=0,
        expected_num_seed_generators=generators,
        supports_masking=True,
    )


def test_regularizers_give_their_losses():
    TestCase().run_layer_test(
        DelayedRNN,
        init_kwargs={
            "units": [1, 3],
            "delays": (2, 3),
            "kernel_regularizer": "l2",
            "recurrent_regularizer": "l1",
            "bias_regularizer": "l2",
        },
        input_shape=(3, 5, 2),
        expected_output_shape=(3, 4),
        expected_num_losses=6,
        expected_num_trainable_weights=WEIGHTS,
        supports_masking=True,
    )


def test_bidirectional():
    TestCase().run_layer_test(
        keras.layers.Bidirectional,
        init_kwargs={"layer": DelayedRNN(4, (1, 3), return_sequences=True)},
        input_shape=(3, 5, 2),
        expected_output_shape=(3, 5, 8),
        expected_num_trainable_weights=2 * WEIGHTS,
        expected_num_non_trainable_weights=0,
        supports_masking=True,
    )
