"""Recipes at other frame rates: what is counted in frames lasts as long as before."""

from dataclasses import replace

import numpy as np
import pytest
from arrays import call, numpy

from keras_drnn.data_sets import BEST, for_streams, nucla
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.data_sets.tables.starting_recipe import starting_recipe
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.skeletons import COCO_17

STREAM = for_streams(BEST)
COUNTED = ("lag", "memory", "frames", "longest_pause", "shortest")


def counted(recipe):
    return tuple(getattr(recipe, name) for name in COUNTED)


@pytest.mark.parametrize(
    "rate, expected",
    [
        (15, (2, 10, 100, 10, 2)),
        (25, (3, 17, 167, 17, 4)),
        (30, (4, 20, 200, 20, 5)),
        (60, (8, 40, 400, 40, 10)),
        (1, (1, 1, 7, 1, 1)),  # nothing is less than a frame
    ],
)
def test_frames_become_as_many_as_last_as_long(rate, expected):
    recipe = STREAM.at_rate(rate)
    assert counted(recipe) == expected and recipe.frame_rate == rate
    # A recipe for a rate already is not made one again, and nothing else changes.
    assert recipe.at_rate(rate) is recipe
    kept = {name: getattr(STREAM, name) for name in (*COUNTED, "jump", "frame_rate")}
    assert replace(recipe, **kept) == STREAM
    assert BEST.at_rate(rate).memory is None


@pytest.mark.parametrize("rate", [0, -30, float("nan"), float("inf")])
def test_a_rate_is_above_nothing(rate):
    with pytest.raises(ValueError, match="above 0. Received: frame_rate="):
        STREAM.at_rate(rate)


def test_streams_of_a_recipe_at_another_rate_are_as_long():
    assert for_streams(BEST.at_rate(60)) == STREAM.at_rate(60)
    # 128 frames at least and 256 at most, at 30 a second.
    for frames, expected in ((10, 64), (1000, 128)):
        assert for_streams(replace(BEST, frames=frames, frame_rate=15.0)).frames == expected


def test_a_jump_is_what_nobody_goes_from_frame_to_frame_and_never_the_noise():
    jumps = {rate: STREAM.at_rate(rate).jump for rate in (10, 15, 30, 60, 120, 1e6)}
    assert jumps[30] == 0.3 and all(jump >= 0.15 for jump in jumps.values())
    speeds = [(jump - 0.15) * rate for rate, jump in jumps.items()]
    np.testing.assert_allclose(speeds, 4.5, rtol=1e-4)  # metres a second
    assert STREAM.at_rate(10).at_rate(30).jump == pytest.approx(0.3)


def features(rate, *walks, scaled=True):
    """What a model of the recipe for a rate makes of walks of one length."""
    recipe = replace(STREAM.at_rate(rate) if scaled else STREAM, units=2, delays=(1,))
    layer = build_model(recipe, layout=COCO_17, bodies=1, classes=2).get_layer("frame")
    return numpy(call(layer, np.stack(walks).astype("float32")[:, :, None]))


def walk(rate, seconds=4.0, speed=1.2, noise=0.0):
    """Somebody who walks along an arc, arms and legs swinging once a second."""
    time = np.arange(round(seconds * rate))[:, None] / rate
    pose = np.random.default_rng(0).normal(size=(17, 3), scale=0.3)
    swing = np.random.default_rng(1).normal(size=(17, 3), scale=0.1)
    angle = 0.5 * time[:, 0]
    turned = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=1)
    way = speed / 0.5 * np.stack([np.sin(angle), 0 * angle, 1 - np.cos(angle)], axis=1)
    shoulders = np.zeros((len(time), 17, 3))
    shoulders[:, COCO_17.right_shoulder] = 0.4 * turned
    jitter = np.random.default_rng(2).uniform(-noise, noise, size=(len(time), 1, 3))
    swinging = np.sin(2 * np.pi * time)[..., None] * swing
    return way[:, None] + pose + swinging + shoulders + jitter + [0, 0, 3]


def test_the_same_walk_at_another_rate_has_the_same_features_if_the_recipe_follows():
    at_15, at_30, at_60 = (features(rate, walk(rate))[0] for rate in (15, 30, 60))
    late = slice(15, None)  # at the start each has seen another number of frames
    for found in (at_15, at_60[::4]):
        np.testing.assert_allclose(found[late], at_30[::2][late], atol=0.08)
    for rate, every in ((15, 1), (60, 4)):
        unscaled = features(rate, walk(rate), scaled=False)[0, ::every]
        off = np.abs(unscaled - at_30[::2])[late]
        assert off.max() > 0.6 and np.median(off.max(axis=1)) > 0.5


@pytest.mark.parametrize("rate, speed, noise", [(10, 4.5, 0.0), (120, 1.2, 0.05)])
def test_who_runs_before_a_slow_camera_or_trembles_before_a_quick_one_has_not_jumped(
    rate, speed, noise
):
    alone = walk(rate, speed=speed, noise=noise)
    two = alone.copy()
    two[rate:] += [0.0, 0.0, 3.0]  # another person, farther away
    ways = np.linalg.norm(features(rate, alone, two)[..., -3:], axis=-1)
    assert [np.flatnonzero(way == 0).tolist() for way in ways] == [[0], [0, rate]]


def test_every_preset_but_the_thesis_follows_the_rate_of_the_data():
    slow, unknown = (replace(nucla.DATA_SET, frame_rate=rate) for rate in (15.0, None))
    best = recipe_for("drnn", preset="best", data=slow)
    assert (best.lag, best.frames, best.frame_rate) == (2, 20, 15)
    assert best.delays == BEST.delays
    stream = recipe_for("drnn", preset="stream", data=slow, frames=33)
    assert counted(stream) == (2, 10, 33, 10, 2)  # what is asked for is what it is
    thesis = [recipe_for("drnn", preset="thesis", data=each) for each in (slow, nucla.DATA_SET)]
    assert thesis[0] == thesis[1]
    assert recipe_for("drnn", preset="best", data=unknown) == BEST
    # What a data set brings for its own rate is left as it is.
    own = replace(slow, recipe=replace(BEST, frame_rate=15.0))
    assert recipe_for("drnn", preset="best", data=own).lag == BEST.lag


def test_a_table_starts_with_delays_for_its_frames_and_features_for_its_rate():
    reading = Reading((1, 17, 3), COCO_17, "seconds", units="metres")
    known, unknown = (starting_recipe(reading, 1000, rate) for rate in (60.0, None))
    assert (known.lag, known.frames, known.frame_rate) == (8, 256, 60)
    assert (unknown.lag, unknown.frames, unknown.frame_rate) == (4, 128, 30)
    short = [starting_recipe(reading, 40, rate) for rate in (60.0, None)]
    assert short[0].delays == short[1].delays and [each.frames for each in short] == [40, 40]
