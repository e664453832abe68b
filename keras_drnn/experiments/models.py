"""The models that are compared: raw joints or channels in, one score per class and frame out."""

from typing import Any

import keras
import numpy as np
from keras import layers

from keras_drnn.experiments.data import Data
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.layer import DelayedRNN
from keras_drnn.limit import Limit
from keras_drnn.skeletons.batches import channel_moments
from keras_drnn.skeletons.features import FrameVector, SkeletonFeatures
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.skeletons.split import Split
from keras_drnn.spectral_norm import SpectralNorm

# Joints of a few decimetres, movements of centimetres: all of them to about one.
SCALES = (3.0, 5.0, 2.0)
# No camera sees a person at 100 metres. In other units: 100 metres in millimetres, and more pixels
# than a picture has.
MOST_METRES, MOST_OF_ANY_UNIT = 1e2, 1e5


def model_for(recipe: Recipe, data: Data, split: Split, *, name: str) -> keras.Model:
    """Build the model of a recipe for the clips of a data set, with fresh weights.

    Args:
        recipe: What to build.
        data: The clips.
        split: Which of them to train on: the model standardises channels by these alone.
        name: Name of the model.
    """
    bodies, joints, axes = data.shape
    classes = len(split.class_names)
    if data.layout is None:
        mean, variance = channel_moments(data.clips, split.train)
        return build_channel_model(recipe, mean=mean, variance=variance, classes=classes, name=name)
    return build_model(
        recipe, layout=data.layout, bodies=bodies, classes=classes, axes=axes, name=name
    )


def build_model(
    recipe: Recipe,
    *,
    layout: JointLayout,
    bodies: int,
    classes: int,
    axes: int = 3,
    name: str | None = None,
) -> keras.Model:
    """Build a model of skeletons, with fresh weights.

    Args:
        recipe: What to build.
        layout: What the joints are.
        bodies: People in a frame, 1 or 2.
        classes: Number of classes.
        axes: Axes of the joints, 2 or 3.
        name: Name of the model.

    Returns:
        A model from raw joints, `(batch, frames, bodies, joints, axes)` in metres, absent bodies
        and padding zero, to logits `(batch, frames, classes)` with a mask `(batch, frames)`.

    Example:

    >>> model = build_model(Recipe("drnn"), layout=KINECT_V2, bodies=2, classes=60)
    """
    joints = keras.Input((None, bodies, len(layout), axes), name="joints")
    limited = joints
    if recipe.limit is not None:
        most = MOST_OF_ANY_UNIT if recipe.torso else MOST_METRES
        limited = Limit(most, name="joint_limit")(joints)
    x = SkeletonFeatures(
        layout.hip,
        shoulders=(layout.left_shoulder, layout.right_shoulder) if recipe.align else None,
        shoulder_centre=layout.shoulder_centre if recipe.torso else None,
        lag=recipe.lag if recipe.motion else None,
        scales=SCALES if recipe.motion else (1.0, 1.0, 1.0),
        memory=recipe.memory,
        jump=None if recipe.memory is None else recipe.jump,
        name="frame",
    )(limited)
    return keras.Model(joints, _scores(recipe, x, classes), name=name)


def build_channel_model(
    recipe: Recipe,
    *,
    mean: np.ndarray,
    variance: np.ndarray,
    classes: int,
    name: str | None = None,
) -> keras.Model:
    """Build a model of plain sequences, with fresh weights.

    Args:
        recipe: What to build; what it says of joints has no effect.
        mean: Mean of each channel, by which the model standardises, `(channels,)`.
        variance: Variance of each channel, likewise.
        classes: Number of classes.
        name: Name of the model.

    Returns:
        A model from channels, `(batch, frames, 1, channels, 1)`, padding zero, to logits
        `(batch, frames, classes)` with a mask `(batch, frames)`. A frame in which all channels are
        exactly zero counts as absent.

    Example:

    >>> mean, variance = np.zeros(6), np.ones(6)
    >>> model = build_channel_model(Recipe("drnn"), mean=mean, variance=variance, classes=4)
    """
    channels = keras.Input((None, 1, len(mean), 1), name="channels")
    limited = channels
    if recipe.limit is not None:
        # Whatever is larger is beyond the limit when it is standardised, too.
        most = np.abs(mean) + recipe.limit * np.sqrt(variance)
        limited = Limit(float(most.max()), name="channel_limit")(channels)
    x = FrameVector((1.0,), name="frame")([limited])
    x = layers.Normalization(mean=mean.tolist(), variance=variance.tolist(), name="standard")(x)
    return keras.Model(channels, _scores(recipe, x, classes), name=name)


def _scores(recipe: Recipe, x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """From a vector for each frame to its scores."""
    if recipe.limit is not None:
        x = Limit(recipe.limit, name="limit")(x)
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
    return layers.Dense(classes, name="logits")(x)


def _recurrent(recipe: Recipe) -> layers.RNN:
    if recipe.cell in ("lstm", "gru"):
        cell = {"lstm": layers.LSTM, "gru": layers.GRU}[recipe.cell]
        return cell(recipe.units, return_sequences=True, name=recipe.cell)
    settings: dict[str, Any] = {
        # ReLU in the RNN as in the D-RNN, so that only the delays differ.
        "activation": recipe.activation,
        "return_sequences": True,
        "recurrent_initializer": keras.initializers.Orthogonal(recipe.gain),
        "name": recipe.cell,
    }
    if recipe.spectral_norm is not None:
        # Of each step's result, and of what there is before the first one.
        settings["recurrent_constraint"] = SpectralNorm(recipe.spectral_norm)
        gain = min(recipe.gain, recipe.spectral_norm)
        settings["recurrent_initializer"] = keras.initializers.Orthogonal(gain)
    if recipe.cell == "drnn":
        return DelayedRNN(recipe.units, recipe.delays, first_step=recipe.first_step, **settings)
    return layers.SimpleRNN(recipe.units, **settings)
