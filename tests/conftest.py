"""Common to all tests: the backend is KERAS_BACKEND's; randomness starts at the same place."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# What JAX has compiled for one test it does not compile again for another, in whatever process.
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    compiled = tempfile.mkdtemp(prefix="compiled-")
    atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = compiled
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"

import keras
import pytest
from hypothesis import settings

# The tensors of tests are small, and there is a pytest on each core: threads of torch would only
# wait for each other, at several times the processor time.
if keras.backend.backend() == "torch":
    import torch

    torch.set_num_threads(1)

# The same examples every time, and no time limit: the first call of a layer compiles it. JAX
# compiles every operation anew for each shape, and TensorFlow traces its loops: they get fewer.
EXAMPLES = {"jax": 12, "tensorflow": 15, "torch": 40}
settings.register_profile(
    "stable",
    derandomize=True,
    deadline=None,
    max_examples=EXAMPLES.get(keras.backend.backend(), 25),
)
settings.load_profile("stable")


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(7)


# What these folders test depends on the backend; elsewhere a test says so with the mark.
EVERY_BACKEND = [Path(__file__).parent / folder for folder in ("layer", "conformance")]


def pytest_collection_modifyitems(items):
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in EVERY_BACKEND):
            item.add_marker(pytest.mark.every_backend)
