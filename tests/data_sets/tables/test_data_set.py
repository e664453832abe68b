"""The data set that a table is: what is taken from its recordings, and what is said of that."""

import json

import numpy as np
import pytest
from recording_files import standing
from recording_tables import rows, write_table
from typer.testing import CliRunner

from keras_drnn.cli.data import app
from keras_drnn.data_sets import find_data_set
from keras_drnn.data_sets.tables import is_table, table_data_set
from keras_drnn.delays import split_units
from keras_drnn.experiments.data import open_data
from keras_drnn.skeletons.layouts import COCO_17, OPENPOSE_18


def how(data_set):
    assert data_set.reading is not None
    return data_set.reading


def opened(table, tmp_path, **arguments):
    return open_data(str(table), root=None, cache=tmp_path / "cache", **arguments)


def test_metres_with_y_up_are_taken_as_they_are_and_need_no_word(tmp_path):
    data_set = table_data_set(write_table(tmp_path, rows("ab")), layout="coco_17")
    assert (data_set.shape, data_set.layout) == ((1, 17, 3), COCO_17)
    reading = how(data_set)
    assert (reading["up"], reading["units"], reading["fps"]) == ("y", "metres", None)
    assert data_set.notices == () and data_set.frame_rate is None
    assert data_set.recipe.align and not data_set.recipe.torso
    assert not data_set.recipe.augmentation.relative
    # Or classes that differ in left and right alone could not be learned.
    assert data_set.recipe.augmentation.mirror == 0


def test_a_guess_is_said_and_followed(tmp_path):
    table = write_table(tmp_path, rows("ab"), scale=1000)
    for file in tmp_path.glob("*.npy"):
        x, y, z = np.moveaxis(np.load(file), -1, 0)
        np.save(file, np.stack([x, -z, y], axis=-1))
    data_set = table_data_set(table, layout="coco_17")
    assert data_set.notices == (
        "The axis that points up is taken to be z, as the joints look",
        "The units are taken to be millimetres, as the joints look",
    )
    clips = data_set.open(None, tmp_path / "cache")
    np.testing.assert_allclose(clips[0].joints[:, 0], standing(COCO_17, frames=12), atol=1e-5)


def test_what_the_description_says_counts_and_a_guess_against_it_is_told(tmp_path):
    says = 'layout = "coco_17"\nup = "-y"\nunits = "centimetres"\nconfidence = 0.4\nfps = 25\n'
    data_set = table_data_set(write_table(tmp_path, rows("ab"), description=says))
    reading = how(data_set)
    assert (reading["up"], reading["units"], reading["confidence"]) == ("-y", "centimetres", 0.4)
    assert data_set.frame_rate == 25
    up, units = data_set.notices
    assert up.startswith("In the first recording up is said to be -y, and the joints look like y (")
    assert "the units are said to be centimetres, and the joints look like metres (" in units


def test_two_axes_are_scaled_by_the_torso_and_not_turned(tmp_path):
    table = write_table(tmp_path, rows("ab"), axes=2, scale=200)
    data_set = table_data_set(table, layout="coco_17")
    assert data_set.shape == (1, 17, 2) and how(data_set)["units"] == "pixels"
    recipe = data_set.recipe
    assert recipe.torso and not recipe.align and recipe.augmentation.relative
    assert "The units are taken to be pixels, as the joints look" in data_set.notices
    assert any("not turned to face the camera" in notice for notice in data_set.notices)
    says = 'layout = "coco_17"\nup = "z"\n'
    with pytest.raises(ValueError, match="clips.toml to be x or y, .* Received: up = 'z'"):
        table_data_set(write_table(tmp_path, rows("ab"), axes=2, description=says))


def test_joints_of_unknown_layout_are_asked_about(tmp_path):
    table = write_table(tmp_path, rows("ab"))
    with pytest.raises(ValueError) as caught:
        table_data_set(table)
    assert str(table) in str(caught.value) or "a0.npy" in str(caught.value)
    assert "layout" in str(caught.value)


def test_one_recording_of_another_sort_stops_nothing(tmp_path):
    """The first one: it is looked at to guess axes and units."""
    table = write_table(tmp_path, rows("abcd"))
    keypoints = [{"pose_keypoints_2d": [50.0 + n for n in range(18 * 3)]}]
    for file in tmp_path.glob("*.npy"):
        joints = np.concatenate([np.load(file), np.ones((12, 17, 1))], axis=-1)
        file.unlink()
        frames = [[{"x": x, "y": y, "z": z, "visibility": v} for x, y, z, v in f] for f in joints]
        frames = [(f + f)[:33] for f in frames]
        file.with_suffix(".json").write_text(json.dumps(frames))
    table.write_text(table.read_text().replace(".npy", ".json"))
    odd = tmp_path / "odd"
    odd.mkdir()
    for frame in range(3):
        (odd / f"v_{frame}_keypoints.json").write_text(json.dumps({"people": keypoints}))
    table.write_text(table.read_text().replace("a0.json", "odd"))
    data_set = table_data_set(table)
    assert data_set.layout is not None and data_set.layout.name == "mediapipe_33"
    clips = data_set.open(None, tmp_path / "cache")
    assert len(clips) == 7
    (fault,) = clips.faults
    assert fault.name == "clips.csv, line 2: odd" and str(len(OPENPOSE_18)) in fault.reason


