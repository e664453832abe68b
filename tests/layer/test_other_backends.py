"""What is saved under JAX gives the same numbers under every backend, in a fresh process.

What is saved under another gives the same under JAX, and so under every other.
"""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from arrays import phases
from light_keras import LIGHT
from reference import delayed_rnn

from keras_drnn import DelayedRNN, DelayedRNNCell

# numpy and openvino infer only; the others train as well. What JAX has saved JAX itself loads in
# a fresh process in the tests of registered classes.
BACKENDS = ("torch", "tensorflow", "numpy", "openvino")
if keras.backend.backend() != "jax":
    BACKENDS = ("jax",)
PROGRAM = """
import sys
from pathlib import Path
import keras, numpy as np
import keras_drnn

if keras.backend.backend() == "openvino":
    # As docs/guides/backends.md says: or `predict` computes in bfloat16 where processors can.
    from functools import partial
    import openvino

    float32 = {"INFERENCE_PRECISION_HINT": "f32"}
    openvino.compile_model = partial(openvino.compile_model, config=float32)

folder = Path(sys.argv[1])
known = np.load(folder / "known.npz")
loaded = keras.saving.load_model(folder / "model.keras")
built_anew = keras.models.clone_model(loaded)
built_anew.load_weights(folder / "model.weights.h5")
for model, name in ((loaded, "masked"), (loaded, "short"), (built_anew, "masked")):
    found = model.predict(known[name], verbose=0)
    np.testing.assert_allclose(found, known[name + "_scores"], atol=2e-5)

streamed = keras.saving.load_model(folder / "streamed.keras")
state = [known["h"], known["clock"]]
# Of two lengths: each is compiled for itself.
for chunk in np.split(known["masked"], (6, 7, 13, 14), axis=1):
    scores, *state = streamed.predict([chunk, *state], verbose=0)
np.testing.assert_allclose(scores, known["streamed_scores"], atol=2e-5)
np.testing.assert_array_equal(state[1], known["final_clock"])
print("the same on", keras.backend.backend())
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    inputs = keras.Input((None, 3))
    hidden = keras.layers.Masking()(inputs)
    hidden = DelayedRNN([2, 3, 4], (1, 2, 5), first_step=1, return_sequences=True)(hidden)
    cell = DelayedRNNCell(6, (1, 3), activation="tanh")
    hidden = keras.layers.RNN(cell, return_sequences=True)(hidden)
    hidden = keras.layers.Bidirectional(DelayedRNN(4, (1, 4), return_sequences=True))(hidden)
    model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    rng = np.random.default_rng(0)
    masked, short = rng.normal(size=(2, 20, 3)), rng.normal(size=(1, 4, 3))
    masked[0, 13:] = 0
    masked[1, 5] = 0
    known = {"masked": masked.astype("float32"), "short": short.astype("float32")}
    known |= {f"{name}_scores": model.predict(x, verbose=0) for name, x in known.items()}
    assert np.abs(known["masked_scores"]).max() > 0.1
    model.save(folder / "model.keras")

    # To be run chunk by chunk, from a state in the middle of every group's period.
    frames, h, clock = keras.Input((None, 3)), keras.Input((6,)), keras.Input((3,))
    layer = DelayedRNN(6, (2, 3, 7), return_state=True, bias_initializer="ones")
    streamed = keras.Model([frames, h, clock], layer(frames, initial_state=[h, clock]))
    streamed.save(folder / "streamed.keras")
    known["h"] = rng.normal(size=(2, 6)).astype("float32")
    known["clock"] = phases([5, 12], (2, 3, 7))
    expected, _, counts = delayed_rnn(
        known["masked"],
        layer.get_weights(),
        (2, 3, 7),
        initial_h=known["h"],
        steps_before=[5, 12],
    )
    known |= {"streamed_scores": expected[:, -1], "final_clock": phases(counts, (2, 3, 7))}
    model.save_weights(folder / "model.weights.h5")
    np.savez(folder / "known.npz", **known)
    return folder


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_saved_model_gives_the_same_numbers(saved, backend):
    done = subprocess.run(
        [sys.executable, "-c", LIGHT + PROGRAM, saved],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == [f"the same on {backend}"], done.stderr
