"""Keras and its backend, as the tests use them."""

import atexit
import functools
import gc

import keras
from hypothesis import settings
from keras.src.utils import module_utils

# The same examples every time, and no time limit: the first call of a layer compiles it. JAX
# compiles every operation anew for each shape, and TensorFlow traces its loops: they get fewer.
EXAMPLES = {"jax": 12, "tensorflow": 15, "torch": 40}


def prepare():
    """To be called before the tests are imported."""
    name = keras.backend.backend()
    # On other backends Keras would import TensorFlow, which takes seconds in each process, to seed
    # it and to ask whether something is a shape of its own.
    if name != "tensorflow":
        module_utils.tensorflow._available = False

    # What JAX writes programs in, it sets up anew for each: a quarter of the time of a small one.
    if name == "jax":
        from jax._src.interpreters import mlir

        mlir.make_ir_context = functools.cache(mlir.make_ir_context)

    if name == "tensorflow":
        one_trace()

    # The tensors of tests are small, and there is a pytest on each core: threads of torch would
    # only wait for each other, at several times the processor time.
    if name == "torch":
        import torch

        torch.set_num_threads(1)
        # As JAX_DEFAULT_MATMUL_PRECISION in conftest.py: what a GPU's RNNs of torch multiply.
        torch.backends.cudnn.allow_tf32 = False
        # What conftest.py freezes is not collected at the end; Triton's bindings complain of that.
        atexit.register(gc.unfreeze)

    settings.register_profile(
        "stable", derandomize=True, deadline=None, max_examples=EXAMPLES.get(name, 25)
    )
    settings.load_profile("stable")


def one_trace():
    """Where in Python an operation of TensorFlow comes from nobody reads: a tenth of the time."""
    from tensorflow.python.util import tf_stack

    trace = tf_stack.extract_stack()
    tf_stack.extract_stack = lambda stacklevel=1: trace
