"""JAX's transforms, Flax's modules and Keras' distribution give the numbers of the plain layer."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from light_keras import LIGHT

from keras_drnn import DelayedRNN

if keras.backend.backend() != "jax":
    pytest.skip("Transforms of JAX", allow_module_level=True)

import jax

TRAINING = """
import json
import keras
import numpy as np
from keras_drnn import DelayedRNN

def train():
    keras.utils.set_random_seed(3)
    layer = DelayedRNN(6, (1, 2, 4), activation="tanh", return_sequences=True)
    model = keras.Sequential([keras.Input((7, 3)), layer, keras.layers.Dense(2)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 7, 3)).astype("float32"), rng.normal(size=(4, 7, 2))
    history = model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    return layer, history.history["loss"] + [float(np.sum(model.predict(x, verbose=0) ** 2))]
"""
# Keras reads both settings as it is imported, so that this takes a process of its own.
NNX_AND_TWO_DEVICES = """
from flax import nnx
import jax

layer, found = train()
assert isinstance(layer, nnx.Module)
assert len(jax.tree.leaves(nnx.state(layer))) == len(layer.weights) == 9
print(json.dumps(found))

devices = keras.distribution.list_devices()
assert len(devices) == 2
keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
layer, found = train()
assert len(layer.weights[0].value.sharding.device_set) == 2
print(json.dumps(found))

# The devices send each other what their gradients add up to, and nothing of the sequences.
from jax.sharding import Mesh, NamedSharding, PartitionSpec

split = NamedSharding(Mesh(np.array(jax.devices()), ("batch",)), PartitionSpec("batch"))
x = jax.device_put(np.ones((4, 9, 3), "float32"), split)
for windowed in (False, True):
    layer = DelayedRNN(6, (1, 2, 4), windowed=windowed)
    layer.build(x.shape)
    values = [variable.value for variable in layer.trainable_variables]
    summed = lambda values, x: layer.stateless_call(values, [], x)[0].sum()
    program = jax.jit(jax.grad(summed)).lower(values, x).compile().as_text()
    assert "all-reduce" in program and "all-gather" not in program, windowed
"""


def test_flax_modules_and_data_parallel_train_as_the_plain_layer_does():
    done = subprocess.run(
        [sys.executable, "-c", LIGHT + TRAINING + NNX_AND_TWO_DEVICES],
        env=os.environ
        | {
            "KERAS_NNX_ENABLED": "true",
            "JAX_PLATFORMS": "cpu",  # of which two devices are made
            "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=2",
            # XLA's threads: two of them could wait for each other for ever, as in two_devices.py.
            "NPROC": "8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    plain: dict = {}
    exec(TRAINING, plain)  # the same lines, here
    _, expected = plain["train"]()
    assert expected[1] < expected[0]
    for line in done.stdout.splitlines()[-2:]:
        np.testing.assert_allclose(json.loads(line), expected, rtol=1e-4)


def test_vmap_over_samples_is_the_batch():
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    layer = DelayedRNN([2, 3], (1, 3), return_sequences=True)
    expected = np.asarray(layer(x))
    found = jax.vmap(lambda sample: layer(sample[None])[0])(x)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_vmap_over_weights_is_each_layer_by_itself():
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    layer = DelayedRNN([2, 3], (1, 3), return_sequences=True)
    layer.build(x.shape)
    run = lambda weights: layer.stateless_call(weights, [], x)[0]  # noqa: E731 - for vmap
    several = [np.stack([w, -w]) for w in layer.get_weights()]
    found = jax.vmap(run)(several)
    for number in range(2):
        np.testing.assert_allclose(found[number], run([w[number] for w in several]), atol=1e-6)


def test_a_stateless_call_computes_in_the_compute_dtype():
    """Keras casts the weights of a mixed policy in `layer(x)` alone."""
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    layer = DelayedRNN([2, 3], (1, 3), return_sequences=True, dtype="mixed_bfloat16")
    expected = layer(x)
    found, _ = layer.stateless_call([v.value for v in layer.variables], [], x)
    assert found.dtype == "bfloat16"
    np.testing.assert_array_equal(found.astype("float32"), expected.astype("float32"))


def test_gradients_are_exported_for_any_length():
    """As Keras' `export` does with a model that takes any number of steps."""
    layer = DelayedRNN([2, 3], (1, 3), activation="tanh")
    layer.build((2, None, 3))
    weights = [variable.value for variable in layer.variables]
    gradient = jax.grad(lambda x: (layer.stateless_call(weights, [], x)[0] ** 2).sum())
    of_any_length = jax.ShapeDtypeStruct(jax.export.symbolic_shape("2, steps, 3"), "float32")
    exported = jax.export.export(jax.jit(gradient))(of_any_length)
    x = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
    np.testing.assert_allclose(exported.call(x), gradient(x), atol=1e-6)


def test_sequences_are_exported_for_any_length():
    """As by `model.export`: shorter and longer than a delay."""
    layer = DelayedRNN([2, 3, 1], (1, 2, 5), return_sequences=True)
    layer.build((None, None, 3))
    weights = [variable.value for variable in layer.variables]
    run = lambda x: layer.stateless_call(weights, [], x)[0]  # noqa: E731 - for jit
    of_any_size = jax.ShapeDtypeStruct(jax.export.symbolic_shape("batch, steps, 3"), "float32")
    exported = jax.export.export(jax.jit(run))(of_any_size)
    x = np.random.default_rng(0).normal(size=(2, 12, 3)).astype("float32")
    expected = run(x)
    for steps in (1, 4, 12):
        np.testing.assert_allclose(exported.call(x[:, :steps]), expected[:, :steps], atol=1e-6)
