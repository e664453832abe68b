"""Keras' own tests of SimpleRNN and Bidirectional, run on the delayed RNN with delays of one."""

import inspect
import unittest

import keras
import pytest
from keras.src.layers.rnn import bidirectional_test, simple_rnn_test

from keras_drnn import DelayedRNN

# Keras' own check trains from a generator and lets `shuffle` stand.
pytestmark = pytest.mark.filterwarnings("ignore:.shuffle=True. was passed")


@keras.saving.register_keras_serializable("conformance")
class DelayedAsSimple(DelayedRNN):
    """A delayed RNN with SimpleRNN's signature."""

    the_delays = (1,)

    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(units, self.the_delays, activation=activation, **kwargs)

    def get_config(self):
        config = super().get_config()
        for name in ("delays", "first_step"):
            del config[name]
        return config


@pytest.fixture(autouse=True)
def _in_place_of_simple_rnn(monkeypatch):
    # Keras' tests look the name up when they run.
    monkeypatch.setattr(keras.src.layers, "SimpleRNN", DelayedAsSimple)
    monkeypatch.setattr(keras.layers, "SimpleRNN", DelayedAsSimple)


def of_simple_rnn(case):
    """Keras' tests in a class, without those that are about other layers alone."""
    tests = {
        name: test if "SimpleRNN" in inspect.getsource(test) else None
        for name, test in vars(case).items()
        if name.startswith("test")
    }
    return type(case.__name__, (case,), {**tests, "__module__": __name__})


TestSimpleRNN = of_simple_rnn(simple_rnn_test.SimpleRNNTest)
TestBidirectional = of_simple_rnn(bidirectional_test.SimpleRNNTest)


def load(case):
    return unittest.defaultTestLoader.loadTestsFromTestCase(case)


def test_they_are_found():
    assert load(TestSimpleRNN).countTestCases() >= 5
    assert load(TestBidirectional).countTestCases() >= 4


# It shows that the delays reach Keras' tests, whatever the backend; torch compiles nothing.
@pytest.mark.skipif(keras.backend.backend() != "torch", reason="once is enough")
def test_delays_of_two_do_not_pass(monkeypatch):
    monkeypatch.setattr(DelayedAsSimple, "the_delays", (2,))
    result = unittest.TestResult()
    load(TestSimpleRNN).run(result)
    assert len(result.failures) >= 3
