"""Training: compiled or not, with and without mixed precision, on either path."""

import keras
import numpy as np
import pytest
from arrays import call, numpy
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

RNG = np.random.default_rng(0)
X = RNG.normal(size=(10, 12, 3)).astype("float32")
# The mean of all frames so far: a task that needs memory.
Y = np.cumsum(X, axis=1) / np.arange(1, 13)[None, :, None]
BACKEND = keras.backend.backend()
# torch compiles with a C++ compiler for half a minute; Keras leaves it off by default.
COMPILED = BACKEND != "torch"


# Compiled or not, sequences, epochs.
FITS = {
    # Without compilation JAX compiles every operation on its own, anew for each shape: one batch.
    "jax": ((True, 10, 3), (True, 4, 2), (False, 4, 2)),
    "tensorflow": ((True, 10, 3), (False, 10, 3)),
    "torch": ((False, 10, 3),),
}


def fit(layer, start=None, jit=False, epochs=6, sequences=10):
    model = keras.Sequential([keras.Input((None, 3)), layer, keras.layers.Dense(3)])
    if start is not None:
        model.set_weights(start)
    start = model.get_weights()
    model.compile(keras.optimizers.SGD(0.3), "mse", jit_compile=jit)
    x, y = X[:sequences], Y[:sequences]
    # Batches of 4, 4 and 2 for all ten.
    history = model.fit(x, y, batch_size=4, epochs=epochs, shuffle=False, verbose=0)
    return model, start, history.history["loss"]


def test_both_paths_learn_the_same_compiled_or_not():
    cell = {"units": 6, "delays": (1, 2, 5), "activation": "tanh"}
    start, expected = None, {}
    for jit, sequences, epochs in FITS[BACKEND]:
        for layer in (
            DelayedRNN(**cell, return_sequences=True),
            keras.layers.RNN(DelayedRNNCell(**cell), return_sequences=True),
        ):
            model, start, losses = fit(layer, start, jit, epochs, sequences)
            assert losses[-1] < 0.9 * losses[0]
            np.testing.assert_allclose(losses, expected.setdefault(sequences, losses), rtol=1e-3)
            # What was learnt is in the weights that the equations use.
            weights = model.get_weights()
            outputs, *_ = delayed_rnn(X, weights[:-2], (1, 2, 5), activation="tanh")
            outputs = outputs @ weights[-2] + weights[-1]
            np.testing.assert_allclose(model.predict(X, verbose=0), outputs, atol=1e-4)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("stepped", [False, True], ids=["cascade", "stepped"])
def test_mixed_precision_training(policy, stepped):
    cell = {"units": 6, "delays": (1, 2, 5), "activation": "tanh", "dtype": policy}
    if stepped:
        layer = keras.layers.RNN(DelayedRNNCell(**cell), return_sequences=True, dtype=policy)
    else:
        layer = DelayedRNN(**cell, return_sequences=True)
    assert layer.compute_dtype == policy.removeprefix("mixed_")
    model, _, losses = fit(layer, jit=COMPILED, sequences=8)  # two batches of one size
    assert {v.dtype for v in layer.weights} == {"float32"}
    assert losses[-1] < 0.8 * losses[0]
    weights = model.get_weights()
    outputs, *_ = delayed_rnn(X, weights[:-2], (1, 2, 5), activation="tanh")
    found = numpy(call(layer, X))
    # Rounding, not schedule: a wrong schedule is off by the size of the signal.
    np.testing.assert_allclose(found, outputs, atol=0.05 if "bfloat" in policy else 0.006)


def test_mixed_precision_with_a_loss_scale():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layer = DelayedRNN(6, (1, 2, 5), activation="tanh", return_sequences=True)
        model = keras.Sequential([keras.Input((None, 3)), layer])
        optimizer = keras.optimizers.LossScaleOptimizer(
            keras.optimizers.SGD(0.1), initial_scale=256.0
        )
        model.compile(optimizer, "mse")
        target = np.tile(Y, (1, 1, 2))
        losses = [float(model.train_on_batch(X, target)) for _ in range(5)]
    finally:
        keras.config.set_dtype_policy("float32")
    assert losses[-1] < losses[0]
    assert layer.cell.compute_dtype == "float16"
