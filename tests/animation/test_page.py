"""Clips in motion as HTML: the numbers in it are the clip's, and a browser shows them."""

import json
import re
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from browser import ask_page, browser
from moving_clips import NOBODY, make_clip, probabilities_of

from keras_drnn import update_steps
from keras_drnn.animation import animation_html, animation_script, write_film
from keras_drnn.skeletons import COCO_17, KINECT_V2, Clip

DELAYS = (1, 3, 9)
NAMES = ["wave", "</script><b>öffnen", 'sit "down" & up']


def data_of(html):
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    return json.loads(text)


def shares(text):
    return np.frombuffer(b64decode(text), "<u2") / 65535


def positions(data):
    shape = (data["frames"], data["bodies"], data["joints"], data["axes"])
    numbers = np.frombuffer(b64decode(data["positions"]), "<i2").reshape(shape)
    places = np.array(data["middle"]) + data["step"] * numbers.astype(float)
    return np.where(numbers == -32768, np.nan, places)


@pytest.mark.parametrize(("layout", "axes"), [(KINECT_V2, 3), (COCO_17, 2)])
def test_the_joints_are_those_of_the_clip(layout, axes):
    clip = make_clip(layout=layout, axes=axes)
    clip.joints[:, 0, 4] = 0  # a joint that the file knows nothing of
    clip.joints[2, 0, 5, 1] = np.nan
    data = data_of(animation_html(clip, layout))
    found = positions(data)
    unknown = ~clip.joints.any(axis=-1)
    unknown[2, 0, 5] = True
    assert np.isnan(found[unknown]).all()
    np.testing.assert_allclose(found[~unknown], clip.joints[~unknown], atol=data["step"] / 2 + 1e-6)
    assert data["step"] < 1e-3 * np.ptp(clip.joints[~unknown])
    assert [tuple(bone[:2]) for bone in data["bones"]] == list(layout.bones)
    for near, far, side in data["bones"]:
        first, last = (layout.joint_names[joint].split()[0] for joint in (near, far))
        across = {first, last} == {"left", "right"}
        assert side == ("middle" if across or last not in ("left", "right") else last)
    assert data["nobody"] == [[7, 10], [20, 21]]


def test_a_hip_at_the_origin_is_a_joint_like_others():
    clip = make_clip(bodies=1)
    clip.joints[:, :, KINECT_V2.hip] = 0
    found = positions(data_of(animation_html(clip, KINECT_V2)))
    assert np.isnan(found[:, 0, KINECT_V2.hip]).any(axis=-1).tolist() == [
        frame in NOBODY for frame in range(30)
    ]


def test_a_body_that_is_never_there_is_left_out():
    clip = make_clip()
    clip.joints[:, 1], clip.mask[:, 1] = 0, False
    html = animation_html(clip, KINECT_V2)
    assert data_of(html)["bodies"] == 1 and "person 2" not in html


def test_a_clip_without_anybody_and_one_of_a_single_frame(tmp_path):
    nobody = make_clip()
    nobody.joints[:], nobody.mask[:] = 0, False
    about = {"names": NAMES, "probabilities": probabilities_of(30, 3), "delays": DELAYS}
    data = data_of(animation_html(nobody, KINECT_V2, **about))
    assert data["nobody"] == [[0, 30]] and data["bodies"] == 0 and data["updates"] == []
    assert data["now"]["runs"] == [[0, -1]]
    about["probabilities"] = about["probabilities"][:1]
    for clip in (
        make_clip(1, bodies=1),
        replace(nobody, joints=nobody.joints[:1], mask=nobody.mask[:1]),
    ):
        assert data_of(animation_html(clip, KINECT_V2, **about))["frames"] == 1
        write_film(tmp_path / "clip.gif", clip, KINECT_V2, **about)


def test_a_joint_that_jumps_far_away_does_not_shrink_the_others():
    clip = make_clip()
    near = np.array(data_of(animation_html(clip, KINECT_V2))["half"])
    clip.joints[3, 0, 7] = [90.0, -40.0, 500.0]
    far = np.array(data_of(animation_html(clip, KINECT_V2))["half"])
    assert (far < 2.1 * near).all()


