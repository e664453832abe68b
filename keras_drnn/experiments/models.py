"""The models that are compared: raw joints in, one score per class and frame out."""

import keras
from keras import layers

from keras_drnn.experiments.recipes import Recipe
from keras_drnn.layer import DelayedRNN
from keras_drnn.skeletons.features import (
    FrameVector,
    HipCentring,
    HipPath,
    JointVelocity,
    ViewAlignment,
)
from keras_drnn.skeletons.layouts import JointLayout

LAG = 4  # frames over which movement is measured
# Joints of a few decimetres, movements of centimetres: all of them to about one.
JOINT_SCALE, VELOCITY_SCALE, PATH_SCALE = 3.0, 5.0, 2.0


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

    >>> model = build_model(Recipe("drnn"), layout=KINECT_V2, bodies=2, classes=60)
    """
    joints = keras.Input((None, bodies, len(layout), 3), name="joints")
    seen = joints
    if recipe.align:
        seen = ViewAlignment(layout.left_shoulder, layout.right_shoulder, name="view")(seen)
    centred = HipCentring(layout.hip, name="hip")(seen)
    if recipe.motion:
        velocity = JointVelocity(LAG, name="velocity")(centred)
        path = HipPath(layout.hip, LAG, name="path")(seen)
        scales = (JOINT_SCALE, VELOCITY_SCALE, PATH_SCALE)
        x = FrameVector(scales, name="frame")([centred, velocity, path])
    else:
        x = FrameVector((1.0,), name="frame")([centred])
    if recipe.frame_units:
        x = layers.Dense(recipe.frame_units, activation="relu", name="pose")(x)
    recurrent = _recurrent(recipe)
    if recipe.bidirectional:
        recurrent = layers.Bidirectional(recurrent, name="both_ways")
    x = recurrent(x)
    if recipe.dropout:
        x = layers.SpatialDropout1D(recipe.dropout, name="dropout")(x)
    if recipe.head_units:
        x = layers.Dense(recipe.head_units, activation="relu", name="head")(x)
    return keras.Model(joints, layers.Dense(classes, name="logits")(x), name=name)


def _recurrent(recipe: Recipe) -> layers.RNN:
    if recipe.cell in ("lstm", "gru"):
        cell = {"lstm": layers.LSTM, "gru": layers.GRU}[recipe.cell]
        return cell(recipe.units, return_sequences=True, name=recipe.cell)
    settings = {
        # ReLU in the RNN as in the D-RNN, so that only the delays differ.
        "activation": recipe.activation,
        "return_sequences": True,
        "recurrent_initializer": keras.initializers.Orthogonal(recipe.gain),
        "name": recipe.cell,
    }
    if recipe.cell == "drnn":
        return DelayedRNN(recipe.units, recipe.delays, first_step=recipe.first_step, **settings)
    return layers.SimpleRNN(recipe.units, **settings)
