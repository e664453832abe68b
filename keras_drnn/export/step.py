"""One frame of a Keras model as a layer, with everything it remembers held outside of it."""

from collections.abc import Iterable

import keras

from keras_drnn.export.layout import Layout
from keras_drnn.export.walk import Walk, timed
from keras_drnn.ops import Tensor
from keras_drnn_runtime.names import FRAME, SCORES


@keras.saving.register_keras_serializable("keras_drnn")
class StreamingStep(keras.layers.Layer):
    """Runs a model that reads sequences on one frame, from a state to the next one.

    Args:
        model: Functional or Sequential model with one input, `(batch, frames, ...)`, and one
            output, whose layers can all run one frame at a time.
        parts: What the model remembers: name, size and whether whole numbers, part by part.

    Call arguments:
        inputs: Dictionary of `"frame"`, `(1, ...)`, `"state"`, `(1, numbers)`, and `"clock"`,
            `(1, groups)` whole numbers; the last two only where the model remembers such.

    Output shape:
        Dictionary of `"scores"`, `(1, classes)`, and of the next `"state"` and `"clock"`.
    """

    def __init__(self, model: keras.Model, parts: Iterable[tuple[str, int, bool]], **kwargs):
        # A state must not be rounded to the type that the layers of other models compute in.
        super().__init__(autocast=False, **kwargs)
        self.model = model
        self.layout = Layout(parts)
        self._steps = Walk(model)

    def build(self, input_shape):
        self.built = True

    def call(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        parts = self.layout.unpack(inputs)
        scores, parts = self._steps.step(inputs[FRAME], parts, None)
        return {SCORES: scores, **self.layout.pack(parts)}

    def compute_output_spec(self, inputs):
        state = {name: inputs[name] for name in self.layout.widths}
        output = self.model.outputs[0]
        scores = keras.KerasTensor((1, *output.shape[2 if timed(output) else 1 :]), output.dtype)
        like = {name: keras.KerasTensor(each.shape, each.dtype) for name, each in state.items()}
        return {SCORES: scores, **like}

    def get_config(self):
        return {
            **super().get_config(),
            "model": keras.saving.serialize_keras_object(self.model),
            "parts": self.layout.parts,
        }

    @classmethod
    def from_config(cls, config):
        model = keras.saving.deserialize_keras_object(config["model"])
        return cls(**{**config, "model": model})
