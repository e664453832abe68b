"""Texts as numbers, axes turned upright, frame rates made one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_drnn.data_sets.tables.axes import upright
from keras_drnn.data_sets.tables.frame_rate import at_rate
from keras_drnn.data_sets.tables.numbering import UNKNOWN, number_texts


def test_whole_numbers_are_in_their_order_and_other_texts_in_the_alphabets():
    assert list(number_texts(["10", "9", "1", "010"])) == ["1", "9", "010", "10"]
    assert list(number_texts(["10", "9", "x"])) == ["10", "9", "x"]
    assert list(number_texts(["²", "10", "9"])) == ["10", "9", "²"]
    assert list(number_texts(["9", "-1"])) == ["-1", "9"]


def test_the_numbers_are_one_for_each_text_and_none_for_an_empty_cell():
    numbers = number_texts(iter(["b", None, "a", "b"]))
    assert numbers == {"a": 1, "b": 2} and UNKNOWN not in numbers.values()
    assert number_texts([None]) == {}


UP = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


@pytest.mark.parametrize("up", [f"{sign}{axis}" for axis in "xyz" for sign in ("", "-")])
def test_up_becomes_y_and_nobody_is_mirrored(up):
    upright_of = upright(up, None, 3)
    turn = upright_of(np.eye(3, dtype="float32")).T
    assert np.linalg.det(turn) == pytest.approx(1) and np.array_equal(turn @ turn.T, np.eye(3))
    upwards = np.array(UP[up[-1]], "float32") * (-1 if up[0] == "-" else 1)
    assert upright_of(upwards).tolist() == [0, 1, 0]
    joints = np.random.default_rng(0).normal(size=(4, 2, 17, 3)).astype("float32")
    turned = upright_of(joints)
    assert turned.dtype == np.float32
    np.testing.assert_array_equal(turned[2, 1, 5], turn @ joints[2, 1, 5])
    np.testing.assert_array_equal(upright_of.back(turned), joints)
    in_metres = upright(up, "centimetres", 3)
    np.testing.assert_allclose(in_metres(joints), turned / 100, rtol=1e-6)
    np.testing.assert_allclose(in_metres.back(in_metres(joints)), joints, rtol=1e-6)


def test_pixels_that_count_downwards_are_flipped_and_not_turned():
    assert upright("-y", "pixels", 2)(np.array([[3.0, 5.0]])).tolist() == [[3, -5]]
    assert upright(None, None, 2)(np.array([[3.0, 5.0]])).tolist() == [[3, 5]]
    for up, upwards in (("x", [1.0, 0.0]), ("-x", [-1.0, 0.0])):
        assert upright(up, None, 2)(np.array(upwards)).tolist() == [0, 1]
    with pytest.raises(ValueError, match="x or y of 2-D joints, received -z"):
        upright("-z", None, 2)


@given(st.integers(1, 60), st.floats(1, 240), st.floats(1, 240))
def test_a_frame_at_another_rate_is_the_last_that_was_there_by_then(frames, rate, wanted):
    found = at_rate(np.arange(frames), rate, wanted)
    # As many seconds as before, within half a frame.
    assert abs(len(found) - frames * wanted / rate) <= 0.5 or len(found) == 1
    early = 1e-3 / rate
    for number, frame in enumerate(found):
        there = [k for k in range(frames) if k / rate <= number / wanted + 1.001 * early]
        assert frame in (there[-1], there[-1] - 1)
        assert frame == there[-1] or there[-1] / rate > number / wanted + 0.999 * early


@given(st.integers(1, 50), st.sampled_from([(30, 15), (15, 30), (50, 20), (29.97, 25), (24, 60)]))
def test_what_comes_later_changes_nothing_before(frames, rates):
    whole, part = np.arange(60) ** 2, np.arange(frames) ** 2
    found = at_rate(part, *rates)
    # The last one may stand for a moment at which a longer recording has a later frame.
    np.testing.assert_array_equal(found[:-1], at_rate(whole, *rates)[: len(found) - 1])


def test_frames_keep_their_shape_and_the_same_rate_changes_nothing():
    values = np.random.default_rng(0).normal(size=(10, 2, 17, 3))
    np.testing.assert_array_equal(at_rate(values, 30, 10), values[[0, 3, 6]])
    assert at_rate(values, 30, 30) is values and len(at_rate(values[:0], 30, 10)) == 0
    # One part in three thousand of a frame per frame must not add up to a frame that is left out.
    np.testing.assert_array_equal(at_rate(np.arange(9000), 0.1 * 3, 0.3), np.arange(9000))
