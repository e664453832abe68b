"""The loss of a model that gives scores for every frame of a clip, or of several in a row."""

import keras
from keras.src.backend.common.masking import set_keras_mask

from keras_drnn import ops
from keras_drnn.ops import Tensor


@keras.saving.register_keras_serializable("keras_drnn")
class FrameCrossentropy(keras.losses.Loss):
    """Cross-entropy of every valid frame, and if wished of each clip as a whole.

    Args:
        clip_weight: Weight of the cross-entropy of a clip's mean log-probabilities, which is what
            the decision for a whole clip is made from. Every clip counts the same in it.

    Call arguments:
        y_true: Classes, `(batch, frames)` ints, -1 at frames that do not count. Or, of streams of
            several clips, `(batch, frames, 2)`: the class, and the number of the clip in its
            stream.
        y_pred: Logits, `(batch, frames, classes)`.

    Example:

    >>> model.compile("adamw", loss=FrameCrossentropy(clip_weight=1.0))
    """

    def __init__(self, clip_weight: float = 0.0, name: str = "frame_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.clip_weight = clip_weight

    def call(self, y_true, y_pred):
        label = frame_classes(y_true)
        counted = ops.greater_equal(label, 0)
        valid = ops.cast(counted, y_pred.dtype)
        classes = ops.one_hot(ops.maximum(ops.cast(label, "int32"), 0), y_pred.shape[-1])
        classes = ops.cast(classes, y_pred.dtype)
        log_probabilities = ops.log_softmax(y_pred, axis=-1)
        losses = -ops.sum(classes * log_probabilities, axis=-1)
        if self.clip_weight:
            together = _same_clip(y_true, valid)
            frames = ops.maximum(ops.sum(together, axis=-1), 1.0)
            mean = ops.matmul(together, log_probabilities) / frames[..., None]
            clip = -ops.sum(classes * ops.log_softmax(mean, axis=-1), axis=-1)
            # The mean over valid frames, which Keras takes next, must give the mean over clips.
            clips = ops.maximum(ops.sum(valid / frames), 1.0)
            losses = losses + self.clip_weight * clip / frames * ops.sum(valid) / clips
        # As Keras' own losses leave classes out: masked frames are not in its mean.
        set_keras_mask(losses, counted)
        return losses

    def get_config(self):
        return {**super().get_config(), "dtype": self.dtype, "clip_weight": self.clip_weight}


@keras.saving.register_keras_serializable("keras_drnn")
class FrameAccuracy(keras.metrics.Mean):
    """Share of the valid frames of which the largest score is that of their class.

    Call arguments:
        y_true: As for `FrameCrossentropy`.
        y_pred: Likewise.

    Example:

    >>> model.compile("adamw", loss=FrameCrossentropy(), metrics=[FrameAccuracy()])
    """

    def __init__(self, name: str = "frame_accuracy", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        label = frame_classes(y_true)
        right = ops.equal(ops.cast(label, "int32"), ops.cast(ops.argmax(y_pred, axis=-1), "int32"))
        weight = ops.cast(ops.greater_equal(label, 0), self.dtype)
        if sample_weight is not None:
            weight = weight * ops.cast(sample_weight, self.dtype)
        return super().update_state(right, sample_weight=weight)


def frame_classes(y_true: Tensor) -> Tensor:
    """The class of each frame, `(batch, frames)`, of `y_true` in either form."""
    return y_true if len(y_true.shape) == 2 else y_true[..., 0]


def _same_clip(y_true: Tensor, valid: Tensor) -> Tensor:
    """1 for each two valid frames of one clip, `(batch, frames, frames)`."""
    pairs = valid[:, :, None] * valid[:, None]
    if len(y_true.shape) == 2:
        return pairs
    clip = y_true[..., 1]
    return pairs * ops.cast(ops.equal(clip[:, :, None], clip[:, None]), valid.dtype)
