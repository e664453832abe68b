"""`drnn influence`: what it measures on trained and on fresh models, and errors for people."""

import json

import keras
import numpy as np
import pytest
from recording_tables import rows, write_table
from skeleton_files import person

from keras_drnn.data_sets import find_data_set
from keras_drnn.experiments.influence_clips import recorded_clips
from keras_drnn.experiments.influences import Watched, fresh_weights, measure_influences
from keras_drnn.experiments.models import build_channel_model, build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.influence import half_life, influence_bound, input_influence, share_beyond
from keras_drnn.reporting.examples import Example, save_examples
from keras_drnn.skeletons import KINECT_V1, Clip


def write_clip(folder, name="a02_s01_e01_v03", frames=9):
    content = {"file_name": name, "label": 2, "skeletons": person(frames, joints=20).tolist()}
    (folder / f"{name}.json").write_text(json.dumps(content))


def write_model(folder, cell="drnn", **recipe):
    recipe = Recipe(
        cell, units=4, delays=(1, 2), activation="tanh", frame_units=0, head_units=0, **recipe
    )
    model = build_model(recipe, layout=KINECT_V1, bodies=1, classes=2)
    folder.mkdir(parents=True, exist_ok=True)
    about = {"classes": ["a", "b"], "joints": [], "bodies": 1, "data": "nucla", "frame_rate": 10}
    (folder / "classes.json").write_text(json.dumps(about))
    model.save(folder / "model.keras")
    return model


def test_models_side_by_side(command, tmp_path):
    model = write_model(tmp_path / "drnn")
    write_model(tmp_path / "rnn", cell="rnn", bidirectional=True)
    for name, frames in (("a01_s01_e01_v03", 6), ("a02_s01_e01_v03", 9), ("a03_s01_e01_v03", 9)):
        write_clip(tmp_path, name, frames)
    done = command(
        "influence", "drnn/model.keras", "rnn", "--clips", ".", "--frames", "8",
        "--picture", "seen.png", "--json", "seen.json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.output.strip().endswith("seen.png")
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((tmp_path / "seen.json").read_text())
    # The clip of six frames is passed over.
    assert found["clips"] == ["a02_s01_e01_v03.json", "a03_s01_e01_v03.json"]
    assert (found["frames"], found["frame_rate"], found["data"]) == (8, 10, "nucla")
    drnn, rnn = found["models"]
    assert (drnn["model"], rnn["model"]) == ("drnn", "rnn")
    # After training: the model as it is, in the mean of both clips.
    clips = [person(9, joints=20)[:8, None] for _ in range(2)]
    triangles = np.stack([input_influence(model, clip) for clip in clips])
    np.testing.assert_allclose(
        drnn["after"]["influence"], triangles.mean(axis=0), rtol=1e-3, atol=1e-9
    )
    falls = [[np.diagonal(t, -d).mean() for d in range(8)] for t in triangles]
    halves = sorted(half_life(fall).frames for fall in falls)
    said = drnn["after"]["half_life"]
    finite = [value if np.isfinite(value) else None for value in halves]
    assert [said["low"], said["high"]] == pytest.approx(finite, rel=1e-3)
    if said["median"] is not None:
        assert drnn["after"]["half_life_seconds"]["median"] == pytest.approx(said["median"] / 10)
    np.testing.assert_allclose(
        drnn["after"]["fall"]["mean"], np.mean([f / np.sum(f) for f in falls], 0), rtol=2e-3
    )
    # Of eight frames nothing comes from beyond ten.
    assert drnn["after"]["share_beyond"] == {}
    assert drnn["before"]["influence"] != drnn["after"]["influence"]
    assert drnn["after"]["share_ahead"]["median"] == 0 < rnn["after"]["share_ahead"]["median"]
    # What the layer carries, within its bound.
    carried = drnn["after"]["carried"]
    assert np.shape(carried["measured"]) == np.shape(carried["bound"]) == (2, 8)
    assert 0 < carried["largest_share_of_bound"] <= 1.00001
    layer = next(each for each in model.layers if isinstance(each, keras.layers.RNN))
    bound = influence_bound(layer, 8)[:, ::-1]
    np.testing.assert_allclose(carried["bound"], bound, rtol=1e-3)
    assert rnn["after"]["carried"] is None  # both ways
    groups = drnn["before"]["groups"]
    assert [(each["group"], each["delay"], each["units"]) for each in groups] == [
        (1, 1, 2),
        (2, 2, 2),
    ]


def test_shares_from_far_away(tmp_path):
    """A plain linear recurrence forgets as its kernel says; clips where nobody is are skipped."""
    from keras_drnn.experiments.influence_summary import summary

    model = build_channel_model(
        Recipe("rnn", units=3, activation="linear", frame_units=0, head_units=0, dropout=0.0),
        mean=np.zeros(2), variance=np.ones(2), classes=2,
    )  # fmt: skip
    layer = next(each for each in model.layers if isinstance(each, keras.layers.RNN))
    kernel, _, bias = layer.get_weights()
    layer.set_weights([kernel, 0.5 ** (1 / 5) * np.eye(3, dtype="float32"), bias])
    model.save(tmp_path / "model.keras")
    frames = np.random.default_rng(0).normal(size=(40, 1, 2, 1)).astype("float32")
    seen = np.ones(40, bool)
    clip = Watched("wrist", frames, seen)
    found = measure_influences(tmp_path / "model.keras", [clip], seed=0)["after"]
    said = summary([found, found], frame_rate=None)
    assert said["half_life"]["median"] == pytest.approx(5, rel=0.01)
    assert said["half_life_seconds"] is None
    fall = 0.5 ** (np.arange(40) / 5)
    expected = share_beyond(fall, [10, 30])
    shares = [said["share_beyond"][key]["median"] for key in ("10", "30")]
    np.testing.assert_allclose(shares, expected, rtol=0.01)
    assert said["groups"][0]["half_life"]["median"] == pytest.approx(5, rel=1e-4)


def test_clips_that_the_run_has_kept_the_longest_first(command, tmp_path):
    write_model(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(json.dumps({"model": "drnn", "seed": 3}))
    kept = []
    for name, frames in (("short", 4), ("long", 7), ("middle", 6)):
        joints = person(frames, joints=20)[:, None].astype("float32")
        clip = Clip(joints, np.ones((frames, 1), bool), 0, 0, 0, name)
        kept.append(Example(clip, np.zeros((frames, 2), "float32"), 0, 0))
    save_examples(tmp_path / "run" / "examples.npz", kept, KINECT_V1)
    done = command("influence", "run", "--count", "2", "--json", "seen.json")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "seen.json").read_text())
    assert (found["clips"], found["frames"]) == (["long", "middle"], 6)
    assert [(each["model"], each["seeds"]) for each in found["models"]] == [("drnn", [3])]
    assert np.shape(found["models"][0]["before"]["influence"]) == (6, 6)
    assert (tmp_path / "influence.png").exists()