def test_different_frame_rates_are_told_until_they_are_one(tmp_path):
    lines = [f"{line},{fps}" for line, fps in zip(rows("ab"), ["fps", 30, 15, 15, 15], strict=True)]
    table = write_table(tmp_path, lines)
    data_set = table_data_set(table, layout="coco_17")
    (notice,) = data_set.notices
    assert notice == "The recordings have different frame rates, 15, 30; --fps makes them one"
    assert data_set.frame_rate == 15
    at_15 = table_data_set(table, layout="coco_17", fps=15)
    assert at_15.notices == () and at_15.frame_rate == 15
    assert at_15.open(None, tmp_path / "cache").index.frames.tolist() == [6, 12, 12, 12]
    for fps in (0, -5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="`fps` must be .* above 0"):
            table_data_set(table, layout="coco_17", fps=fps)


def test_channels_are_no_skeletons(tmp_path):
    table = write_table(tmp_path, rows("abc"))
    for number, file in enumerate(sorted(tmp_path.glob("*.npy"))):
        np.save(file, np.full((50, 6), number + 1.0))
    data = opened(table, tmp_path)
    assert data.shape == (1, 6, 1) and data.layout is None
    assert data.joint_names == tuple(f"channel {n}" for n in range(1, 7))
    recipe = data.data_set.recipe
    assert not (recipe.align or recipe.motion or recipe.torso)
    assert recipe.frames == 56 and len(split_units(recipe.units, len(recipe.delays))) > 1
    (tmp_path / "clips.toml").write_text('table = "clips.csv"\nfps = 30\n')
    slow = table_data_set(tmp_path / "clips.toml", fps=15)
    assert slow.recipe.frames == 32 and slow.recipe.frame_rate == 15
    # By hand, from frame 1: into group 1, two steps to frame 3, into group 2, two to frame 9, into
    # group 3, two to frame 27, which it holds to the end: nine.
    assert slow.recipe.delays == (1, 3, 9) and "more than 9 steps" in slow.recipe_reason
    assert "1, 3, 9 frames (0.067, 0.2, 0.6 s at 15 frames per second)" in slow.recipe_reason
    assert "Half of the clips have 25 frames or more" in slow.recipe_reason
    assert "1, 3, 9 frames. " in data.data_set.recipe_reason  # nobody says how many a second
    assert data.clips[3].joints.shape == (50, 1, 6, 1) and (data.clips[3].joints == 4).all()


def test_nobody_named_is_told_where_it_matters(tmp_path):
    header, sides = "file,label,split,fps", ["train", "train", "test", "val"]
    lines = [f"{n}{label}.npy,{label},{side},30" for n, side in enumerate(sides) for label in "xy"]
    table = write_table(tmp_path, [header, *lines])
    data = opened(table, tmp_path, layout="coco_17")
    assert data.warnings == ()
    assert [len(p) for p in (data.split.train, data.split.validation, data.split.test)] == [4, 2, 2]
    assert data.clips.index.part[data.split.validation].tolist() == [2, 2]
    table = write_table(tmp_path, [header, *lines[:6]])
    data = opened(table, tmp_path, layout="coco_17")
    (warning,) = data.warnings
    assert warning.startswith("No row names a subject")
    assert [len(p) for p in (data.split.train, data.split.validation, data.split.test)] == [2, 2, 2]
    assert sorted(data.split.labels[data.split.validation]) == [0, 1]


def test_a_rate_that_nobody_says_is_told_where_movement_is_measured(tmp_path):
    (warning,) = opened(write_table(tmp_path, rows("abc")), tmp_path, layout="coco_17").warnings
    assert "measured as at 30. Of a table, `fps` says it" in warning
    said = write_table(tmp_path, rows("abc"), description="fps = 60\n")
    data = opened(said, tmp_path, layout="coco_17")
    assert data.warnings == () and data.data_set.recipe.lag == 8


def test_a_row_without_a_side_is_counted_and_named(tmp_path):
    lines = [*rows("abc"), "d.npy,sit,"]
    data = opened(write_table(tmp_path, lines), tmp_path, layout="coco_17")
    (named,) = data.not_used
    assert named.startswith("000008 d: subject") and "on no side of the protocol" in named
    assert "does not use 1 of the 7 clips: 1 of subject (not said), on no" in data.warnings[0]
    header, *lines = lines
    sides = ["train", "train", "test", "test", "train", "", ""]
    lines = [f"{line},{side}" for line, side in zip(lines, sides, strict=True)]
    data = opened(write_table(tmp_path, [f"{header},split", *lines]), tmp_path, layout="coco_17")
    assert "2 of part (not said), on no side" in data.warnings[0]


