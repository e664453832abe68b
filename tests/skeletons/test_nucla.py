"""The N-UCLA reader: what it reads, and what every fault says."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skeleton_files import NUCLA_LABELS, nucla_content, person, write_nucla

from keras_drnn.skeletons import Clip, SkeletonFileError
from keras_drnn.skeletons.nucla import READER, read_clip

NAME = "a08_s03_e01_v02"


def parse(text, name=NAME):
    data = text if isinstance(text, bytes) else text.encode()
    return READER.clip(data, Path(name + ".json"))


def fault(text, name=NAME):
    with pytest.raises(SkeletonFileError) as caught:
        parse(text, name)
    return caught.value


def content(**changes):
    return nucla_content(NAME, person(3, joints=20)) | changes


def with_joint(value):
    good = content()
    good["skeletons"][1][4] = value
    return json.dumps(good)


def with_number(value):
    return with_joint([0.5, value, 3.0])


def test_one_clip_exactly_as_written(tmp_path):
    joints = person(7, joints=20)
    clip = read_clip(write_nucla(tmp_path, NAME, joints))
    np.testing.assert_array_equal(clip.joints, joints[:, None])
    assert clip.joints.dtype == np.float32 and clip.mask.shape == (7, 1) and clip.mask.all()
    assert (clip.subject, clip.camera, clip.action, clip.name) == (3, 2, 8, NAME)


def test_a_frame_of_zeros_is_one_without_a_body():
    joints = person(4, joints=20)
    joints[2] = 0
    clip = parse(json.dumps(nucla_content(NAME, joints)))
    assert clip.mask[:, 0].tolist() == [True, True, False, True]


def test_integers_are_numbers():
    assert parse(with_number(2)).joints[1, 0, 4, 1] == 2


def test_every_action_has_its_label():
    for action, label in NUCLA_LABELS.items():
        name = f"a{action:02}_s01_e00_v01"
        good = nucla_content(name, person(2, joints=20))
        assert parse(json.dumps(good), name).action == action
        assert fault(json.dumps(good | {"label": label % 10 + 1}), name).kind == "contradiction"


@pytest.mark.parametrize(
    "text, line, kind, says",
    [
        ("", 1, "empty file", "empty"),
        ("\n ", 1, "empty file", "empty"),
        ("[1, 2]", 1, "structure", "a JSON object"),
        ('{"label": 7}', 1, "structure", "file_name, label, skeletons"),
        ('{"label": 7,\n"a": x}', 2, "not JSON", "column 6"),
        (json.dumps(content()) + "{}", 1, "trailing data", "after its JSON object"),
        (json.dumps(content())[:-30], 1, "truncated", "middle"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", None, "not JSON", "expected JSON"),
        ("[" * 100_000, None, "not JSON", "recursion"),
        (json.dumps(content(label=8)), None, "contradiction", "label 7"),
        (json.dumps(content(label="7")), None, "contradiction", "label 7"),
        (json.dumps(content(file_name="a08_s03_e01_v03")), None, "contradiction", "file_name"),
        (json.dumps(content(skeletons=[])), None, "no frames", "received 0"),
        (json.dumps(content(skeletons={})), None, "structure", "list of frames"),
        (json.dumps(content(skeletons=5)), None, "structure", "list of frames"),
        (json.dumps(content(skeletons=[5])), None, "structure", "frame 1 of 1"),
        (json.dumps(content(skeletons=["x" * 20])), None, "structure", "frame 1 of 1"),
        (json.dumps(content(skeletons=[[]])), None, "joint count", "received 0"),
        (json.dumps(content(skeletons=[[[1, 2, 3]] * 25])), None, "joint count", "received 25"),
        (
            json.dumps(content(skeletons=[[[1, 2, 3]] * 19, [[1, 2, 3]] * 21])),
            None,
            "joint count",
            "frame 1 of 2, received 19",
        ),
        (json.dumps(content(skeletons=np.zeros((2, 20, 3)).tolist())), None, "no body", "0 0 0"),
        (with_joint([1.0, 2.0]), None, "structure", "joint 5 of frame 2 of 3"),
        (with_joint([1.0, 2.0, 3.0, 4.0]), None, "structure", "joint 5 of frame 2 of 3"),
        (with_joint("123"), None, "structure", "joint 5 of frame 2 of 3"),
        (with_joint(None), None, "structure", "joint 5 of frame 2 of 3"),
        (with_number("0.5"), None, "not a number", "y of joint 5 of frame 2"),
        (with_number(None), None, "not a number", "None"),
        (with_number(True), None, "not a number", "True"),
        (with_number([1]), None, "not a number", "y of joint 5"),
        (with_number(float("nan")), None, "not finite", "y of joint 5 of frame 2"),
        (with_number(float("-inf")), None, "not finite", "-inf"),
        (with_number(1e39), None, "not finite", "1e+39"),
        (with_number(10**400), None, "not finite", "y of joint 5"),
    ],
)
def test_each_fault(text, line, kind, says):
    error = fault(text)
    assert (error.line, error.kind) == (line, kind)
    assert says in error.reason
    assert NAME + ".json" in str(error)


@pytest.mark.parametrize(
    "name", ["a08_s03_e01_v2", "a08_s03_e01_v02_copy", "a08_ſ03_e01_v02", "S001C001P001R001A001"]
)
def test_a_file_name_that_is_not_the_pattern(name):
    error = fault(json.dumps(content()), name)
    assert (error.kind, error.line) == ("file name", None)
    assert "aAA_sSS_eEE_vVV.json" in error.reason


@pytest.mark.parametrize("name", [NAME.upper() + ".JSON", NAME + ".Json", NAME.title() + ".json"])
def test_capitals_in_the_file_name_do_not_matter(tmp_path, name):
    write_nucla(tmp_path, NAME, person(2, joints=20)).rename(tmp_path / name)
    clip = read_clip(tmp_path / name)
    assert (clip.subject, clip.camera, clip.action, clip.joints.shape[0]) == (3, 2, 8, 2)


def test_what_editors_leave_around_the_text_does_not_matter():
    text = json.dumps(content()).encode()
    expected = parse(text).joints
    for touched in (b"\xef\xbb\xbf" + text, text + b"\r\n\x1a", text + b"\0\0\n"):
        np.testing.assert_array_equal(parse(touched).joints, expected)


def test_the_joints_alone_need_neither_name_nor_label(tmp_path):
    joints = person(4, joints=20)
    path = tmp_path / "my recording.json"
    path.write_text(json.dumps({"skeletons": joints.tolist()}))
    np.testing.assert_allclose(READER.read_joints(path)[:, 0], joints, rtol=1e-6)
    path.write_text(json.dumps(content(label=1, file_name="another")))
    assert READER.read_joints(path).shape == (3, 1, 20, 3)
    path.write_text('{"label": 7}')
    with pytest.raises(SkeletonFileError, match="the keys skeletons"):
        READER.read_joints(path)


def test_an_action_that_is_not_in_the_data():
    assert "received 07" in fault(json.dumps(content()), "a07_s03_e01_v02").reason


def test_truncation_at_every_byte():
    text = json.dumps(nucla_content(NAME, np.round(person(1, joints=20), 2)), indent=0)
    assert parse(text).joints.shape[0] == 1
    for kept in range(1, len(text)):
        error = fault(text[:kept])
        # In an editor the fault is in the line that is cut, or at the end of the line before it.
        assert error.line is not None
        assert abs(error.line - 1 - text[:kept].count("\n")) <= 1
        assert error.kind == "truncated"


SMALL = json.dumps(nucla_content(NAME, np.round(person(1, joints=20), 2))).encode()
PIECES = st.sampled_from([b"", b"[", b"]", b",", b"-", b"1", b'"', b"NaN", b"null", b"\0", b"\xff"])


@given(st.data())
@settings(max_examples=300)
def test_any_bytes_give_a_clip_or_a_fault(data):
    text = SMALL
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.sampled_from([0, 0, 1, 2, 40]))
        text = text[:at] + data.draw(PIECES) + text[at + gone :]
    try:
        clip = parse(text)
    except SkeletonFileError:
        return
    assert isinstance(clip, Clip)
    assert np.isfinite(clip.joints).all() and clip.mask.any()