def test_a_table_of_recordings(tmp_path):
    says = 'layout = "coco_17"\nup = "-z"\nunits = "millimetres"\nfps = 50\n'
    table = write_table(tmp_path, rows("ab"), description=says)
    (tmp_path / "run").mkdir()
    about = {"classes": ["a"], "joints": [], "bodies": 1, "data": "mine"}
    about["reading"] = find_data_set(str(table)).reading
    (tmp_path / "run" / "classes.json").write_text(json.dumps(about))
    found = list(recorded_clips(table, tmp_path / "run" / "model.keras"))
    assert len(found) == len(rows("ab")) - 1
    recorded = np.load(tmp_path / "a0.npy") / 1000
    (first,) = [clip for clip in found if clip.name.endswith("a0")]
    np.testing.assert_allclose(first.frames[:, 0, :, 1], -recorded[..., 2], rtol=1e-5)
    assert first.seen.all()
    # A recording that is a table of numbers is no such table.
    del about["reading"]
    (tmp_path / "run" / "classes.json").write_text(json.dumps(about | {"data": "nucla"}))
    with pytest.raises(ValueError, match="was not trained on a table"):
        list(recorded_clips(table, tmp_path / "run" / "model.keras"))


def test_before_training_all_is_newly_drawn_but_what_standardises():
    standard = keras.layers.Normalization()
    standard.adapt(np.array([[1.0], [3.0]]))
    model = keras.Sequential([keras.Input((4, 1)), standard, keras.layers.SimpleRNN(3)])
    one, other, again = (fresh_weights(model, seed) for seed in (0, 1, 0))
    for first, second, repeated, trained in zip(
        one, other, again, model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(first, repeated)
        if first.shape in [(1, 3), (3, 3)]:
            assert not np.array_equal(first, second) and not np.array_equal(first, trained)
        else:
            np.testing.assert_array_equal(first, trained)


def test_a_fault_is_told_in_words(command, tmp_path):
    write_model(tmp_path / "run")
    write_clip(tmp_path)
    write_clip(tmp_path, "short", frames=1)
    keras.Sequential([keras.Input((5, 1, 20, 3)), keras.layers.Flatten()]).save("flat.keras")
    frames, width = keras.Input((5, 1, 20, 3)), keras.layers.Reshape((5, 60))
    keras.Model(frames, keras.layers.SimpleRNN(2)(width(frames))).save("five.keras")
    keras.Sequential([keras.Input((5, 3)), keras.layers.SimpleRNN(2)]).save("plain.keras")
    (tmp_path / "empty.json").touch()
    (tmp_path / "nothing").mkdir()
    gone = json.loads((tmp_path / "a02_s01_e01_v03.json").read_text())
    gone["skeletons"][3][2][1] = float("nan")
    (tmp_path / "gaps.json").write_text(json.dumps(gone))
    clip = "a02_s01_e01_v03.json"
    for arguments, message in [
        (["nowhere.keras"], "Expected a .keras file"),
        ([clip], "Expected a .keras file"),
        (["nothing"], "folder of a comparison"),
        (["run"], "by --clips"),
        (["run", "--clips", "empty.json"], "empty.json"),
        (["run", "--clips", "gaps.json"], "gaps.json"),
        (["run", "--clips", "nothing"], "nothing"),
        (["run", "--clips", "short.json"], "of two frames or more"),
        (["run", "--clips", clip, "--frames", "50"], "50 frames or more"),
        (["flat.keras", "--clips", clip, "--frames", "5"], "recurrent layer"),
        (["five.keras", "--clips", clip], "Expected 5 frames"),
        (["plain.keras", "--clips", clip], "model of joints or channels"),
        (["run", "--clips", clip, "--picture", "seen.gif"], ".png, .svg, .pdf"),
    ]:
        done = command("influence", *arguments)
        assert done.exit_code != 0 and isinstance(done.exception, ValueError), arguments
        assert message in str(done.exception), (arguments, str(done.exception))
    assert not list(tmp_path.glob("*.png"))
    done = command("influence", "five.keras", "--clips", clip, "--frames", "5")
    assert done.exit_code == 0, done.output


def test_a_model_that_cannot_be_measured_leaves_the_others(command, tmp_path):
    model = write_model(tmp_path / "run")
    write_clip(tmp_path)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    model.save("dead.keras")
    keras.Sequential([keras.Input((5, 3)), keras.layers.SimpleRNN(2)]).save("plain.keras")
    whole = (tmp_path / "run" / "model.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "torn.keras").write_bytes(whole[:300] + bytes(400) + whole[700:])
    (tmp_path / "empty.keras").touch()
    bad = ["dead.keras", "plain.keras", "cut.keras", "torn.keras", "empty.keras"]
    shown = ("--clips", "a02_s01_e01_v03.json", "--frames", "5", "--json", "seen.json")
    done = command("influence", *bad[:2], "run", *bad[2:], *shown)
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "seen.json").read_text())
    assert [each["model"] for each in found["models"]] == ["run"]
    assert found["frame_rate"] == 10
    assert [each["path"] for each in found["left_out"]] == bad
    assert [(each["model"], each["seed"]) for each in found["left_out"][:2]] == [
        ("dead", 0),
        ("plain", 0),
    ]
    assert (tmp_path / "influence.png").exists()
    reasons = ["gradients are 0", "model of joints or channels", *["that Keras can read"] * 3]
    for name, words in zip(bad, reasons, strict=True):
        (line,) = [each for each in done.stderr.splitlines() if f"Left out: {name}" in each]
        assert words in line
    # With none that can be measured there is nothing to show.
    done = command("influence", *bad, *shown)
    assert isinstance(done.exception, ValueError) and "gradients are 0" in str(done.exception)
