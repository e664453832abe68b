"""Which GPU computes, as the backend says."""

import shutil
from types import SimpleNamespace

import keras
import pytest

from keras_drnn.experiments.accelerator import accelerator

NAME = "NVIDIA H200"


def pretend_a_gpu(monkeypatch):
    """Have the backend say that it computes on one; torch, on its second."""
    backend = keras.backend.backend()
    if backend == "jax":
        # Of `jax.devices()` the first one is the processor.
        device = SimpleNamespace(platform="gpu", device_kind=NAME)
        array = SimpleNamespace(devices=lambda: [device])
        monkeypatch.setattr(keras.ops, "zeros", lambda shape: array)
    elif backend == "torch":
        import torch

        monkeypatch.setattr(keras.ops, "zeros", lambda shape: SimpleNamespace(device="cuda:1"))
        monkeypatch.setattr(torch.cuda, "get_device_name", {"cuda:0": "", "cuda:1": NAME}.get)
    else:
        import tensorflow as tf

        monkeypatch.setattr(tf.config, "get_visible_devices", {"GPU": ["used"]}.get)
        details = {"used": {"device_name": NAME}}
        monkeypatch.setattr(tf.config.experimental, "get_device_details", details.get)


@pytest.mark.every_backend
@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there may be a GPU")
def test_a_processor_is_no_gpu():
    assert accelerator() is None


@pytest.mark.every_backend
def test_a_gpu_is_named(monkeypatch):
    pretend_a_gpu(monkeypatch)
    assert accelerator() == NAME
