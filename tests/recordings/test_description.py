"""The description beside a table: every key, and every wrong one told by its name."""

from pathlib import Path

import pytest

from keras_drnn.recordings.description import ArrayFiles, Description, read_description
from keras_drnn.recordings.layout_description import LayoutDescription
from keras_drnn.recordings.split_rule import SplitRule, parse_split


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "clips.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_description(path)

    return read


EVERYTHING = """
table = "lists/clips.csv"
root = "."
fps = 30
times = "Frames"
split = "kfold:5"
background = true
units = "mm"
up = "-Y"
confidence = 0.3
columns = ["Y", "x", "score"]
order = "axis"

[layout]
joints = ["neck", "left hip", "right hip", "l shoulder", "r shoulder"]
bones = [["neck", "left hip"], ["neck", "right hip"], ["l shoulder", "neck"]]
shoulder_centre = "neck"
left_hip = "left hip"
right_hip = "right hip"
mirror = [["l shoulder", "r shoulder"]]
"""


def test_every_key(read, tmp_path):
    expected = Description(
        path=tmp_path / "clips.toml",
        table=tmp_path / "lists/clips.csv",
        root=tmp_path,
        layout=LayoutDescription(
            ("neck", "left hip", "right hip", "l shoulder", "r shoulder"),
            (("neck", "left hip"), ("neck", "right hip"), ("l shoulder", "neck")),
            hip=("left hip", "right hip"),
            shoulder_centre=("neck",),
            left_hip="left hip",
            right_hip="right hip",
            mirror=(("l shoulder", "r shoulder"),),
        ),
        fps=30.0,
        times="frames",
        split=SplitRule("kfold", 5),
        background="background",
        units="millimetres",
        up="-y",
        confidence=0.3,
        columns="yxc",
        order="axis",
    )
    assert read(EVERYTHING) == expected
    assert read("\ufeff" + EVERYTHING.replace("\n", "\r\n")) == expected


def test_what_is_not_said_is_none(read, tmp_path):
    assert read('table = "t.csv"') == Description(tmp_path / "clips.toml", tmp_path / "t.csv")
    found = read('table = "t.csv"\nlayout = "coco"\nbackground = "nothing"\nup = "+z"\nfps = 0.5')
    assert (found.layout, found.background, found.up, found.fps) == ("coco", "nothing", "z", 0.5)
    assert read('table = "t.csv"\nbackground = false').background is None
    assert read('table = "t.csv"\ncolumns = "xyzc"').columns == "xyzc"
    assert read('table = "t.csv"\n[layout]\njoints = ["a"]').layout == LayoutDescription(("a",))


def test_arrays_in_place_of_a_table(read, tmp_path):
    for name in ("X.npy", "y.npy", "who.npy"):
        (tmp_path / name).write_bytes(b"numbers")
    found = read('x = "X.npy"\ny = "y.npy"\ngroups = "who.npy"')
    files = ArrayFiles(tmp_path / "X.npy", tmp_path / "y.npy", subject=tmp_path / "who.npy")
    assert found.arrays == files and found.table is None
    assert read('x = "X.npy"\ny = "y.npy"\nsubject = "who.npy"').arrays == files
    (tmp_path / "sides.npy").write_bytes(b"numbers")
    found = read('x = "X.npy"\ny = "y.npy"\nsplit = "sides.npy"')
    assert (found.arrays.split, found.split) == (tmp_path / "sides.npy", None)
    assert read('x = "X.npy"\ny = "y.npy"\nsplit = "camera"').split == SplitRule("camera")
    # Beside a table it is no rule.
    with pytest.raises(ValueError, match="split: `split` must be split, subject"):
        read('table = "t.csv"\nsplit = "sides.npy"')


TABLE = 'table = "t.csv"\n'
LAYOUT = TABLE + '[layout]\njoints = ["hip", "knee", "foot"]\n'


