"""What a backend computes on, where that is a GPU."""

import keras


def accelerator() -> str | None:
    """The name of the GPU that Keras' backend computes on, or `None` where it is another device."""
    backend = keras.backend.backend()
    if backend == "jax":
        # Not the first of `jax.devices()`: `jax_default_device` may say another.
        (device,) = keras.ops.zeros(()).devices()
        return device.device_kind if device.platform == "gpu" else None
    if backend == "torch":
        import torch

        # Keras takes another device than the GPU where KERAS_TORCH_DEVICE says so.
        place = str(keras.ops.zeros(()).device)
        return torch.cuda.get_device_name(place) if place.startswith("cuda") else None
    import tensorflow as tf

    found = tf.config.get_visible_devices("GPU")
    return tf.config.experimental.get_device_details(found[0])["device_name"] if found else None