def test_what_the_model_says_now_and_of_all_frames_until_then():
    clip = make_clip()
    given = probabilities_of(30, 3)
    data = data_of(
        animation_html(clip, KINECT_V2, names=NAMES, label=NAMES[1], probabilities=given)
    )
    seen = clip.mask.any(axis=1)
    assert data["names"] == NAMES and data["label"] == 1 and data["shown"] == [0, 1, 2]
    tracks = np.stack([shares(text) for text in data["tracks"]], axis=1)
    np.testing.assert_allclose(tracks[seen], given[seen], atol=1e-5)
    expected_now, expected_so_far = [], []
    for frame in range(30):
        until = given[: frame + 1][seen[: frame + 1]]
        mean = np.exp(np.log(until).mean(axis=0))
        expected_now.append(given[frame] if seen[frame] else None)
        expected_so_far.append(mean / mean.sum() if seen[frame] else None)
    for kind, expected in (("now", expected_now), ("soFar", expected_so_far)):
        begins, classes = zip(*data[kind]["runs"], strict=True)
        spread = np.repeat(classes, np.diff([*begins, 30]))
        assert spread.tolist() == [-1 if each is None else each.argmax() for each in expected]
        probabilities = [0.0 if each is None else each.max() for each in expected]
        np.testing.assert_allclose(shares(data[kind]["shares"]), probabilities, atol=1e-5)


def test_of_many_classes_the_true_one_and_the_likeliest_are_shown():
    clip = make_clip()
    given = np.full((30, 60), 1e-4)
    for rank, number in enumerate([40, 3, 59, 17, 8, 22, 31, 5]):
        given[:, number] = 0.5 / (rank + 1)
    names = [f"class {number}" for number in range(60)]
    html = animation_html(clip, KINECT_V2, names=names, label="class 50", probabilities=given)
    assert data_of(html)["shown"] == [50, 40, 3, 59, 17, 8, 22, 31]
    assert "8 likeliest of 60" in html


@pytest.mark.parametrize("first_step", [0, 1])
def test_groups_update_as_the_layer_does_which_skips_frames_without_anybody(first_step):
    clip = make_clip()
    data = data_of(animation_html(clip, KINECT_V2, delays=DELAYS, first_step=first_step))
    seen = np.flatnonzero(clip.mask.any(axis=1))
    expected = [seen[steps].tolist() for steps in update_steps(DELAYS, len(seen), first_step)]
    assert data["updates"] == expected


def test_names_do_not_break_out_of_the_page():
    clip = make_clip(name="</title><script>alert(1)</script>")
    html = animation_html(
        clip, KINECT_V2, names=NAMES, label=NAMES[1], probabilities=probabilities_of(30, 3)
    )
    assert "<b>" not in html and "alert(1)</script>" not in html
    assert html.count("</script>") == 2  # the data and the player


def test_channels_are_shown_from_their_least_to_their_largest():
    values = np.random.default_rng(0).normal(size=(12, 1, 3, 1)) * [[[1.0], [10.0], [100.0]]]
    clip = Clip(values.astype("float32"), np.ones((12, 1), bool), 1, 1, 1, "wrist")
    about = {"names": ["up", "down"], "probabilities": probabilities_of(12, 2)}
    html = animation_html(clip, None, **about)
    tracks = np.stack([shares(text) for text in data_of(html)["tracks"]], axis=1)
    low, high = values.min(axis=0), values.max(axis=0)
    expected = ((values - low) / (high - low))[:, 0, :, 0]
    both = np.hstack([expected, about["probabilities"]])
    np.testing.assert_allclose(tracks, both, atol=2e-5)
    assert "channel 3" in html and 'class="person"' not in html


