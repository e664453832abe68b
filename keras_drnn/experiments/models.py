"""The models that are compared: raw joints in, one score per class and frame out."""

import keras
from keras import layers

from keras_drnn.experiments.recipes import Recipe
from keras_drnn.layer import DelayedRNN
from keras_drnn.skeletons.features import FrameVector, HipCentring, JointVelocity, ViewAlignment
from keras_drnn.skeletons.layouts import JointLayout


def build_model(
    recipe: Recipe, *, layout: JointLayout, bodies: int, classes: int, name: str | None = None
) -> keras.Model:
    """Build a model, with fresh weights.

    Args:
        recipe: What to build.
        layout: What the joints are.
        bodies: People in a frame, 1 or 2.
        classes: Number of classes.
        name: Name of the model.

    Returns:
        A model from raw joints, `(batch, frames, bodies, joints, 3)` in metres, absent bodies and
        padding zero, to logits `(batch, frames, classes)` with a mask `(batch, frames)`.

    Example:

    >>> model = build_model(Recipe(), layout=KINECT_V2, bodies=2, classes=60)
    """
    joints = keras.Input((None, bodies, len(layout), 3), name="joints")
    x = joints
    if recipe.align:
        x = ViewAlignment(layout.left_shoulder, layout.right_shoulder, name="view")(x)
    x = HipCentring(layout.hip, name="hip")(x)
    if recipe.velocity:
        x = JointVelocity(recipe.velocity, name="velocity")(x)
    x = FrameVector(name="frame")(x)
    if recipe.frame_units:
        x = layers.Dense(recipe.frame_units, activation="relu", name="pose")(x)
    recurrent = _recurrent(recipe)
    if recipe.bidirectional:
        recurrent = layers.Bidirectional(recurrent, name="both_ways")
    x = recurrent(x)
    if recipe.dropout:
        x = layers.Dropout(recipe.dropout, name="dropout")(x)
    return keras.Model(joints, layers.Dense(classes, name="logits")(x), name=name)


def _recurrent(recipe: Recipe) -> layers.RNN:
    if recipe.cell == "drnn":
        return DelayedRNN(recipe.units, recipe.delays, return_sequences=True, name="drnn")
    if recipe.cell == "rnn":
        # ReLU as in the D-RNN, so that only the delays differ.
        return layers.SimpleRNN(
            recipe.units, activation="relu", return_sequences=True, name="rnn"
        )
    cell = {"lstm": layers.LSTM, "gru": layers.GRU}[recipe.cell]
    return cell(recipe.units, return_sequences=True, name=recipe.cell)
