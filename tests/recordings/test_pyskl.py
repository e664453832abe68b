"""pyskl's pickles, and pickles that try to do more than hold arrays."""

import io
import os
import pickle
import pickletools
from collections import OrderedDict

import numpy as np
import pytest
from recording_files import fault, random_joints

from keras_drnn.recordings.formats import safe_pickle
from keras_drnn.recordings.read import read_recording, read_recordings

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def annotation(number, frames=6, **others):
    return {
        "frame_dir": f"clip {number}",
        "label": number,
        "img_shape": (1080, 1920),
        "total_frames": frames,
        "keypoint": random_joints(2, frames, 17, 2, seed=number).astype("float16"),
        "keypoint_score": random_joints(2, frames, 17, seed=number + 50).astype("float16"),
    } | others


@pytest.fixture
def write(tmp_path):
    def write(content, protocol=4):
        path = tmp_path / "clips.pkl"
        path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, protocol))
        return path

    return write


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_data_set(write, protocol):
    clips = [annotation(0), annotation(1, frames=9, label=np.int64(7))]
    clips[0]["keypoint_score"][1, 2:] = 0
    split = {"xsub_train": ["clip 0", "clip 1"], "xsub_val": ["clip 1", "another"]}
    path = write({"split": split, "annotations": clips}, protocol)
    first, second = read_recordings(path)
    for read, clip in ((first, clips[0]), (second, clips[1])):
        expected = clip["keypoint"].swapaxes(0, 1).astype("float32")
        scores = clip["keypoint_score"].swapaxes(0, 1)
        np.testing.assert_array_equal(read.values[scores > 0], expected[scores > 0])
        np.testing.assert_array_equal(read.confidence, scores)
        assert read.layout == "coco_17"
    assert np.isnan(first.values[2:, 1]).all() and not np.isnan(first.values[:, 0]).any()
    assert [read.label for read in (first, second)] == ["0", "7"]
    assert [read.name for read in (first, second)] == ["clip 0", "clip 1"]
    assert [read.splits for read in (first, second)] == [
        ("xsub_train",),
        ("xsub_train", "xsub_val"),
    ]
    assert "received 2" in str(pytest.raises(ValueError, read_recording, path).value)


def test_one_annotation_in_three_axes(write):
    joints = random_joints(2, 5, 25, 3)
    joints[1, 3:] = 0
    read = read_recording(write(OrderedDict(keypoint=np.asfortranarray(joints), label="sit")))
    np.testing.assert_array_equal(np.nan_to_num(read.values), joints.swapaxes(0, 1))
    assert read.confidence is None and read.layout == "kinect_v2" and read.label == "sit"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "<i8", ">i4", "f2", "<f4", ">f8"])
def test_every_array_comes_back_as_it_was(dtype, protocol):
    for array in (
        np.arange(6).reshape(2, 3).astype(dtype),
        np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype(dtype)),
        np.zeros((0, 3), dtype),
        np.array(1, dtype),
    ):
        found = safe_pickle.unwrap(safe_pickle.load(pickle.dumps(array, protocol)))
        assert isinstance(found, np.ndarray) and found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)
    assert safe_pickle.load(pickle.dumps(np.float32(2.5), protocol)) == 2.5
    plain = {"a": [1, 2.5, None, True, b"\xff\0", "ü"], (1, 2): {3}}
    assert safe_pickle.load(pickle.dumps(plain, max(protocol, 4))) == plain


class Call:
    def __init__(self, function, *arguments):
        self.reduced = (function, arguments)

    def __reduce__(self):
        return self.reduced


class Owned:
    def __setstate__(self, state):
        pytest.fail("it ran")

    def __getstate__(self):
        return {"a": 1}


CALLS = {
    "system": lambda folder: Call(os.system, f"touch '{folder}/ran'"),
    "eval": lambda folder: Call(eval, f"open(r'{folder}/ran', 'w')"),
    "getattr": lambda folder: Call(getattr, "text", "upper"),
    "numpy": lambda folder: Call(np.fromfile, str(folder / "clips.pkl")),
    "class": lambda folder: Owned(),
    "objects": lambda folder: np.array([1, "a", Owned()], object),
    "records": lambda folder: np.zeros(2, [("a", "f4")]),
}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_malicious_pickle_is_refused_and_not_run(write, tmp_path, what, protocol):
    clip = annotation(0, other=CALLS[what](tmp_path))
    path = write(clip, protocol)
    error = fault(path)
    assert error.kind == "refused pickle" and "was not run" in str(error)
    assert not (tmp_path / "ran").exists()


def program(*lines):
    return b"".join(lines) + b"."


RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n"


@pytest.mark.parametrize(
    "data",
    [
        b"cnumpy.core.multiarray\n_reconstruct.__globals__\n.",
        b"c__builtin__\neval\n.",
        b"cbuiltins\nexec\n.",
        b"ckeras_drnn.recordings.formats.safe_pickle\nArray\n.",
        program(RECONSTRUCT, b"}S'__code__'\nNsb"),  # BUILD on what may be called
        program(RECONSTRUCT, b"N}S'_function'\nNs\x86b"),  # the same by slots
        program(b"c_codecs\nencode\n(S'a'\nS'zip'\ntR"),
        program(b"c_codecs\nencode\n(S'a'\nS'unicode_escape'\ntR"),
    ],
)
def test_programs_that_no_pickler_writes(write, data):
    pickletools.dis(data, out=io.StringIO())  # it is one
    assert fault(write(data)).kind in ("refused pickle", "not a pickle")


def test_an_array_that_asks_for_all_memory(write):
    array = np.zeros((2, 3, 17, 2), "float32")
    data = pickle.dumps(annotation(0, keypoint=array), 2)
    assert fault(write(data.replace(b"K\x11", b"J\xff\xff\xff\x7f"))).kind == "refused pickle"


@pytest.mark.parametrize(
    "content, kind, says",
    [
        (b"", "empty file", "empty"),
        (b"no pickle", "not a pickle", "whole pickle"),
        (pickle.dumps(annotation(0))[:-40], "not a pickle", "whole pickle"),
        ([1, 2], "structure", "keypoint in annotation 1"),
        ({"annotations": 3}, "structure", "a list of annotations"),
        ([annotation(0), {"raw_file": "kp.pkl"}], "structure", "annotation 2; key points that"),
        ([annotation(0, keypoint=[[1]])], "shape", "received list"),
        ([annotation(0, keypoint=random_joints(6, 17, 2))], "shape", r"received \(6, 17, 2\)"),
        ([annotation(0, keypoint_score=random_joints(6, 17))], "shape", "keypoint_score"),
        ([annotation(0, keypoint_score=random_joints(2, 5, 17))], "shape", r"\(5, 2, 17\)"),
        ([annotation(0, label=[[1]])], "structure", "label of annotation 1.*received list"),
        ([annotation(0, keypoint=random_joints(2, 6, 17, 2) * np.nan)], "no body", "none in 6"),
    ],
)
def test_what_is_wrong_with_annotations(write, content, kind, says):
    path = write(content)
    with pytest.raises(ValueError, match=says):
        read_recordings(path)
    assert fault(path).kind == kind


def test_joints_of_another_layout(write):
    path = write(annotation(0))
    assert fault(path, layout="openpose_18").kind == "layout"
