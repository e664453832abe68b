"""Clips to be shown in motion, and what a model might say of them."""

import numpy as np

from keras_drnn.skeletons import KINECT_V2, Clip

NOBODY = [7, 8, 9, 20]


def make_clip(frames=30, bodies=2, layout=KINECT_V2, axes=3, name="clip"):
    """People who walk about; the second comes later, and in some frames there is nobody."""
    rng = np.random.default_rng(3)
    pose = rng.uniform(-0.8, 0.8, (bodies, len(layout), axes))
    way = rng.normal(0, 0.03, (frames, bodies, 1, axes)).cumsum(axis=0)
    joints = (pose + way + 2.0).astype("float32")
    joints[:5, 1:] = 0
    joints[[frame for frame in NOBODY if frame < frames]] = 0
    return Clip(joints, joints.any(axis=(2, 3)), 1, 1, 1, name)


def probabilities_of(frames, classes, seed=1):
    scores = np.random.default_rng(seed).normal(0, 2, (frames, classes))
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