@pytest.mark.parametrize(
    "text, message",
    [
        (TABLE + "fsp = 30", "key fsp: there is no such key. Did you mean 'fps'?"),
        (TABLE + "FPS = 30", "key FPS: there is no such key. Did you mean 'fps'?"),
        (TABLE + "fps = 0", "key fps: expected a number of frames per second above 0"),
        (TABLE + "fps = true", "fps: expected a number .* Received: fps = True"),
        (TABLE + "fps = '30'", "fps: expected a number .* Received: fps = '30'"),
        (TABLE + "fps = nan", "fps: expected a number"),
        (TABLE + "fps = inf", "fps: expected a number"),
        (TABLE + f"fps = 1{'0' * 400}", "fps: expected a number"),
        (TABLE + "times = 's'", "times: expected one of seconds, frames"),
        (TABLE + "times = 'frame'", "Did you mean 'frames'?"),
        (TABLE + "split = 'subjects'", "split: .*Did you mean 'subject'?"),
        (TABLE + "split = 5", "split: expected split, subject"),
        (TABLE + "background = 1", "background: expected true, false, or the name"),
        (TABLE + "background = ' '", "background: expected true, false, or the name"),
        (TABLE + "units = 'feet'", "units: expected one of metres, centimetres, millimetres"),
        (TABLE + "up = 'yy'", "up: expected one of x, -x, y, -y, z, -z"),
        (TABLE + "confidence = 30", "confidence: expected a number from 0 to 1"),
        (TABLE + "columns = ['x', 'y', 'w']", "columns: expected the numbers of a joint in their"),
        (TABLE + "columns = 'xx'", "columns: expected .*Received: columns = 'xx'"),
        (TABLE + "columns = ['x', 'score', 'z']", "columns: expected"),
        (TABLE + "columns = 3", "columns: expected"),
        (TABLE + "order = 'xyz'", "order: expected one of joint, axis"),
        (TABLE + "root = 'nowhere'", "root: expected a folder that exists"),
        (TABLE + "layout = ['coco']", "layout: expected the name of a layout, or a table"),
        ("fps = 30", "table: expected either a table, or the arrays x and y .* no table"),
        ("table = ''", "table: expected the path of the table"),
        (TABLE + "x = 'X.npy'\ny = 'X.npy'", "table: expected either a table, or the arrays"),
        ("x = 'X.npy'", "key y: expected both x, the clips, and y"),
        ("y = 'X.npy'", "key x: expected both x, the clips, and y"),
        ("x = 'Y.npy'", "key x: expected a file or a folder in .*'Y.npy', which does not exist"),
        ("x = '../X.npy'", "key x: expected a path that stays in"),
        ("x = '.'", "key x: expected the path of a file, not of a folder"),
        (TABLE + "groups = 'X.npy'\nsubject = 'X.npy'", "groups: expected either groups or"),
        (TABLE + "[layout]", "layout.joints: expected the name of each joint.* no joints"),
        (TABLE + "[layout]\njoints = ['a', 'b', 'a ']", "layout.joints: .* Twice: a."),
        (TABLE + "[layout]\njoints = ['a', 1]", "layout.joints: expected the name of each joint"),
        (LAYOUT + "hips = 'hip'", "key layout.hips: .* Did you mean 'hip'?"),
        (LAYOUT + "left_hip = 'Hip'", "layout.left_hip: .* joint. Did you mean 'hip'?"),
        (LAYOUT + "hip = ['hip', 'ankle']", "layout.hip: expected the name of a joint, or a list"),
        (LAYOUT + "hip = []", "layout.hip: expected the name of a joint, or a list"),
        (LAYOUT + "bones = [['hip', 'kne']]", "No joint: 'kne'. Did you mean 'knee'?"),
        (LAYOUT + "bones = [['hip', 2]]", "No joint: 2."),
        (LAYOUT + "bones = [['hip']]", "layout.bones: expected pairs of two different joints"),
        (LAYOUT + "bones = [['hip', 'hip']]", "layout.bones: expected pairs of two different"),
        (LAYOUT + "bones = [['hip', 'knee'], ['knee', 'hip']]", "Closed by: .'knee', 'hip'."),
        (
            LAYOUT + "bones = [['hip', 'knee'], ['foot', 'hip'], ['knee', 'foot']]",
            "no ring of bones. Closed by: .'knee', 'foot'.",
        ),
        (
            LAYOUT + "bones = [['hip', 'knee'], ['hip', 'foot'], ['foot', 'knee']]",
            "no ring of bones. Closed by: .'foot', 'knee'.",
        ),
        (LAYOUT + "mirror = [['hip', 'knee'], ['knee', 'foot']]", "mirror: .*Twice: 'knee'"),
        ("table = t.csv", "Expected TOML. Received: .*line 1"),
        ('table = "C:\\data\\t.csv"', "single quotes"),
        ('table = "C:\\Users\\t.csv"', "single quotes"),
        (b"table = 'm\xfcde.csv'", r"UTF-8. Received: .*xfcde.csv.* at byte 10"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(read, tmp_path, text, message):
    (tmp_path / "X.npy").write_bytes(b"numbers")
    with pytest.raises(ValueError, match=message.replace("?", r"\?")) as caught:
        read(text)
    assert f"{tmp_path / 'clips.toml'}" in str(caught.value)


def test_a_description_that_is_not_there():
    with pytest.raises(ValueError, match="No such file or directory. Received: nowhere.toml"):
        read_description(Path("nowhere.toml"))


@pytest.mark.parametrize("text", ["split", "subject", "camera", "session", "loso", "kfold:12"])
def test_splits(text):
    rule = parse_split(f" {text.upper()} ".replace(":", " : "))
    assert str(rule) == text and parse_split(text) == rule
    assert rule.column == ("subject" if text in ("loso", "kfold:12") else text)


@pytest.mark.parametrize(
    "text",
    ["", "random", "kfold", "kfold:", "kfold:1", "kfold:-3", "kfold:2.5", "kfold:²", "loso:2", "5"],
)
def test_no_splits(text):
    with pytest.raises(ValueError, match=r"`split` must be .* Received: split="):
        parse_split(text)
