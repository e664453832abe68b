"""Common to all tests: the backend of KERAS_BACKEND, and the same randomness every time."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import pytest
from hypothesis import settings

# The same examples every time, and no time limit: the first call of a layer compiles it.
settings.register_profile("stable", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("stable")


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(7)
