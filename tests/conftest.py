"""Common to all tests: the backend is KERAS_BACKEND's; randomness starts at the same place."""

import atexit
import gc
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

# Most of the time JAX compiles, and what it compiles is called a few times.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import pytest
from converting import Converter
from hypothesis import settings
from keras.src.utils import module_utils

from keras_drnn.export import conversion

# On other backends Keras would import TensorFlow, which takes seconds in each process, to seed it
# and to ask whether something is a shape of its own.
if keras.backend.backend() != "tensorflow":
    module_utils.tensorflow._available = False

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


@pytest.fixture(scope="session", autouse=True)
def one_converter():
    """One process for all conversions: each for itself would import TensorFlow anew."""
    converter = Converter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "start_process", converter)
        yield
    converter.close()


def pytest_collection_finish():
    # What has been imported stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


# What these folders test depends on the backend; elsewhere a test says so with the mark.
EVERY_BACKEND = [Path(__file__).parent / folder for folder in ("layer", "conformance")]


def depends_on_the_backend(path):
    return any(path.is_relative_to(folder) for folder in EVERY_BACKEND)


def pytest_ignore_collect(collection_path, config):
    """With `-m every_backend`, files that have no such test are not even imported."""
    if config.option.markexpr != "every_backend" or collection_path.suffix != ".py":
        return None
    if depends_on_the_backend(collection_path):
        return None
    return True if "every_backend" not in collection_path.read_text("utf-8") else None


def pytest_collection_modifyitems(items):
    for item in items:
        if depends_on_the_backend(item.path):
            item.add_marker(pytest.mark.every_backend)
