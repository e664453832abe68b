"""What computes: several cores, each with a part of every batch, or a GPU."""

import os
from collections.abc import Sequence

import keras

from keras_drnn.experiments.accelerator import accelerator

# XLA's threads for each device, at the least. With as many as a machine has cores, two devices that
# wait for each other's gradients can take all of two, and what they wait for gets none.
THREADS = 4


def use_devices(number: int) -> None:
    """Split every batch over so many devices, of which JAX makes as many of a CPU as are wanted.

    To be called before anything is computed.

    Raises:
        ValueError: On another backend.
    """
    if number == 1:
        return
    if keras.backend.backend() != "jax":
        raise ValueError(
            "Several devices are for JAX: set KERAS_BACKEND=jax, or leave --devices out. "
            f"Received: {keras.backend.backend()}"
        )
    import jax

    # Read when the backend starts. More, where a machine has more cores or somebody has asked.
    asked = int(os.environ.get("NPROC", 0))
    os.environ["NPROC"] = str(max(THREADS * number, os.cpu_count() or 1, asked))
    jax.config.update("jax_num_cpu_devices", number)
    devices = keras.distribution.list_devices()[:number]
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))


def computing() -> dict[str, str | int]:
    """What computes in this process: the backend, over how many devices batches are split, and the
    GPU, an empty text without one."""
    return {
        "backend": keras.backend.backend(),
        "devices": devices_in_use(),
        "accelerator": accelerator() or "",
    }


def computed_by(epochs: Sequence[dict]) -> dict[str, str | int | None]:
    """What computed a training, of which parts may have been on different machines.

    Args:
        epochs: Each with the keys of `computing`.

    Returns:
        All backends, the most devices, and the GPU where one computed any of the epochs.
    """
    accelerators = [epoch["accelerator"] for epoch in epochs if epoch["accelerator"]]
    return {
        "backend": ", ".join(dict.fromkeys(epoch["backend"] for epoch in epochs)),
        "devices": max(epoch["devices"] for epoch in epochs),
        "accelerator": accelerators[0] if accelerators else None,
    }


def devices_in_use() -> int:
    """Over how many devices batches are split."""
    distribution = keras.distribution.distribution()
    return 1 if distribution is None else int(distribution.device_mesh.devices.size)
