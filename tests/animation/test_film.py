"""Clips in motion as films: every frame of the clip is there, and shows what the clip does."""

import os
import subprocess
import warnings

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from moving_clips import make_clip, probabilities_of
from PIL import Image

from keras_drnn.animation import write_film
from keras_drnn.animation.colours import ACCENT, BODIES, WRONG
from keras_drnn.animation.painting import Painter
from keras_drnn.animation.scene import make_scene
from keras_drnn.skeletons import KINECT_V2, Clip, JointLayout

FRAMES = 21
SAID = probabilities_of(FRAMES, 2)
ABOUT = {"names": ["wave", "öffnen"], "label": "öffnen", "probabilities": SAID}
DOT = JointLayout("dot", ("hip", "left", "right"), ((0, 1),), 0, 0, 1, 2, 1, 2)


def paint(clip, frames, layout=KINECT_V2, **about):
    painter = Painter(make_scene(clip, layout, **about))
    return [np.asarray(painter.paint(frame)).astype(int) for frame in frames]


def read_mp4(path, size):
    command = [get_ffmpeg_exe(), "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert b"25 fps" in done.stderr
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, *size, 3)


def places(picture, colour):
    """Where a colour is in the part of the picture that people stand in, rows and columns."""
    there = np.array([int(colour[digit : digit + 2], 16) for digit in (1, 3, 5)])
    return np.argwhere(np.abs(picture[48:508, 16:432] - there).max(axis=-1) < 25)


def test_a_film_has_the_frames_of_the_clip(tmp_path):
    clip, seen = make_clip(FRAMES), []
    about = {"delays": (1, 3), "seconds_per_frame": 1 / 25, **ABOUT}
    for name in ("clip.mp4", "clip.GIF"):
        path = tmp_path / name
        write_film(path, clip, KINECT_V2, progress=lambda *done: seen.append(done), **about)
    assert seen == [(done, FRAMES) for done in range(1, FRAMES + 1)] * 2
    painted = paint(clip, range(FRAMES), **about)
    film = read_mp4(tmp_path / "clip.mp4", painted[0].shape[:2])
    with Image.open(tmp_path / "clip.GIF") as gif:
        assert gif.n_frames == len(film) == FRAMES
        for number, (frame, expected) in enumerate(zip(film, painted, strict=True)):
            gif.seek(number)
            assert gif.info["duration"] == 40
            for found in (frame, np.asarray(gif.convert("RGB"))):
                assert np.abs(found - expected).mean() < 3
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_film_beside_threads_of_a_backend_warns_of_nothing(tmp_path):
    def warn():
        warnings.warn("os.fork() was called, as JAX says it", RuntimeWarning, stacklevel=1)

    os.register_at_fork(before=lambda: forked[-1]())
    forked = [warn]
    try:
        write_film(tmp_path / "clip.mp4", make_clip(2), KINECT_V2)
    finally:
        forked.append(lambda: None)  # it can never be taken away again
    assert (tmp_path / "clip.mp4").stat().st_size > 0


def test_thirty_frames_a_second_stay_as_long_in_a_gif(tmp_path):
    write_film(tmp_path / "clip.gif", make_clip(FRAMES, bodies=1), KINECT_V2)
    times = []
    with Image.open(tmp_path / "clip.gif") as gif:
        for number in range(FRAMES):
            gif.seek(number)
            times.append(gif.info["duration"])
    assert sum(times) == 700 and set(times) == {30, 40}


def test_a_joint_is_where_the_clip_has_it_and_the_camera_stands_still():
    joints = np.zeros((3, 1, 3, 3), "float32")
    joints[:, 0, 0] = [[0.0, 0.0, 2.0], [0.5, 0.0, 2.0], [0.5, 1.0, 2.0]]
    joints[:, 0, 1] = joints[:, 0, 0] + [0.2, 0.0, 0.0]  # a bone to the right
    joints[:, 0, 2] = [-1.0, -1.0, 3.0]
    clip = Clip(joints, np.ones((3, 1), bool), 1, 1, 1, "dot")
    found = [
        places(picture, BODIES[0]["left"]).mean(axis=0) for picture in paint(clip, range(3), DOT)
    ]
    scale = (found[1] - found[0])[1] / 0.5  # pixels a metre
    np.testing.assert_allclose(found[1] - found[0], [0, 0.5 * scale], atol=1)
    np.testing.assert_allclose(found[2] - found[1], [-1.0 * scale, 0], atol=1)


def test_both_people_have_colours_of_their_own_while_they_are_there():
    clip, frames = make_clip(), (2, 6, 8)
    assert clip.mask[list(frames)].tolist() == [[True, False], [True, True], [False, False]]
    for frame, picture in zip(frames, paint(clip, frames), strict=True):
        for body in range(2):
            drawn = [len(places(picture, BODIES[body][side])) > 20 for side in ("left", "right")]
            assert drawn == [bool(clip.mask[frame, body])] * 2, (frame, body)


def test_right_and_wrong_answers_differ_in_height_as_well_as_in_colour():
    sure = np.tile([0.1, 0.9], (FRAMES, 1))
    sure[FRAMES // 2 :] = [0.9, 0.1]
    (picture,) = paint(make_clip(FRAMES), [0], **{**ABOUT, "probabilities": sure})
    band = picture[120:160, 600:896]  # what is said now, and so far
    blue = np.array([int(ACCENT[digit : digit + 2], 16) for digit in (1, 3, 5)])
    orange = np.array([int(WRONG[digit : digit + 2], 16) for digit in (1, 3, 5)])
    heights = [
        (np.abs(band - colour).max(axis=-1) < 40).sum(axis=0).max() for colour in (blue, orange)
    ]
    assert heights[0] > 1.5 * heights[1] > 0


def test_what_does_not_fit_is_refused_and_nothing_is_left(tmp_path):
    for name, about, match in [
        ("clip.avi", {}, r"\.gif or \.mp4"),
        ("clip.mp4", {"names": ["a"], "probabilities": np.ones((3, 1))}, r"\(30, 1\)"),
    ]:
        with pytest.raises(ValueError, match=match):
            write_film(tmp_path / name, make_clip(), KINECT_V2, **about)
    assert not list(tmp_path.iterdir())


def test_channels_and_long_recordings_are_painted():
    values = np.random.default_rng(0).normal(size=(1300, 1, 30, 1)).astype("float32")
    clip = Clip(values, np.ones((1300, 1), bool), 1, 1, 1, "wrist")
    painter = Painter(make_scene(clip, None, delays=(1, 3)))
    first, last = painter.paint(0), painter.paint(1299)
    assert first.size == last.size and not any(side % 2 for side in first.size)
    assert np.abs(np.asarray(first).astype(int) - np.asarray(last)).max() > 100