def test_what_does_not_fit_is_refused_in_words():
    clip, given = make_clip(), probabilities_of(30, 3)

    def refused(match, layout=KINECT_V2, **arguments):
        with pytest.raises(ValueError, match=match):
            animation_html(clip, layout, **arguments)

    refused("17 joints of coco_17", layout=COCO_17)
    refused(r"\(30, 3\)", names=NAMES, probabilities=given[:-1])
    refused("3 names", names=NAMES, probabilities=given[:, :2])
    refused("softmax", names=NAMES, probabilities=np.log(given))
    refused("strictly increasing", delays=(3, 1))
    refused("`label`", label=2)
    refused("seconds_per_frame=0", seconds_per_frame=0)
    with pytest.raises(ValueError, match="of none"):
        animation_html(Clip(clip.joints[:0], clip.mask[:0], 1, 1, 1, "empty"), KINECT_V2)
    with pytest.raises(ValueError, match="`clip` must be a Clip"):
        animation_html(clip.joints, KINECT_V2)


QUESTION = """
const [figure, other] = document.querySelectorAll(".drnn-animation");
const find = (selector) => figure.querySelector(selector);
const texts = (selector) =>
  [...figure.querySelectorAll(selector)].map((each) => each.textContent.trim());
const go = (frame) => {
  find(".position").value = frame;
  find(".position").dispatchEvent(new Event("input"));
};
const shown = () => ({
  values: texts(".share .value"),
  now: texts(".verdict .now dd span"),
  soFar: texts(".verdict .so-far dd span"),
  due: texts(".updates .value").reverse().map((text) => text !== ""),
  absent: !find(".absent").hidden,
  dots: [...figure.querySelectorAll(".dots")].map(
    (path) => (path.getAttribute("d").match(/M/g) ?? []).length,
  ),
  box: find(".person").getAttribute("viewBox"),
});
const frames = [];
for (let frame = 0; frame < 30; frame += 1) {
  go(frame);
  frames.push(shown());
}
const bones = find(".left.body-0").getAttribute("d");
find(".turn").value = 90;
find(".turn").dispatchEvent(new Event("input"));
const turned = find(".person").getAttribute("viewBox");
go(29);
find(".speed").value = "4";
find(".play").click();
const said = find(".play").textContent;
await new Promise((done) => setTimeout(done, 2000));
return {
  frames,
  bones: bones !== find(".left.body-0").getAttribute("d"),
  turned,
  said: [said, find(".play").textContent],
  played: Number(find(".position").value),
  labels: texts(".share .label"),
  classes: figure.querySelectorAll("b").length,
  other: other.querySelector(".position").value,
};
"""


@browser
def test_a_browser_shows_every_frame_and_plays(tmp_path):
    clip, given = make_clip(), probabilities_of(30, 3)
    about = {"names": NAMES, "label": NAMES[1], "probabilities": given, "delays": DELAYS}
    parts = [
        animation_html(clip, KINECT_V2, standalone=False, **about),
        animation_html(make_clip(layout=COCO_17, axes=2), COCO_17, standalone=False),
    ]
    page = animation_html(clip, KINECT_V2, **about)
    whole = page.replace(parts[0], "".join(parts))
    assert animation_script() in whole and whole.count("<figure") == 2
    found = ask_page(tmp_path / "page.html", whole, QUESTION)
    data = data_of(page)
    assert found["labels"] == ["wave", "✓ " + NAMES[1], NAMES[2]]
    for number, frame in enumerate(found["frames"]):
        seen = clip.mask[number].any()
        assert frame["absent"] == (not seen)
        assert frame["dots"] == [25 * int(there) for there in clip.mask[number]]
        assert frame["due"] == [number in moments for moments in data["updates"]]
        assert frame["box"] == found["frames"][0]["box"]  # the camera stands still
        if not seen:
            assert frame["now"] == ["–", "", ""] and frame["values"] == [""] * 3
            continue
        best = given[number].argmax()
        mark = "✓ right" if best == 1 else "✗ wrong"
        assert frame["now"] == [NAMES[best], f"{100 * given[number, best]:.0f}\u00a0%", mark]
        assert frame["values"] == [f"{100 * share:.0f}\u00a0%" for share in given[number]]
    logs = np.log(given[clip.mask.any(axis=1)]).mean(axis=0)
    assert found["frames"][-1]["soFar"][0] == NAMES[logs.argmax()]
    assert found["bones"] and found["turned"] != found["frames"][0]["box"]
    assert found["said"] == ["Pause", "Play"] and found["played"] == 29
    assert found["classes"] == 0 and found["other"] == "0"
