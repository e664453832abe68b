"""Arrays in place of a table: what they say of each clip, and each clip that is left out."""

import numpy as np
import pytest
from recording_files import random_joints

from keras_drnn.recordings.table import read_table

X = random_joints(4, 9, 3)


@pytest.fixture
def described(tmp_path):
    """The table that arrays make; those of another suffix than `.npy` are texts of the TOML."""

    def described(x=X, says="", **arrays):
        lines = [says, 'x = "X.npy"']
        np.save(tmp_path / "X.npy", x)
        for key, values in arrays.items():
            np.save(tmp_path / f"{key}.npy", np.asarray(values))
            lines.append(f'{key} = "{key}.npy"')
        (tmp_path / "clips.toml").write_text("\n".join(lines))
        return read_table(tmp_path / "clips.toml")

    return described


def shown(table, *names):
    return [tuple(getattr(row, name) for name in names) for row in table.rows]


def test_every_array_that_there_is(described, tmp_path):
    table = described(
        y=["sit", "walk", "sit", "walk"],
        lengths=[9, 1, 5, 9],
        subject=[3, 3, 10, 10],
        camera=["left"] * 4,
        session=np.array([b"am", b"pm"] * 2),
        split=["train", "Test", "val", "train"],
        says="fps = 25",
    )
    assert shown(table, "line", "label", "subject", "camera", "session", "split", "fps") == [
        (0, "sit", "3", "left", "am", "train", 25),
        (1, "walk", "3", "left", "pm", "test", 25),
        (2, "sit", "10", "left", "am", "validation", 25),
        (3, "walk", "10", "left", "pm", "train", 25),
    ]
    assert [len(row.origin.frames) for row in table.rows] == [9, 1, 5, 9]
    assert table.faults == () and table.warnings == ()
    assert table.columns == ("x", "y", "subject", "camera", "session", "split", "lengths")
    assert table.path == tmp_path / "clips.toml"
    assert [table.name(row) for row in table.rows] == [f"X.npy[{n}]" for n in range(4)]


@pytest.mark.parametrize(
    "y, labels",
    [
        ([0, 1, 2, 10], ["0", "1", "2", "10"]),
        (np.array([0, 1, 2, 1], "uint8"), ["0", "1", "2", "1"]),
        ([1.0, -2.0, 1.0, 1e6], ["1", "-2", "1", "1000000"]),
        ([["a"], ["b"], ["a"], [" a "]], ["a", "b", "a", "a"]),
        (["u\u0308", "\u00fc", "b", "c"], ["\u00fc", "\u00fc", "b", "c"]),
        (np.array(["\u00fc".encode(), b"b", b"b", b"c"]), ["\u00fc", "b", "b", "c"]),
    ],
)
def test_classes_are_names_or_numbers(described, y, labels):
    assert [row.label for row in described(y=y).rows] == labels


def test_each_clip_that_cannot_be_used_is_named_and_the_rest_goes_on(described):
    nan = float("nan")
    table = described(
        x=random_joints(9, 9, 3),
        y=[0, nan, 2, 0.5, 0, 1, 1, nan, float("inf")],
        lengths=[9.0, 9, 0, 9, 10, -1, nan, 2.5, 9],
        subject=["a", "b", "", "a", "b", "a", "b", "a", "a"],
    )
    assert shown(table, "line", "label", "subject") == [(0, "0", "a")]
    found = [(fault.line, fault.column) for fault in table.faults]
    expected = [(1, "y"), (2, "lengths"), (3, "y"), (4, "lengths"), (5, "lengths")]
    assert found == [*expected, (6, "lengths"), (7, "y"), (7, "lengths"), (8, "y")]
    texts = [str(fault) for fault in table.faults]
    for text, words in zip(
        texts,
        (
            "X.npy[1], array y: expected the name of a class, received nothing.",
            "X.npy[2], array lengths: expected a number of frames from 1 to 9, received 0.",
            "X.npy[3], array y: expected a name or a whole number, received 0.5.",
            "X.npy[4], array lengths: expected a number of frames from 1 to 9, received 10.",
            "received -1.",
            "received nothing.",
            "X.npy[7], array y:",
            "received 2.5.",
            "received inf.",
        ),
        strict=True,
    ):
        assert words in text


def test_a_side_or_a_text_that_is_not_understood_costs_its_own_clip(described):
    table = described(
        y=np.array([b"a", b"m\xfc", b"b", b"b"]), split=["train", "test", "testing", ""]
    )
    assert shown(table, "line", "split") == [(0, "train"), (3, None)]
    one, other = map(str, table.faults)
    assert "X.npy[1], array y: expected text in UTF-8" in one
    assert "X.npy[2], array split: expected train, validation" in other
    assert "Did you mean 'test'?" in other


@pytest.mark.parametrize(
    "arrays, says",
    [
        ({"y": [0, 1, 0]}, r"y.npy: expected one value for each of the 4 clips of x, an array of "),
        ({"y": np.eye(4)}, r"received shape \(4, 4\). If a column is a class, save y.argmax"),
        ({"y": [0, 1, 0, 1], "lengths": np.ones((4, 9))}, r"lengths.npy: .*shape \(4, 9\)$"),
        ({"y": [0, 1, 0, 1], "subject": ["a"] * 5}, r"subject.npy: .*shape \(5,\)"),
        ({"y": [True, False] * 2}, "y.npy: expected whole numbers or text, received type bool"),
        ({"y": np.array([1j] * 4)}, "received type complex128"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(described, arrays, says):
    with pytest.raises(ValueError, match=says):
        described(**arrays)


def test_objects_are_refused_and_what_to_do_is_said(described, tmp_path):
    described(y=[0, 1, 0, 1])
    np.save(tmp_path / "y.npy", np.array(["sit", "walk"] * 2, object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"y.npy: .*objects.*astype\(str\) if it is text"):
        read_table(tmp_path / "clips.toml")


def test_one_archive_of_all(tmp_path):
    y, who = np.array(["sit", "walk"] * 2), np.array([1, 1, 2, 2])
    np.savez(tmp_path / "clips.npz", X=X, y=y, groups=who, lengths=np.array([9, 8, 7, 6]))
    keys = ("x", "y", "subject", "lengths")
    lines = [f'{key} = "clips.npz"' for key in keys]
    (tmp_path / "clips.toml").write_text("\n".join(lines))
    table = read_table(tmp_path / "clips.toml")
    assert shown(table, "label", "subject") == list(zip(y, map(str, who), strict=True))
    np.testing.assert_array_equal(table.rows[2].origin.frames, X[2, :7])


def test_padding_that_is_found_is_told(described):
    x = X.copy()
    x[2, 6:] = 0
    (warning,) = described(x=x, y=[0, 1, 0, 1]).warnings
    assert "padding, as those of X.npy[2] behind the first 6. Name `lengths`" in warning
    assert described(x=x, y=[0, 1, 0, 1], lengths=[9] * 4).warnings == ()
    (warning,) = described(y=["Sit", "sit", "walk", "walk"]).warnings
    assert "are different classes" in warning


def test_a_hundred_thousand_clips(described):
    count = 100_000
    table = described(
        x=np.zeros((count, 2, 1), "int8"),
        y=np.arange(count) % 7,
        subject=np.arange(count) // 10,
        lengths=np.where(np.arange(count) == 77, 0, 2),
    )
    assert len(table.rows) == count - 1 and [fault.line for fault in table.faults] == [77]
    assert table.rows[-1].label == str((count - 1) % 7)
    assert len(table.sample) == 16 and table.sample[-1] is table.rows[-1]
