"""Which GPU computes, as the backend says."""

import shutil
from types import SimpleNamespace

import keras
import pytest

from keras_drnn.experiments.accelerator import accelerator


@pytest.mark.every_backend
@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there may be a GPU")
def test_a_processor_is_no_gpu():
    assert accelerator() is None


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX' own devices")
@pytest.mark.parametrize(("platform", "named"), [("gpu", "NVIDIA H200"), ("cpu", None)])
def test_a_gpu_is_named_and_no_other_device(monkeypatch, platform, named):
    import jax

    device = SimpleNamespace(platform=platform, device_kind="NVIDIA H200")
    monkeypatch.setattr(jax, "devices", lambda: [device])
    assert accelerator() == named
