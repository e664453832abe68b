"""Classes that are trained and never tested are named."""

from dataclasses import replace

import numpy as np

from keras_drnn.skeletons.split import Split
from keras_drnn.skeletons.untested import untested_warning


def test_classes_without_a_test_clip_are_named():
    labels = np.array([0, 1, 2, 3, 1, 3, -1])
    numbers = np.arange(7)
    parts = Split(numbers[:3], numbers[3:4], numbers[4:6], (), labels, tuple("abcd"), numbers[6:])
    warning = untested_warning(parts)
    assert warning is not None and "no test clip of a, c:" in warning
    assert untested_warning(replace(parts, test=numbers[:4])) is None
    many = replace(parts, class_names=tuple(map(str, range(14))))
    warning = untested_warning(many)
    assert warning is not None and "0, 2, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more:" in warning
