"""Two devices: each takes half of every batch, and the numbers are those of one device.

    KERAS_BACKEND=jax python examples/two_devices.py        # or torch, or tensorflow

Each backend has its own way, as Keras documents it: `keras.distribution.DataParallel` on JAX,
`DistributedDataParallel` with a process for each device on torch, `MirroredStrategy` on TensorFlow.
To be run anywhere, the devices here are two halves of one processor. On a machine with GPUs take
what is said in brackets.
"""

import os

# Before JAX is imported: two devices for one processor (GPUs are there by themselves).
os.environ["XLA_FLAGS"] = (
    f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=2"
)
# XLA's threads: with one for each of two cores, both devices can wait for each other for ever.
os.environ.setdefault("NPROC", str(max(8, os.cpu_count() or 1)))

import keras
import numpy as np

from keras_drnn import DelayedRNN

BATCH, RATE, EPOCHS = 20, 0.05, 2


def make_data(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of noise, and the running mean of each."""
    x = np.random.default_rng(0).normal(size=(count, 30, 1)).astype("float32")
    return x, np.cumsum(x, axis=1) / np.arange(1, 31)[:, None]


def build() -> keras.Model:
    """Always the same weights."""
    keras.utils.set_random_seed(1)
    layer = DelayedRNN(24, (1, 3, 9), activation="tanh", return_sequences=True)
    model = keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(RATE), "mse")
    return model


def on_one(count: int) -> list[np.ndarray]:
    """The weights that training on one device leaves."""
    model = build()
    model.fit(*make_data(count), batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    return model.get_weights()


def with_jax(count: int) -> list[np.ndarray]:
    devices = keras.distribution.list_devices()[:2]  # (of GPUs: all that there are)
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        return on_one(count)  # nothing else changes
    finally:
        keras.distribution.set_distribution(None)


def with_tensorflow(count: int) -> list[np.ndarray]:
    import tensorflow as tf

    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])  # (of GPUs: no argument)
    data = tf.data.Dataset.from_tensor_slices(make_data(count)).batch(BATCH)
    with strategy.scope():
        model = build()
        model.fit(data, epochs=EPOCHS, shuffle=False, verbose=0)
    return model.get_weights()


def train_half(model: keras.Model, rank: int, count: int) -> None:
    """Trains on every second sequence of each batch; gradients are those of both processes."""
    import torch

    parallel = torch.nn.parallel.DistributedDataParallel(model)  # (of GPUs: device_ids=[rank])
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    x, y = (torch.from_numpy(values.astype("float32")) for values in make_data(count))
    for _ in range(EPOCHS):
        for begin in range(0, count, BATCH):
            half = slice(begin + rank, begin + BATCH, 2)
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(parallel(x[half]), y[half]).backward()  # mean of both
            optimizer.step()


def of_torch(rank: int, count: int, folder: str) -> None:
    """What each of the two processes does: its half of every batch."""
    import torch

    torch.distributed.init_process_group(  # (of GPUs: "nccl")
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    model = build()
    # A function of its own: were `DistributedDataParallel` still there when the group is destroyed,
    # it would end the group's threads later, and could wait for them for ever.
    train_half(model, rank, count)
    if rank == 0:
        np.savez(f"{folder}/weights.npz", *model.get_weights())
    torch.distributed.destroy_process_group()


def with_torch(count: int) -> list[np.ndarray]:
    import tempfile

    import torch

    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(of_torch, (count, folder), nprocs=2)
        with np.load(f"{folder}/weights.npz") as weights:
            return list(weights.values())


def main(count: int = 400) -> tuple[float, float]:
    """How far training moved the weights, and how far two devices are from one, at the most."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        (processor,) = tf.config.list_physical_devices("CPU")  # (of GPUs: leave these lines out)
        halves = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(processor, halves)
    start, one = build().get_weights(), on_one(count)
    two = {"jax": with_jax, "torch": with_torch, "tensorflow": with_tensorflow}[backend](count)
    moved, apart = (
        [np.abs(a - b).max() for a, b in zip(one, x, strict=True)] for x in (start, two)
    )
    return float(max(moved)), float(max(apart))


if __name__ == "__main__":
    moved, apart = main()
    print(f"Training moved weights by up to {moved:.3f}; two devices and one are {apart:.1e} apart")
