"""The time of an exported model, and that nothing is left of the export."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

import keras_drnn.export
from keras_drnn.tuning.export_latency import export_latency


@pytest.mark.parametrize("error", [None, ValueError("too large")])
def test_the_latency_is_the_exports_and_no_file_is_left(tmp_path, monkeypatch, error):
    sequence = np.ones((5, 2), "float32")

    def export(path, to, *, check_inputs, tolerance):
        assert keras.saving.load_model(path).output_shape == (None, 5, 3)
        np.testing.assert_array_equal(check_inputs, [sequence])
        to.write_bytes(b"TFL3")
        if error:
            raise error
        return SimpleNamespace(latency_milliseconds=1.25)

    monkeypatch.setattr(keras_drnn.export, "export_litert", export)
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.Dense(3)])
    if error:
        with pytest.raises(ValueError, match="too large"):
            export_latency(model, sequence, tmp_path)
    else:
        assert export_latency(model, sequence, tmp_path) == 1.25
    assert not list(tmp_path.iterdir())
