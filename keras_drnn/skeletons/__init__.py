"""Skeleton clips: readers of NTU and N-UCLA files, the clip store, protocols and splits.

`ntu` and `nucla` read one file, `scan` a folder, `store` keeps a folder in a form that opens at
once, `protocols` says which clips train and which test, `duplicates` which test clips are copies.
`features` are Keras layers; all else does without Keras.
"""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import ClipStoreError, SkeletonFileError
from keras_drnn.skeletons.layouts import (
    COCO_17,
    KINECT_V1,
    KINECT_V2,
    MEDIAPIPE_33,
    OPENPOSE_18,
    OPENPOSE_BODY_25,
    JointLayout,
    find_layout,
    layout_names,
)

if TYPE_CHECKING:
    from keras_drnn.skeletons import features, ntu, nucla
else:
    __getattr__, __dir__ = lazy_names(__name__, {"features": None, "ntu": None, "nucla": None})

__all__ = [
    "COCO_17",
    "KINECT_V1",
    "KINECT_V2",
    "MEDIAPIPE_33",
    "OPENPOSE_18",
    "OPENPOSE_BODY_25",
    "Clip",
    "ClipStoreError",
    "JointLayout",
    "SkeletonFileError",
    "features",
    "find_layout",
    "layout_names",
    "ntu",
    "nucla",
]
