"""Skeleton clips: readers of NTU and N-UCLA files, the clip store, protocols and splits.

`ntu` and `nucla` read one file, `scan` a folder, `store` keeps a folder in a form that opens at
once, `protocols` says which clips train and which test, `duplicates` which test clips are copies.
"""

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.errors import ClipStoreError, SkeletonFileError
from keras_drnn.skeletons.layouts import KINECT_V1, KINECT_V2, JointLayout

__all__ = [
    "KINECT_V1",
    "KINECT_V2",
    "Clip",
    "ClipStoreError",
    "JointLayout",
    "SkeletonFileError",
]