def test_what_cannot_be_split_is_told_by_the_names_in_the_table(tmp_path):
    more = ["x.npy,jump,bo", "y.npy,run,bo"]
    table = write_table(tmp_path, [*rows(["zoe", "bo", "al", "cy"]), *more])
    untold = "There is no test clip of jump, run: the accuracies say nothing of them"
    with pytest.raises(ValueError, match="found none of 'jump', 'run' beside .*subjects 'bo', who"):
        opened(table, tmp_path, layout="coco_17", split="subject")
    alone = "side of without-bo .subject 'al', 'cy', 'zoe'.*none of action 'jump', 'run', of which"
    with pytest.raises(ValueError, match=alone):
        opened(table, tmp_path, layout="coco_17", split="loso", protocol="without-bo")
    lines = [f"{line},{'test' if 'zoe' in line else 'train'}" for line in rows(["zoe", "bo", "al"])]
    lines = ["file,label,subject,split", *lines[1:], "x.npy,jump,bo,train", "y.npy,run,al,train"]
    lines += ["xx.npy,jump,al,train", "yy.npy,run,bo,train"]
    data = opened(write_table(tmp_path, lines), tmp_path, layout="coco_17")
    assert untold in data.warnings
    # Of folds another one tests them.
    table = write_table(
        tmp_path, ["file,label,subject", *(x.rpartition(",")[0] for x in lines[1:])]
    )
    data = opened(table, tmp_path, layout="coco_17", split="loso", protocol="without-zoe")
    assert "jump" in data.split.class_names and untold not in data.warnings


def test_a_length_of_the_clips_looked_at_first_is_said_to_be_theirs(tmp_path):
    """Of more clips than are looked at, half may be shorter."""
    table = write_table(tmp_path, rows([f"s{n}" for n in range(20)]))
    reason = table_data_set(table, layout="coco_17").recipe_reason
    assert "Half of the 16 clips looked at first have 12 frames or more" in reason
    table = write_table(tmp_path, rows("abcdefgh"))
    assert "Half of the clips have" in table_data_set(table, layout="coco_17").recipe_reason


@pytest.mark.parametrize(
    "file, name",
    [
        ("my clips.csv", "my-clips"),
        (".hidden.csv", "hidden"),
        ("--help.TSV", "help"),
        ("клипы.csv", "table"),
        ("übung-1.csv", "ubung-1"),
        ("_.csv", "table"),
        ("a.b.csv", "a-b"),
    ],
)
def test_any_file_name_makes_a_name(tmp_path, file, name):
    table = write_table(tmp_path, rows("ab")).rename(tmp_path / file)
    assert is_table(str(table)) and table_data_set(table, layout="coco_17").name == name


def test_what_is_for_folders_or_for_tables_alone_is_refused(tmp_path):
    table = write_table(tmp_path, rows("ab"))
    data_set = table_data_set(table, layout="coco_17")
    for given in ({"root": tmp_path}, {"root": None, "missing_list": tmp_path / "missing.txt"}):
        with pytest.raises(ValueError, match="clips.csv names its files itself"):
            data_set.open(cache=tmp_path / "cache", **given)
    with pytest.raises(ValueError, match="layout and fps for a table .* data='demo'"):
        find_data_set("demo", layout="coco_17", fps=30)
    with pytest.raises(ValueError, match="split for a table"):
        open_data("ntu", root=tmp_path, cache=tmp_path / "cache", split="loso")
    with pytest.raises(ValueError, match=r"or a table of recordings \(.csv"):
        find_data_set("clips.txt")


def test_a_table_without_a_row_says_why(tmp_path):
    table = tmp_path / "clips.csv"
    table.write_text("file,label\ngone.npy,sit\n")
    with pytest.raises(ValueError, match="(?s)at least one row that can be used.*line 2.*gone.npy"):
        table_data_set(table)


def test_the_command_describes_a_table_with_every_row_that_is_not_used(tmp_path):
    lines = [*rows("abc"), "gone.npy,sit,a", "short.npy,sit,c", "d.npy,sit,"]
    table = write_table(tmp_path, lines)
    (tmp_path / "gone.npy").unlink()
    np.save(tmp_path / "short.npy", np.load(tmp_path / "a0.npy")[:, :16])
    arguments = ["info", "--data", table, "--layout", "coco_17", "--split", "loso"]
    arguments += ["--out", tmp_path / "runs", "--json", tmp_path / "found.json"]
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    assert "7 clips read, 2 rows left out as faulty" in done.output
    found = json.loads((tmp_path / "found.json").read_text())
    assert (found["name"], found["protocol"], found["root"]) == ("clips", "without-a", str(table))
    assert found["clips"] == {"train": 2, "validation": 2, "test": 2}
    assert found["classes"] == ["sit", "stand"] and found["split_error"] is None
    assert found["ignored"] == 0 and found["frames"]["most"] == 12
    named = "\n".join(found["left_out"])
    assert len(found["left_out"]) == 3
    for words in ("line 8: expected", "line 9: short.npy: expected 17 joints", "000010 d: subject"):
        assert words in named


