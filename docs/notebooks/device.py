# %% [markdown]
# # From a trained model to a device
#
# A small model that tells gestures from the readings of an accelerometer, as a file that a phone
# runs reading by reading: trained, exported, checked, and run as the device will run it. One of its
# layers is defined in the notebook itself. It takes a minute on JAX, and runs on any backend.
#
# To try it yourself, in a clone: `pip install -e '.[jax,export]' matplotlib jupyterlab jupytext`,
# then `jupyter lab`, and open `docs/notebooks/device.py` by *Open With, Notebook*.

# %%
import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # or "torch", "tensorflow"

from dataclasses import asdict
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_drnn import DelayedRNN
from keras_drnn.export import export_streaming
from keras_drnn_runtime import Decision, Recogniser, StreamingClassifier

# %% [markdown]
# ## Data
#
# Recordings of 12 seconds, 25 readings of three axes a second, made up here: rest, and in between
# *circle* and *shake*. Each reading has a class.

# %%
RATE, LABELS = 25, ["rest", "circle", "shake"]


def recording(rng, steps=12 * RATE):
    x, y = rng.normal(0, 0.15, (steps, 3)), np.zeros(steps, int)
    begin = rng.integers(20, 50)
    while begin < steps - 50:
        length, kind = rng.integers(30, 50), rng.integers(1, 3)
        t = np.arange(length) / RATE
        turns, swing = 2 * np.pi * t * rng.uniform(0.9, 1.2), 2 * np.pi * t * rng.uniform(3.5, 4.5)
        gesture = (
            [np.sin(turns), np.cos(turns), 0 * t] if kind == 1 else [np.sin(swing), 0 * t, 0 * t]
        )
        x[begin : begin + length] += np.transpose(gesture)
        y[begin : begin + length] = kind
        begin += length + rng.integers(30, 70)
    return x.astype("float32"), y


def recordings(count, seed):
    rng = np.random.default_rng(seed)
    return [np.stack(each) for each in zip(*(recording(rng) for _ in range(count)), strict=True)]


x, y = recordings(200, seed=0)
x_test, y_test = recordings(50, seed=1)
print(x.shape, [f"{100 * np.mean(y == n):.0f} % {label}" for n, label in enumerate(LABELS)])

# %% [markdown]
# ## A model with a layer of one's own
#
# `Strength` gives the model the length of each reading, beside its three axes. It is defined here,
# in the notebook, and exported all the same. Registered with Keras, it can be saved and loaded as
# well.


# %%
@keras.saving.register_keras_serializable("gestures")
class Strength(keras.layers.Layer):
    """Appends the length of a vector to it."""

    def call(self, inputs):
        squares = keras.ops.sum(keras.ops.square(inputs), axis=-1, keepdims=True)
        return keras.ops.concatenate([inputs, keras.ops.sqrt(squares + 1e-6)], axis=-1)


keras.utils.set_random_seed(1)
model = keras.Sequential(
    [
        keras.Input((None, 3)),
        Strength(),
        DelayedRNN(48, delays=(1, 3, 9), activation="tanh", return_sequences=True),
        keras.layers.Dense(len(LABELS)),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
model.fit(x, y, batch_size=20, epochs=10, verbose=0)
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{model.count_params():,} parameters; {100 * accuracy:.1f} % of the test readings are right")

# %% [markdown]
# ## Export
#
# `export_streaming` writes a `.tflite` file that takes one reading and a state, and gives scores and
# the next state. TensorFlow converts, in a process of its own, which is sent the layer above. The
# file only appears once its scores have been compared with those of the Keras model. `metadata` is
# what it says about itself; the decision is how scores become events.

# %%
metadata = {
    "labels": LABELS,
    "frame_rate": RATE,
    "decision": asdict(Decision(smoothing=6, enter=0.6, leave=0.3, background=(0,))),
}
report = export_streaming(model, "gestures.tflite", metadata=metadata)

for name in ("bytes", "largest_difference", "top1_agreement", "checked_frames"):
    print(f"{name:<20}{getattr(report, name):.6g}")
print(f"{'multiply_adds':<20}{report.multiply_adds:.0f}, at most {report.multiply_adds_worst}")
print("signatures", *report.signatures)
print(len(report.operators), "kinds of operators, all of the stock runtime")

# %% [markdown]
# The signatures `step_...` compute only the groups that are due: two of three frames are one of the
# fastest group alone, so that the mean of multiplications is well below the most.
#
# ## Run it as the device does
#
# `keras_drnn_runtime` needs NumPy and `ai-edge-litert` alone, no Keras. A recording that the model
# has not seen, reading by reading:

# %%
stream = StreamingClassifier("gestures.tflite")
scores = np.stack([stream.step(reading) for reading in x_test[10]])
of_keras = np.asarray(model.predict(x_test[10:11], verbose=0)[0])
print(f"largest difference from Keras: {np.abs(scores - of_keras).max():.1g}")

# %% alt="Above, three axes of a recording of 12 seconds. Below, the probability of each class over time; grey stretches are the gestures."
figure, (above, below) = plt.subplots(2, 1, figsize=(8, 4), sharex=True, layout="constrained")
seconds = np.arange(len(scores)) / RATE
probabilities = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
above.plot(seconds, x_test[10], linewidth=0.8)
above.set_ylabel("acceleration")
below.set(xlabel="seconds", ylabel="probability")
for label, probability in zip(LABELS, probabilities.T, strict=True):
    below.plot(seconds, probability, label=label)
below.legend()
for axis in (above, below):
    whole = axis.get_xaxis_transform()  # from the bottom, 0, to the top, 1
    axis.fill_between(seconds, 0, 1, where=y_test[10] > 0, color="0.9", transform=whole)

# %% [markdown]
# ## Events
#
# An application wants to be told once that a gesture has begun, and once that it is over.
# `Recogniser` does so, by the decision in the file:

# %%
recogniser = Recogniser("gestures.tflite")
for number, reading in enumerate(x_test[10]):
    event = recogniser.step(reading)
    if event and event.end is None:
        print(f"{number / RATE:5.1f} s  {event.action}, since {event.begin_seconds:.1f} s")
    elif event:
        print(f"{number / RATE:5.1f} s  {event.action} is over")

for number in np.flatnonzero(np.diff(y_test[10])) + 1:
    if y_test[10][number]:
        print(f"{number / RATE:5.1f} s  {LABELS[y_test[10][number]]}, in truth")

# %% [markdown]
# ## In whole numbers
#
# In int8 the network computes in whole numbers, for hardware that has no others. Their ranges are
# measured on training recordings; what it loses is seen on others:

# %%
small = export_streaming(
    model, "small.tflite", form="int8", representative=x[:5], metadata=metadata
)
small_stream = StreamingClassifier("small.tflite")
named = np.stack([small_stream.predict(clip) for clip in x_test]).argmax(axis=-1)
sizes = [Path(file).stat().st_size for file in ("gestures.tflite", "small.tflite")]
print(f"float32 {sizes[0]:,} bytes, {100 * accuracy:.1f} %")
print(f"int8    {sizes[1]:,} bytes, {100 * np.mean(named == y_test):.1f} %")

# %% [markdown]
# The file is no smaller: most of it is the graph of each signature, not weights. What saves bytes in
# larger models is float16: see [number formats](../guides/devices.md#smaller-number-formats).
#
# From here: [devices](../guides/devices.md), with the same in Kotlin, Swift, C++ and JavaScript, for
# microcontrollers, ONNX Runtime and OpenVINO.
