"""The data of a comparison by folds: every clip is tested once, and what cannot be is said."""

import numpy as np
import pytest
from recording_tables import rows, write_table

from keras_drnn.experiments.comparison import ComparisonSettings, comparison_folder, trainings
from keras_drnn.experiments.data import open_data, read_data
from keras_drnn.experiments.folds import Folds, split_folds


@pytest.fixture
def opened(tmp_path):
    def opened(lines, split="loso", edit=None, protocol=None):
        table = write_table(tmp_path, lines)
        if edit is not None:
            edit(tmp_path)
        given = {"root": None, "cache": tmp_path / "cache", "layout": "coco_17", "split": split}
        return split_folds(read_data(str(table), protocol=protocol, **given), protocol)

    return opened


@pytest.mark.parametrize("split, name, count", [("loso", "loso", 5), ("kfold:2", "kfold-2", 2)])
def test_every_clip_is_tested_once_by_a_fold_that_does_not_train_on_it(opened, split, name, count):
    folds = opened(rows("abcde"), split)
    assert (folds.name, len(folds.parts), folds.not_split) == (name, count, {})
    tested = np.concatenate([part.split.test for part in folds.parts])
    assert sorted(tested) == list(range(len(folds.clips)))
    for part in folds.parts:
        known = np.concatenate([part.split.train, part.split.validation])
        subjects = part.clips.index.subject
        assert not set(subjects[known]) & set(subjects[part.split.test])
        assert part.split.class_names == folds.parts[0].split.class_names
    said = folds.description()
    assert said["protocol"] == name and said["clips"]["test"] == 10
    assert [fold["protocol"] for fold in said["folds"]] == [p.protocol.name for p in folds.parts]


def test_one_fold_alone_or_a_data_set_without_folds_is_one_part(opened, tmp_path):
    folds = opened(rows("abc"), protocol="without-b")
    assert (folds.name, len(folds.parts)) == ("without-b", 1)
    by_group = opened(rows("abc"), protocol="loso")
    assert len(by_group.parts) == 3
    assert len(opened(rows("abc"), "subject").parts) == 1
    with pytest.raises(ValueError, match="one of without-a, without-b, without-c, loso"):
        opened(rows("abc"), protocol="without-d")


def test_one_protocol_is_described_as_it_always_was(opened, tmp_path):
    opened(rows("abc"), "subject")
    data = open_data(
        str(tmp_path / "clips.csv"),
        root=None,
        cache=tmp_path / "cache",
        layout="coco_17",
        split="subject",
    )
    described = Folds.of(data).description()
    assert described | data.description() == described
    assert Folds.of(data).warnings == data.warnings and data.fold_notice is None


def test_a_fold_that_cannot_be_split_is_left_out_with_the_reason(opened):
    folds = opened([*rows("abcd"), "jump.npy,jump,d"])  # nobody else jumps
    assert [part.protocol.name for part in folds.parts] == ["without-a", "without-b", "without-c"]
    assert "test clips alone" in folds.description()["not_split"]["without-d"]
    assert any(each.startswith("without-d cannot be split") for each in folds.warnings)
    with pytest.raises(ValueError, match="None of the 2 folds loso can be split. without-a: "):
        opened(rows("ab"))


def test_what_all_folds_warn_of_is_said_once(opened):
    folds = opened([*rows("abc"), "d.npy,sit,"])
    clips, rate = folds.warnings
    assert clips.startswith("loso does not use 1 of the 7 clips")
    assert rate.startswith("Nothing says how many frames a second")


def test_copies_across_one_fold_make_clean_clips_of_all(opened):
    def edit(folder):
        np.save(folder / "b0.npy", np.load(folder / "a0.npy"))

    folds = opened(rows("abcd"), edit=edit)
    clean = [int(part.subsets["clean"].sum()) for part in folds.parts]
    assert clean == [1, 1, 2, 2] and folds.description()["clips"]["clean"] == 6
    assert sum("byte-identical" in warning for warning in folds.warnings) >= 2
    assert all(w.startswith("without-") for w in folds.warnings if "test clip" in w)


def test_trainings_go_seed_by_seed_and_fold_by_fold_under_names_of_their_own(opened, tmp_path):
    folds = opened(rows("abc"))
    settings = ComparisonSettings(("drnn", "rnn"), seeds=2)
    names = [training.name for training in trainings(settings, folds)]
    assert names[:4] == [
        "drnn-seed0-without-a",
        "rnn-seed0-without-a",
        "drnn-seed0-without-b",
        "rnn-seed0-without-b",
    ]
    assert len(set(names)) == 12 and names[6].startswith("drnn-seed1")
    one = Folds.of(folds.parts[0])
    assert [each.name for each in trainings(settings, one)][:2] == ["drnn-seed0", "rnn-seed0"]
    folder = comparison_folder(tmp_path, settings, folds)
    assert folder.name.startswith("clips-loso-best-")
    assert folder != comparison_folder(tmp_path, settings, one)