def test_a_second_person_in_a_clip_costs_no_clip_and_is_counted_in_words(tmp_path):
    lines = rows([f"s{number}" for number in range(10, 20)])
    table = write_table(tmp_path, lines)
    names = [line.split(",")[0] for line in lines[1:]]
    # Of 20 recordings 16 are looked at; these two are not among them.
    for name in (names[4], names[9]):
        joints = np.load(tmp_path / name)
        np.save(tmp_path / name, np.stack([np.zeros_like(joints), joints], axis=1))
    data = opened(table, tmp_path, layout="coco_17")
    assert data.shape == (1, 17, 3) and len(data.clips) == 20 and data.clips.faults == ()
    assert all(clip.mask.all() for clip in data.clips)
    (warning,) = (text for text in data.warnings if "bodies" in text)
    assert warning.endswith(
        "2 rows: of 2 bodies the one that is in the most frames is kept: "
        f"clips.csv, line 6: {names[4]}, clips.csv, line 11: {names[9]}"
    )
    again = opened(table, tmp_path, layout="coco_17")
    assert again.warnings == data.warnings


def test_the_command_calls_people_and_places_by_their_names(tmp_path):
    named = zip(rows(["zoé", "ann", "9"]), ["camera", *"LRLRLR"], strict=True)
    lines = [f"{line},{camera}" for line, camera in named]
    lines.append("x.npy,sit,,L")
    table = write_table(tmp_path, lines)
    arguments = ["info", "--data", table, "--layout", "coco_17", "--split", "subject"]
    arguments += ["--out", tmp_path / "runs", "--json", tmp_path / "found.json"]
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["subjects"] == {"9": 2, "ann": 2, "zoé": 2}
    assert found["actions"] == {"sit": 4, "stand": 3} and found["setups"] == {}
    assert found["cameras"] == {"L": 4, "R": 3} and found["validation_subjects"] == ["zoé"]
    said = " ".join(done.output.split())
    assert "actions sit, stand; cameras L, R; subjects 9, ann, zoé frames" in said
    assert "held out for validation: 1 subject, zoé" in said


def test_a_fault_in_parquet_is_said_to_be_in_a_row(tmp_path):
    import pyarrow
    from pyarrow import parquet

    lines = [line.split(",") for line in rows("abc")]
    write_table(tmp_path, rows("abc"))
    columns = {name: [row[n] for row in lines[1:]] for n, name in enumerate(lines[0])}
    columns["file"][4] = "gone.npy"
    np.save(tmp_path / columns["file"][1], np.ones((5, 9)))
    parquet.write_table(pyarrow.table(columns), tmp_path / "clips.parquet")
    data_set = table_data_set(tmp_path / "clips.parquet", layout="coco_17")
    faults = data_set.open(None, tmp_path / "cache").faults
    assert [str(fault).partition(": ")[0] for fault in faults] == [
        "clips.parquet, row 5",
        "clips.parquet, row 2",
    ]


@pytest.mark.parametrize("order", ["joint", "axis"])
def test_an_order_that_the_numbers_contradict_is_told_and_followed(tmp_path, order):
    write_table(tmp_path, rows("ab"))
    for file in tmp_path.glob("*.npy"):
        joints = standing(COCO_17)
        by_axis = joints.swapaxes(1, 2)
        np.save(file, (joints if order == "joint" else by_axis).reshape(len(joints), -1))
    told = {}
    for said in ("joint", "axis"):
        text = f'table = "clips.csv"\nlayout = "coco_17"\nunits = "metres"\norder = "{said}"\n'
        (tmp_path / "clips.toml").write_text(text + 'up = "y"\n')
        data_set = table_data_set(tmp_path / "clips.toml")
        told[said] = [notice for notice in data_set.notices if "order" in notice]
        assert how(data_set)["order"] == said
    other = "axis" if order == "joint" else "joint"
    assert (
        not told[order]
        and f'as if order was "{order}"; they are read as "{other}"' in told[other][0]
    )


def test_one_class_alone_is_told(tmp_path):
    table = write_table(tmp_path, rows("ab", ("wave",)))
    (notice,) = table_data_set(table, layout="coco_17").notices
    assert notice.startswith("There is one class alone, wave:")
