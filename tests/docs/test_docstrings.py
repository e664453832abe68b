"""The docstrings of the library show what Python answers."""

import doctest

import keras
import numpy as np
import pytest

from keras_drnn import (
    DelayedRNN,
    causal,
    cell,
    delays,
    layer,
    schedule,
    schedule_picture,
)
from keras_drnn.influence import bounds, callback, fall, jacobian


@pytest.mark.parametrize(
    ("module", "examples"),
    [
        (causal, 2),
        (cell, 2),
        (delays, 2),
        (bounds, 8),
        (callback, 5),
        (fall, 4),
        (jacobian, 3),
        (layer, 2),
        (schedule, 5),
        (schedule_picture, 1),
    ],
    ids=lambda module: getattr(module, "__name__", None),
)
def test_docstrings(module, examples, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # one of them saves a picture
    names = {"keras": keras, "np": np, "DelayedRNN": DelayedRNN}
    failed, tried = doctest.testmod(module, extraglobs=names)
    assert failed == 0
    assert tried >= examples
