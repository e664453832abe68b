"""What a description says and a data set cannot follow: told, never left out unsaid."""

import numpy as np
import pytest

from keras_drnn.data_sets import find_data_set


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


@pytest.mark.parametrize(("background", "name"), [("true", "background"), ('"nothing"', "nothing")])
def test_a_background_class_is_refused_in_words(describe, background, name):
    description = describe(f'table = "clips.csv"\nbackground = {background}\n')
    with pytest.raises(ValueError, match=f"cannot be a class yet.*background = '{name}'"):
        find_data_set(description)


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
