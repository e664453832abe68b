"""What a description says and a data set cannot follow: told, never left out unsaid."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from keras_drnn.cli.data import app
from keras_drnn.data_sets import find_data_set
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.runs import _meaning
from keras_drnn.experiments.stream_scores import streams_of


@pytest.fixture
def describe(tmp_path):
    """Two subjects' channels and their table, and a function that writes a description."""
    rows = ["file,label,subject"]
    for subject in ("ana", "ben"):
        for label in ("rest", "walk"):
            np.save(tmp_path / f"{subject}-{label}.npy", np.ones((20, 3), "float32"))
            rows.append(f"{subject}-{label}.npy,{label},{subject}")
    (tmp_path / "clips.csv").write_text("\n".join(rows), encoding="utf-8")

    def write(text: str) -> str:
        path = tmp_path / "clips.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def parts(describe, tmp_path):
    """Parts of a recording each of three people, and a description of them."""
    rows = ["file,label,subject,start,end"]
    for number, subject in enumerate(("ana", "ben", "cyd")):
        frames = np.arange(1, 101, dtype="float32")[:, None] + 1000 * np.float32(number)
        np.save(tmp_path / f"{subject}.npy", frames.repeat(3, axis=1))
        rows += [f"{subject}.npy,sit,{subject},10,30", f"{subject}.npy,wave,{subject},50,90"]
    (tmp_path / "parts.csv").write_text("\n".join(rows), encoding="utf-8")
    return lambda says: describe(f'table = "parts.csv"\ntimes = "frames"\n{says}\n')


@pytest.mark.parametrize(
    ("says", "asked", "name"),
    [
        ("background = true", False, "background"),
        ('background = "nothing"', False, "nothing"),
        ('background = "nothing"', True, "nothing"),
        ("", True, "background"),
    ],
)
def test_what_lies_between_parts_is_a_class_of_its_own(parts, tmp_path, says, asked, name):
    data = open_data(parts(says), root=None, cache=tmp_path / "cache", background=asked)
    assert set(data.split.class_names) == {name, "sit", "wave"}
    index = data.clips.index
    label = data.protocol.actions
    first = [
        (label[index.action[n]], clip.joints[0, 0, 0, 0], len(clip.joints))
        for n, clip in enumerate(data.clips)
        if clip.subject == 1
    ]
    assert sorted(first, key=lambda clip: clip[1]) == [
        *[(name, 1, 10), ("sit", 11, 20), (name, 31, 20), ("wave", 51, 40), (name, 91, 10)]
    ]
    assert len(set(index.name)) == len(index) == 15
    # Nobody's background is on two sides.
    for side in (data.split.train, data.split.validation, data.split.test):
        assert len(side) == 5 and len(set(index.subject[side])) == 1
    # The recipe starts from the length of the parts, not from that of the recordings.
    assert data.data_set.recipe.frames == 32


def test_the_command_counts_the_background(parts, tmp_path):
    found = tmp_path / "found.json"
    arguments = ["info", "--data", parts(""), "--background", "--out", str(tmp_path / "runs")]
    result = CliRunner().invoke(app, [*arguments, "--json", str(found)])
    assert result.exit_code == 0, result.output
    counted = "9 clips of the class 'background' from between the parts of 3 recordings"
    assert any(counted in warning for warning in json.loads(found.read_text())["warnings"])
    assert "background, sit, wave" in result.output
    demo = CliRunner().invoke(app, ["info", "--data", "demo", "--background"])
    assert "background for a table of recordings alone" in str(demo.exception)


def test_arrays_have_no_background(describe, tmp_path):
    np.save(tmp_path / "X.npy", np.ones((4, 20, 3), "float32"))
    np.save(tmp_path / "y.npy", np.arange(4) % 2)
    with pytest.raises(ValueError, match="every clip is a whole recording"):
        find_data_set(describe('x = "X.npy"\ny = "y.npy"\nsubject = "y.npy"'), background=True)


