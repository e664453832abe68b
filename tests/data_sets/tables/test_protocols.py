"""From columns to protocols: who is held out, and what is said of a column that cannot decide."""

import pytest
from recording_tables import table_of

from keras_drnn.data_sets.tables.numbering import number_texts
from keras_drnn.data_sets.tables.protocols import default_rule, protocols
from keras_drnn.recordings.split_rule import parse_split
from keras_drnn.recordings.table import read_table

COLUMNS = ("label", "subject", "camera", "session")


@pytest.fixture
def made(tmp_path):
    """The protocols of a table in which these texts stand in a column, `-` for none."""

    def made(column, texts, split=None):
        lines = [f"{n}.npy,sit,{text.replace('-', '')}" for n, text in enumerate(texts)]
        table = read_table(table_of(tmp_path, f"file,label,{column}", *lines))
        numbers = {name: number_texts(getattr(row, name) for row in table.rows) for name in COLUMNS}
        rule = parse_split(split) if split else default_rule(table)
        return protocols(table, rule, numbers)

    return made


@pytest.mark.parametrize(
    "column, attribute", [("subject", "subject"), ("camera", "camera"), ("session", "setup")]
)
def test_a_fifth_of_the_values_is_held_out(made, column, attribute):
    (one,) = made(column, "abcdefghij", column)
    assert (one.name, one.attribute) == (f"by-{column}", attribute)
    assert one.test == (3, 8) and one.train == (1, 2, 4, 5, 6, 7, 9, 10)
    assert one.actions == {1: "sit"} and not one.validation
    (one,) = made(column, "ab", column)
    assert sorted(one.train + one.test) == [1, 2] and len(one.test) == 1


def test_the_column_split_says_it_all(made):
    (one,) = made("split", ["train", "test", "val", "-", "Train"])
    assert (one.attribute, one.train, one.validation, one.test) == ("part", (1,), (2,), (3,))
    (one,) = made("split", ["train", "test", "-"])
    assert one.validation == ()


def test_each_subject_is_held_out_once_whoever_has_no_name_never(made):
    found = made("subject", ["10", "9", "-", "9"], "loso")
    assert [one.name for one in found] == ["without-9", "without-10"]
    assert [one.test for one in found] == [(1,), (2,)]
    assert [one.train for one in found] == [(2,), (1,)]


@pytest.mark.parametrize("folds, count", [(2, 2), (3, 7), (5, 23)])
def test_folds_are_disjoint_cover_everyone_and_are_alike_in_size(made, folds, count):
    found = made("subject", [f"s{n:02}" for n in range(count)], f"kfold:{folds}")
    assert len({one.name for one in found}) == folds == len(found)
    tests = [one.test for one in found]
    assert sorted(number for test in tests for number in test) == list(range(1, count + 1))
    assert max(map(len, tests)) - min(map(len, tests)) <= 1
    for one in found:
        assert sorted(one.train + one.test) == list(range(1, count + 1))


def test_names_differ_on_every_file_system_whatever_the_texts(made):
    # `a-b` without its hyphen is what this helper makes of an empty cell, so: other characters.
    texts = ["a b", "a/b", "A+b", "ü", "ö", "a b 2", ".", "1 c", "1+C"]
    found = made("subject", texts, "loso")
    names = [one.name for one in found]
    assert len({name.casefold() for name in names}) == len(texts)
    assert all(name.isascii() and not set(name) & set(" /.+") for name in names)
    assert [len(one.test) for one in found] == [1] * len(texts)


@pytest.mark.parametrize(
    "column, texts, split, words",
    [
        ("split", ["train", "train"], "split", r"split a column split with train and test in it"),
        ("split", ["train", "val"], "split", r"with \['train', 'validation'\]"),
        ("subject", ["a", "a", "-"], "loso", "split loso a column subject with at least 2 diff"),
        ("subject", ["a", "b"], "kfold:3", "split kfold:3 .* at least 3 different values.* a, b"),
        ("subject", ["a", "b"], "camera", "a column camera with .*with none"),
        ("camera", ["-", "-"], "camera", "with none"),
    ],
)
def test_a_column_with_too_little_in_it_is_told(made, column, texts, split, words):
    with pytest.raises(ValueError, match=words):
        made(column, texts, split)


@pytest.mark.parametrize(
    "header, lines, rule",
    [
        ("split,subject", ["train,a", "test,b"], "split"),
        ("split,subject", [",a", ",b"], "subject"),
        ("session,subject", ["1,a", "2,b"], "subject"),
        ("session,subject,camera", ["1,a,1", "2,a,2"], "session"),
        ("session,camera", ["1,1", ",2"], "camera"),
    ],
)
def test_the_rule_is_the_first_that_the_columns_allow(tmp_path, header, lines, rule):
    lines = [f"{n}.npy,sit,{line}" for n, line in enumerate(lines)]
    table = read_table(table_of(tmp_path, f"file,label,{header}", *lines))
    assert str(default_rule(table)) == rule


def test_clips_are_never_divided_at_random(tmp_path):
    table = read_table(table_of(tmp_path, "file,label,subject", "a.npy,sit,an", "b.npy,run,"))
    with pytest.raises(ValueError, match="whole groups.*columns file, label, subject"):
        default_rule(table)
