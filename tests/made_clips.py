"""Nine clips of three classes, made of noise, in which the right hand tells the class."""

import numpy as np

from keras_drnn.skeletons import Clip
from keras_drnn.skeletons.split import Split


def _clips(count: int = 9) -> list[Clip]:
    rng = np.random.default_rng(3)
    made = []
    for number in range(count):
        frames = int(rng.integers(4, 20))
        joints = rng.normal(size=(frames, 1, 20, 3)).astype("float32")
        joints[:, :, 11] += number % 3
        mask = np.ones((frames, 1), bool)
        if number == 2:
            joints[1], mask[1] = 0, False
        made.append(Clip(joints, mask, 1, 1, number % 3, f"clip{number}"))
    return made


CLIPS = _clips()
LABELS = np.array([clip.action for clip in CLIPS])
SPLIT = Split(
    train=np.arange(6),
    validation=np.arange(6, 9),
    test=np.arange(6, 9),
    validation_subjects=(1,),
    labels=LABELS,
    class_names=("a", "b", "c"),
    left_out=np.arange(0),
)
