"""The loss of a model that gives scores for every frame of a clip."""

import keras

from keras_drnn import ops


@keras.saving.register_keras_serializable("keras_drnn")
class FrameCrossentropy(keras.losses.Loss):
    """Cross-entropy of every valid frame, and if wished of each clip as a whole.

    Args:
        clip_weight: Weight of the cross-entropy of a clip's mean log-probabilities, which is what
            the decision for a whole clip is made from. Every clip counts the same in it.

    Call arguments:
        y_true: Classes, `(batch, frames)` ints, -1 at frames that are not valid.
        y_pred: Logits, `(batch, frames, classes)`, masked where `y_true` is -1.

    Example:

    >>> model.compile("adamw", loss=FrameCrossentropy(clip_weight=1.0))
    """

    def __init__(self, clip_weight: float = 0.0, name: str = "frame_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.clip_weight = clip_weight

    def call(self, y_true, y_pred):
        valid = ops.cast(ops.greater_equal(y_true, 0), y_pred.dtype)
        classes = ops.one_hot(ops.maximum(ops.cast(y_true, "int32"), 0), y_pred.shape[-1])
        classes = ops.cast(classes, y_pred.dtype)
        log_probabilities = ops.log_softmax(y_pred, axis=-1)
        losses = -ops.sum(classes * log_probabilities, axis=-1)
        if self.clip_weight:
            frames = ops.maximum(ops.sum(valid, axis=1, keepdims=True), 1.0)
            mean = ops.sum(log_probabilities * valid[..., None], axis=1) / frames
            of_clip = ops.max(classes * valid[..., None], axis=1)
            clip = -ops.sum(of_clip * ops.log_softmax(mean, axis=-1), axis=-1, keepdims=True)
            # The mean over valid frames, which Keras takes next, must give the mean over clips.
            share = ops.sum(valid) / (frames * ops.cast(ops.shape(valid)[0], valid.dtype))
            losses = losses + self.clip_weight * clip * share
        return losses

    def get_config(self):
        return {**super().get_config(), "dtype": self.dtype, "clip_weight": self.clip_weight}
