"""Copies of clips across a split; on request, those of the real N-UCLA."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from skeleton_files import person, write_nucla

from keras_drnn.data_sets.nucla import CROSS_VIEW
from keras_drnn.skeletons import nucla
from keras_drnn.skeletons.duplicates import clean_test, copies_warning
from keras_drnn.skeletons.index import coordinates_hash
from keras_drnn.skeletons.split import split
from keras_drnn.skeletons.store import ClipStore


def store_of(tmp_path, clips):
    root = tmp_path / "clips"
    root.mkdir()
    for name, seed in clips.items():
        write_nucla(root, name, person(6, seed=seed, joints=20))
    return ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")


def test_copies_are_found_though_the_files_differ(tmp_path):
    store = store_of(
        tmp_path,
        {
            **{"a01_s01_e00_v01": 1, "a01_s01_e00_v02": 2, "a01_s02_e00_v01": 3},
            **{"a01_s01_e00_v03": 1, "a01_s01_e01_v03": 4, "a01_s02_e00_v03": 3},
            **{"a01_s02_e01_v03": 4},
        },
    )
    parts = split(store.index, CROSS_VIEW, validation_subjects=[2])
    assert len(set(store.sha256)) == 7  # file_name makes every file another one
    clean = dict(
        zip([store.index.name[i] for i in parts.test], clean_test(store.index, parts), strict=True)
    )
    # e01 twice is on one side only; a copy of a validation clip is no clean test clip either.
    assert clean == {
        **{"a01_s01_e00_v03": False, "a01_s01_e01_v03": True},
        **{"a01_s02_e00_v03": False, "a01_s02_e01_v03": True},
    }
    warning = copies_warning(store.index, parts)
    assert warning is not None and "2 of 4 test clips" in warning
    assert "validation clips" not in warning


def test_validation_clips_that_are_copies(tmp_path):
    store = store_of(tmp_path, {"a01_s01_e00_v01": 1, "a01_s02_e00_v01": 1, "a01_s01_e00_v03": 2})
    warning = copies_warning(store.index, split(store.index, CROSS_VIEW))
    assert warning is not None and "1 of 1 validation clip " in warning
    assert "test clips" not in warning


def test_where_every_test_clip_is_a_copy_no_other_clips_are_spoken_of(tmp_path):
    store = store_of(tmp_path, {"a01_s01_e00_v01": 1, "a01_s02_e00_v01": 2, "a01_s01_e00_v03": 1})
    warning = copies_warning(store.index, split(store.index, CROSS_VIEW))
    assert warning is not None and "1 of 1 test clip " in warning
    assert "the other" not in warning and "says nothing" in warning


def test_no_copies_no_warning(tmp_path):
    store = store_of(tmp_path, {"a01_s01_e00_v01": 1, "a01_s02_e00_v01": 2, "a01_s01_e00_v03": 3})
    parts = split(store.index, CROSS_VIEW)
    assert copies_warning(store.index, parts) is None
    assert clean_test(store.index, parts).tolist() == [True]


def test_one_bit_makes_another_clip():
    joints = person(4)[:, None]
    other = joints.copy()
    other[3, 0, 24, 2] = np.nextafter(other[3, 0, 24, 2], np.float32(9))
    assert coordinates_hash(joints) != coordinates_hash(other)
    assert coordinates_hash(joints) == coordinates_hash(np.asfortranarray(joints))


@pytest.mark.skipif(
    "KERAS_DRNN_NUCLA" not in os.environ,
    reason="KERAS_DRNN_NUCLA does not name the folder all_sqe of the real N-UCLA data",
)
def test_the_real_nucla(tmp_path):
    root = Path(os.environ["KERAS_DRNN_NUCLA"])
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path)
    parts = split(store.index, CROSS_VIEW)
    assert len(store) == 1484 and not store.faults
    assert (len(parts.train) + len(parts.validation), len(parts.test)) == (1020, 464)
    copies = parts.test[~clean_test(store.index, parts)]
    listed = root.parent / "test_v3_duplicates_of_train.json"
    assert {store.index.name[i] for i in copies} == set(json.loads(listed.read_text()))
    assert len(copies) == 95