def test_no_background_is_what_there_is(describe):
    data_set = find_data_set(describe('table = "clips.csv"\nbackground = false\n'))
    assert not any("Not used" in notice for notice in data_set.notices)


def test_keys_for_joints_are_named_where_there_are_channels(describe):
    data_set = find_data_set(
        describe('table = "clips.csv"\nunits = "metres"\nup = "y"\nconfidence = 0.0\n')
    )
    assert "Not used, as the recordings are not of joints: units, up, confidence" in (
        data_set.notices
    )


def test_parts_of_recordings_are_judged_where_they_were(parts, tmp_path):
    data = open_data(parts('background = "rest"'), root=None, cache=tmp_path / "cache")
    assert [data.split.class_names[number] for number in data.background] == ["rest"]
    # A model's folder says which class that is, whatever its name.
    assert _meaning(data, None)["background"] == list(data.background)
    chosen = data.split.test
    (stream,) = streams_of(data, chosen)
    joints, labels = stream.read(), stream.labels()
    # Ten frames, a part of 20, twenty of nothing, a part of 40, ten of nothing: every frame once.
    assert joints.shape[0] == stream.length == 100
    np.testing.assert_array_equal(np.diff(joints[:, 0, 0, 0]), 1)
    names = np.array(data.split.class_names)[labels]
    expected = np.repeat(["rest", "sit", "rest", "wave", "rest"], [10, 20, 20, 40, 10])
    np.testing.assert_array_equal(names, expected)
    for segment in stream.segments:
        clip = data.clips[int(chosen[segment.clip])]
        np.testing.assert_array_equal(joints[segment.begin : segment.end], clip.joints)
        assert segment.label == data.split.labels[chosen[segment.clip]]


def test_recordings_of_streams_are_read_when_they_are_asked_for_and_not_kept(
    parts, tmp_path, monkeypatch
):
    data, read = open_data(parts(""), root=None, cache=tmp_path / "cache"), []
    values = Reading.values
    monkeypatch.setattr(Reading, "values", lambda *of: read.append(of[1]) or values(*of))
    (stream,) = streams_of(data, data.split.test)
    assert not read
    first, second = stream.read(), stream.read()
    assert len(read) == 2 and first is not second and len(first) == stream.length


def test_without_a_background_what_lies_between_has_no_label(parts, tmp_path):
    data = open_data(parts(""), root=None, cache=tmp_path / "cache")
    assert data.background == ()
    (stream,) = streams_of(data, data.split.test)
    assert (stream.labels() == -1).sum() == 40 and stream.length == 100


def test_another_rate_moves_the_parts_with_the_frames(parts, tmp_path):
    table = parts("fps = 25")
    data = open_data(table, root=None, cache=tmp_path / "cache", fps=50)
    (stream,) = streams_of(data, data.split.test)
    joints, chosen = stream.read(), data.split.test
    assert stream.length == 200
    for segment in stream.segments:
        clip = data.clips[int(chosen[segment.clip])]
        np.testing.assert_array_equal(joints[segment.begin : segment.end], clip.joints)


def test_whole_recordings_beside_parts_are_strung_together(parts, tmp_path):
    described = parts("")
    with (tmp_path / "parts.csv").open("a", encoding="utf-8") as table:
        table.write("\nben-rest.npy,sit,ben,,\nben-walk.npy,wave,ben,,\n")
    data = open_data(described, root=None, cache=tmp_path / "cache")
    chosen = data.split.test
    recording, strung = streams_of(data, chosen)
    assert (recording.length, strung.length) == (100, 40)
    found = [segment.clip for stream in (recording, strung) for segment in stream.segments]
    assert sorted(found) == [0, 1, 2, 3]
    for segment in (*recording.segments, *strung.segments):
        assert segment.label == data.split.labels[chosen[segment.clip]]
        assert len(data.clips[int(chosen[segment.clip])].joints) == segment.end - segment.begin
