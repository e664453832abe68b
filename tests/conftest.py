"""Common to all tests: the backend is KERAS_BACKEND's; randomness starts at the same place."""

import atexit
import functools
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow imports JAX where it finds it.
if os.environ["KERAS_BACKEND"] != "jax":
    sys.modules["jax"] = None
# What JAX has compiled for one test it does not compile again for another, in whatever process.
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    compiled = tempfile.mkdtemp(prefix="compiled-")
    atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = compiled
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"

# Most of the time XLA compiles, and what it compiles is called a few times: without optimizing, by
# the emitters that take a third of the time of the newer ones, in one piece. XLA ends a process at
# an option that it does not know; then set XLA_FLAGS in the environment.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1",
)
# A GPU would round the factors of products of float32 to fewer bits than the tests ask for.
os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "highest")
# There is a pytest on each core: threads for arrays this small only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No test has torch write C++; processes to compile it in would each import torch first.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
# Where in Python an operation comes from is read by nobody.
os.environ.setdefault("JAX_TRACEBACK_IN_LOCATIONS_LIMIT", "0")

# Until everything is imported nothing is thrown away that would be worth looking for.
gc.disable()


def pytest_configure(config):
    if starts_workers(config):
        return
    import backend

    backend.prepare()


def starts_workers(config):
    """Whether this process only hands tests out: it imports no backend, on which workers wait."""
    return getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")


@pytest.fixture(autouse=True)
def _seeded():
    import keras

    keras.utils.set_random_seed(7)


@pytest.fixture(scope="session", autouse=True)
def one_converter():
    """One process for all conversions: each for itself would import TensorFlow anew."""
    from converting import Converter

    from keras_drnn.export import conversion

    converter = Converter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "start_process", converter)
        yield
    converter.close()


@pytest.fixture(scope="session", autouse=True)
def clear_caches():
    """JAX's own: while tests run, what a training lets go of is kept for the next one."""
    import keras

    if keras.backend.backend() != "jax":
        yield None
        return
    import jax

    kept = jax.clear_caches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jax, "clear_caches", lambda: None)
        yield kept


@pytest.fixture(scope="module", autouse=True)
def _left_alone():
    """The collector looks no more through what a file leaves, programs of JAX above all.

    Every training begins with a collection, which would look through those of all files before.
    """
    yield
    gc.collect()
    gc.freeze()


def pytest_collection_finish():
    # What has been imported stays: the collector need not look through it again and again.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


# What these folders test depends on the backend; elsewhere a test says so with the mark.
EVERY_BACKEND = [Path(__file__).parent / folder for folder in ("layer", "conformance")]


@functools.cache
def depends_on_the_backend(path):
    return any(path.is_relative_to(folder) for folder in EVERY_BACKEND)


def pytest_ignore_collect(collection_path, config):
    """With `-m every_backend`, files that have no such test are not even imported."""
    if config.option.markexpr != "every_backend" or collection_path.suffix != ".py":
        return None
    if depends_on_the_backend(collection_path):
        return None
    return True if "every_backend" not in collection_path.read_text("utf-8") else None


# Here single tests take many seconds. They begin: at the end no worker waits long for another.
LONG = [
    Path(__file__).parent / place
    for place in (
        "docs/test_notebooks.py",
        "export",
        "report",
        "examples",
        "tuning",
        "layer/test_torch_transformations.py",
        "layer/test_other_backends.py",
        "layer/test_training.py",
        "experiments",
        "tracking",
    )
]


@functools.cache
def takes_long(path):
    return any(path.is_relative_to(place) for place in LONG)


def pytest_collection_modifyitems(items):
    for item in items:
        if depends_on_the_backend(item.path):
            item.add_marker(pytest.mark.every_backend)
    items.sort(key=lambda item: takes_long(item.path), reverse=True)
