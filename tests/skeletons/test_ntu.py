"""The NTU reader: who is kept, where they are in time, and what every fault says."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skeleton_files import (
    FIRST_ID,
    SECOND_ID,
    alone,
    furniture,
    ntu_name,
    person,
    skeleton_lines,
    skeleton_text,
)

from keras_drnn.skeletons import Clip, SkeletonFileError, ntu_careful, ntu_fast
from keras_drnn.skeletons.ntu import READER, read_skeleton


@pytest.fixture
def write(tmp_path):
    def write(text, name="S017C002P008R001A059.skeleton"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def parse(text):
    """What the reader makes of bytes, without a file."""
    data = text if isinstance(text, bytes) else text.encode()
    return READER.clip(data, Path(ntu_name() + ".skeleton"))


def fault(text):
    with pytest.raises(SkeletonFileError) as caught:
        parse(text)
    return caught.value


# What is read


def test_one_person_exactly_as_written(write):
    joints = person(20)
    clip = read_skeleton(write(skeleton_text(alone(joints))))
    np.testing.assert_array_equal(clip.joints[:, 0], joints)
    assert clip.joints.shape == (20, 1, 25, 3) and clip.joints.dtype == np.float32
    assert clip.mask.dtype == bool and clip.mask.all()
    assert (clip.subject, clip.camera, clip.action) == (8, 2, 59)
    assert clip.name == "S017C002P008R001A059"


@pytest.mark.parametrize("end", ["\n", "\r\n", " \r\n"])
def test_line_ends_do_not_matter(end):
    joints = person(3)
    np.testing.assert_array_equal(parse(skeleton_text(alone(joints), end)).joints[:, 0], joints)


def test_blank_lines_at_the_end_and_wider_gaps_do_not_matter():
    joints = person(3)
    text = skeleton_text(alone(joints)).replace(" ", " \t ") + "\r\n \n"
    np.testing.assert_array_equal(parse(text).joints[:, 0], joints)


@pytest.mark.parametrize("left", [b"\x1a", b"\0", b"\r\n\x1a\0\0"])
def test_what_editors_leave_around_the_text_does_not_matter(left):
    joints = person(3)
    text = skeleton_text(alone(joints)).encode()
    np.testing.assert_array_equal(parse(b"\xef\xbb\xbf" + text + left).joints[:, 0], joints)
    with pytest.raises(SkeletonFileError, match="plain text, received the byte"):
        parse(text.replace(b"\n", left + b"\n", 1))


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \t\n"])
def test_blank_lines_between_do_not_matter(blank):
    joints = person(3)
    lines = [line + "\n" + blank for line in skeleton_lines(alone(joints))]
    np.testing.assert_array_equal(parse(blank + "".join(lines)).joints[:, 0], joints)


def test_exponents_and_many_digits_are_read():
    joints = person(2).astype("float64")
    joints[0, 0] = [1e-7, 0.12345678901234567, -2.5e-3]
    lines = skeleton_lines(alone(joints))
    lines[4] = " ".join(["1e-7 0.12345678901234567 -2.5E-03", *lines[4].split()[3:]])
    got = parse("\n".join(lines)).joints[0, 0, 0]
    np.testing.assert_array_equal(got, joints[0, 0].astype("float32"))


def test_bodies_are_followed_by_identity_not_by_slot():
    # The identities differ in their last digit only: in float64 they are the same number.
    assert float(FIRST_ID) == float(SECOND_ID)
    calm, lively = person(16, seed=1, movement=0.02), person(16, seed=2, movement=0.2)
    frames = []
    for t in range(16):
        bodies = [(FIRST_ID, calm[t]), (SECOND_ID, lively[t])]
        frames.append(bodies[::-1] if t % 3 else bodies)
    clip = parse(skeleton_text(frames))
    np.testing.assert_array_equal(clip.joints[:, 0], lively)
    np.testing.assert_array_equal(clip.joints[:, 1], calm)
    assert clip.mask.all()


def test_somebody_leaves_and_comes_back_and_somebody_else_enters():
    first, second = person(30, seed=1, movement=0.2), person(30, seed=2, movement=0.1)
    first_seen = [t < 10 or t >= 20 for t in range(30)]
    second_seen = [8 <= t < 25 for t in range(30)]
    frames = [
        [(FIRST_ID, first[t])][: first_seen[t]] + [(SECOND_ID, second[t])][: second_seen[t]]
        for t in range(30)
    ]
    clip = parse(skeleton_text(frames))
    np.testing.assert_array_equal(clip.mask[:, 0], first_seen)
    np.testing.assert_array_equal(clip.mask[:, 1], second_seen)
    np.testing.assert_array_equal(clip.joints[:, 0], first * clip.mask[:, 0, None, None])
    np.testing.assert_array_equal(clip.joints[:, 1], second * clip.mask[:, 1, None, None])


def test_frames_without_a_body_stay_in_time():
    joints = person(20)
    frames = alone(joints)
    for t in (0, 7, 8, 19):
        frames[t] = []
    clip = parse(skeleton_text(frames))
    assert np.flatnonzero(~clip.mask[:, 0]).tolist() == [0, 7, 8, 19]
    assert not clip.joints[[0, 7, 8, 19]].any()
    np.testing.assert_array_equal(clip.joints[9:19, 0], joints[9:19])


def test_furniture_is_left_out_though_it_moves_most():
    lively, table, calm = person(20, seed=1, movement=0.2), furniture(20), person(20, seed=3)
    frames = [[("1", table[t]), ("2", calm[t]), ("3", lively[t])] for t in range(20)]
    clip = parse(skeleton_text(frames))
    np.testing.assert_array_equal(clip.joints[:, 0], lively)
    np.testing.assert_array_equal(clip.joints[:, 1], calm)


def test_of_three_people_the_two_who_move_most():
    people = [person(20, seed=s, movement=m) for s, m in ((1, 0.05), (2, 0.01), (3, 0.3))]
    frames = [[(str(i), people[i][t]) for i in range(3)] for t in range(20)]
    clip = parse(skeleton_text(frames))
    np.testing.assert_array_equal(clip.joints[:, 0], people[2])
    np.testing.assert_array_equal(clip.joints[:, 1], people[0])


def test_a_body_at_zero_is_a_body_that_was_not_seen():
    joints = person(20)
    joints[5] = 0
    frames = [[(FIRST_ID, joints[t]), (SECOND_ID, np.zeros((25, 3)))] for t in range(20)]
    clip = parse(skeleton_text(frames))
    assert clip.joints.shape[1] == 1
    assert np.flatnonzero(~clip.mask[:, 0]).tolist() == [5]


def test_other_columns_may_be_nan_and_infinite():
    # The sensor has no place in the image for a joint outside of it.
    joints = person(2)
    text = skeleton_text(alone(joints))
    for infinite, undefined in (("-Infinity", "NaN"), ("1.#INF", "-1.#IND00"), ("inf", "1.#QNAN")):
        changed = text.replace("1036.233", infinite).replace("277.419", undefined)
        np.testing.assert_array_equal(parse(changed).joints[:, 0], joints)


# Faults

GOOD = skeleton_lines([[(FIRST_ID, j), (SECOND_ID, j + 1)] for j in person(2)] + [[]])
BODY, COUNT, JOINT = 3, 4, 5  # lines of the first body, counted from 1


def with_line(number, line):
    return "\n".join([*GOOD[: number - 1], line, *GOOD[number:]])


def joint_with(column, token):
    tokens = GOOD[JOINT - 1].split()
    tokens[column] = token
    return with_line(JOINT, " ".join(tokens))


def test_the_good_file_is_good():
    assert parse("\n".join(GOOD)).mask.tolist() == [[True, True], [True, True], [False, False]]


@pytest.mark.parametrize(
    "text, line, kind, says",
    [
        ("", 1, "empty file", "empty"),
        (" \r\n\n", 1, "empty file", "empty"),
        ("0\n", 1, "no frames", "at least 1 frame"),
        ("-3\n", 1, "negative count", "'-3'"),
        ("1.0\n0\n", 1, "not a number", "whole number"),
        ("three\n", 1, "not a number", "'three'"),
        ("1 1\n0\n", 1, "column count", "received 2"),
        ("9" * 5000 + "\n0\n", 1, "implausible count", "number of frames"),
        ("99999\n0\n", 3, "truncated", "frame 2 of 99999"),
        ("2\n0\n0\n", None, "no body", "at least 1 of the 2 frames"),
        (with_line(2, "-1"), 2, "negative count", "'-1'"),
        (with_line(2, ""), 3, "column count", "received 10"),
        (with_line(2, "3"), 57, "column count", "10 numbers in the line, received 1"),
        (with_line(2, "1"), 30, "column count", "number of bodies of frame 2"),
        (
            with_line(BODY, GOOD[BODY - 1].replace(FIRST_ID, "7.2e16")),
            BODY,
            "not a number",
            "bodyID",
        ),
        (with_line(BODY, GOOD[BODY - 1].replace(FIRST_ID, "-7")), BODY, "not a number", "bodyID"),
        (with_line(BODY, GOOD[BODY - 1] + " 1"), BODY, "column count", "received 11"),
        (with_line(BODY + 27, GOOD[BODY - 1]), BODY + 27, "repeated body", FIRST_ID),
        (with_line(COUNT, "24"), COUNT, "joint count", "expected 25 joints, received 24"),
        (with_line(COUNT, "20"), COUNT, "joint count", "received 20"),
        (with_line(COUNT, "-25"), COUNT, "negative count", "'-25'"),
        (joint_with(0, "abc"), JOINT, "not a number", "'abc'"),
        (joint_with(1, "1.2.3"), JOINT, "not a number", "y of joint 1 of 25"),
        (joint_with(2, "nan"), JOINT, "not finite", "z of joint 1"),
        (joint_with(2, "-inf"), JOINT, "not finite", "'-inf'"),
        (joint_with(2, "-1.#IND"), JOINT, "not a number", "'-1.#IND'"),
        (joint_with(0, "1e39"), JOINT, "not finite", "x of joint 1"),
        (joint_with(0, "1e999"), JOINT, "not finite", "x of joint 1"),
        (joint_with(0, "1_0"), JOINT, "not a number", "'1_0'"),
        (joint_with(7, "left"), JOINT, "not a number", "'left'"),
        (joint_with(11, "2 2"), JOINT, "column count", "received 13"),
        (joint_with(11, ""), JOINT, "column count", "received 11"),
        (
            with_line(JOINT, "\n" + joint_with(2, "nan").split("\n")[4]),
            6,
            "not finite",
            "z of joint",
        ),
        (joint_with(5, "\x00"), JOINT, "not text", "0x00"),
        ("\n".join([*GOOD, "0"]), len(GOOD) + 1, "trailing data", "after its 3 frames"),
        ("\n".join([*GOOD, "", "end"]), len(GOOD) + 2, "trailing data", "after its 3 frames"),
        (b"\x89PNG\r\n\x1a\n" * 9, 1, "not text", "0x89"),
        ("2\n0\n0\n".encode("utf-16"), 1, "not text", "plain text"),
    ],
)
def test_each_fault_and_its_line(text, line, kind, says):
    error = fault(text)
    assert (error.line, error.kind) == (line, kind)
    assert says in error.reason
    assert error.path.name == ntu_name() + ".skeleton"


def test_a_joint_split_over_two_lines_and_one_in_excess_do_not_cancel_out():
    # 11 numbers in one line and 13 in the next are as many as there should be.
    first, second = GOOD[JOINT - 1].split(), GOOD[JOINT].split()
    lines = list(GOOD)
    lines[JOINT - 1 : JOINT + 1] = [" ".join(first[:-1]), " ".join([first[-1], *second])]
    assert (fault("\n".join(lines)).line, fault("\n".join(lines)).kind) == (JOINT, "column count")


def test_truncation_at_every_line():
    for kept in range(len(GOOD)):
        error = fault("".join(line + "\r\n" for line in GOOD[:kept]))
        assert error.line == kept + 1
        assert error.kind == ("truncated" if kept else "empty file")


def test_truncation_at_every_byte():
    text = "\n".join(skeleton_lines([[], *alone(person(1)), []]))
    for kept in range(len(text)):
        error = fault(text[:kept])
        # The line that is cut, or the one that is missing after it.
        last = text[:kept].count("\n") + 1
        assert error.line in (last, last + 1)


def test_the_message_names_file_line_and_expectation(write):
    path = write(with_line(COUNT, "24"))
    with pytest.raises(ValueError) as caught:
        read_skeleton(path)
    assert str(caught.value) == f"{path}, line 4: expected 25 joints, received 24"


@pytest.mark.parametrize(
    "name",
    [
        "S017C002P008R001A059.txt",
        "S017C002P008R001A59.skeleton",
        "S017C002P008R001A059 (1).skeleton",
        "S017C002P008R001A059.skeleton.skeleton",
        "S017C002P008R001A०५९.skeleton",
        "clip.skeleton",
    ],
)
def test_a_file_name_that_is_not_the_pattern(write, name):
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        pytest.skip("no file can have this name in this locale")
    with pytest.raises(SkeletonFileError, match="SsssCcccPpppRrrrAaaa.skeleton") as caught:
        read_skeleton(write("\n".join(GOOD), name))
    assert (caught.value.line, caught.value.kind) == (None, "file name")


@pytest.mark.parametrize("name", ["s017c002p008r001a059.skeleton", "S017C002P008R001A059.SKELETON"])
def test_capitals_in_the_file_name_do_not_matter(write, name):
    clip = read_skeleton(write("\n".join(GOOD), name))
    assert (clip.subject, clip.camera, clip.action, clip.name) == (8, 2, 59, name[:20])


def test_the_joints_alone_need_no_name(write):
    joints = READER.read_joints(write("\n".join(GOOD), "clip 3.txt"))
    np.testing.assert_array_equal(joints, parse("\n".join(GOOD)).joints)


def test_what_cannot_be_read(tmp_path):
    folder, link, pipe = (tmp_path / f"{ntu_name(action=a)}.skeleton" for a in (1, 2, 3))
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    os.mkfifo(pipe)
    for path in (folder, link, pipe, tmp_path / f"{ntu_name(action=4)}.skeleton"):
        with pytest.raises(SkeletonFileError) as caught:
            read_skeleton(path)
        assert (caught.value.path, caught.value.line) == (path, None)
        assert caught.value.kind == "unreadable"


# Anything at all

SMALL = "\n".join(skeleton_lines([[(FIRST_ID, person(1)[0])], []])).encode()
PIECES = st.sampled_from(
    [b"", b" ", b"\n", b"\r\n", b"-", b".", b"e", b"0", b"9", b"25", b"nan", b"\0", b"1 2", b"\xff"]
)


@st.composite
def damaged(draw):
    data = SMALL
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.sampled_from([0, 0, 1, 2, 40]))
        data = data[:at] + draw(PIECES | st.binary(max_size=3)) + data[at + gone :]
    return data


@given(damaged() | st.binary(max_size=60))
@settings(max_examples=400)
def test_any_bytes_give_a_clip_or_a_fault(data):
    try:
        clip = parse(data)
    except SkeletonFileError as error:
        assert error.line is None or 1 <= error.line <= data.count(b"\n") + 2
    else:
        assert isinstance(clip, Clip)
        assert np.isfinite(clip.joints).all() and clip.mask.any()
        assert not clip.joints[~clip.mask].any()


@given(damaged())
@settings(max_examples=400)
def test_what_the_fast_parser_accepts_the_careful_one_reads_alike(data):
    fast = ntu_fast.parse(data)
    if fast is not None:
        careful = ntu_careful.parse(data, Path("any"))
        assert fast.joints.tobytes() == careful.joints.tobytes()
        assert fast.identity == careful.identity
        assert (fast.frames, fast.frame.tolist()) == (careful.frames, careful.frame.tolist())


def test_good_files_take_the_fast_parser():
    # Nothing else would notice if every file went through the slow one.
    for end in ("\n", "\r\n", " \r\n"):
        assert ntu_fast.parse(skeleton_text(alone(person(3)), end).encode()) is not None
