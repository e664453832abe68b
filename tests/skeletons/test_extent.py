"""Which clips a data set has: those of other numbers are left out, counted and named."""

import pytest
from skeleton_files import ntu_name, person, write_ntu

from keras_drnn.data_sets import Extent, ntu, ntu120
from keras_drnn.experiments.data import open_data
from keras_drnn.skeletons.errors import ClipStoreError
from keras_drnn.skeletons.ntu import READER
from keras_drnn.skeletons.store import ClipStore

SMALL, LARGE = ntu.EXTENT, ntu120.DATA_SET.extent
OLD = ntu_name(subject=40, camera=3, action=60, setup=17)
NEW = ntu_name(subject=8, camera=1, action=61, setup=18)
BEYOND = {
    "setup": ntu_name(setup=33),
    "camera": ntu_name(camera=4),
    "subject": ntu_name(subject=107),
    "action": ntu_name(action=121),
}


@pytest.fixture
def clips(tmp_path):
    """A clip of NTU RGB+D, one of NTU RGB+D 120, and one each of numbers that neither has."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, name in enumerate((OLD, NEW, *BEYOND.values())):
        write_ntu(folder, name, person(2, seed=number))
    return folder


def opened(clips, extent, **more):
    cache = clips.parent / "cache"
    return ClipStore.open_or_build(clips, READER, cache, extent=extent, **more)


@pytest.mark.parametrize(
    "name, small, large",
    [
        (OLD, {}, {}),
        (NEW, {"setup": 18, "action": 61}, {}),
        (ntu_name(subject=41), {"subject": 41}, {}),
        (
            ntu_name(subject=106, action=120, setup=32, camera=3),
            {"setup": 32, "subject": 106, "action": 120},
            {},
        ),
        (ntu_name(subject=0, action=0), {"subject": 0, "action": 0}, {"subject": 0, "action": 0}),
    ],
)
def test_the_bounds_of_both_data_sets(name, small, large):
    match = READER.match(name)
    assert SMALL.beyond(match) == small
    assert LARGE.beyond(match) == large


@pytest.mark.parametrize("attribute", BEYOND)
def test_the_first_number_beyond(attribute):
    match = READER.match(BEYOND[attribute])
    assert LARGE.beyond(match) == {attribute: int(match[attribute])}
    assert Extent().beyond(match) == {}


def test_what_is_beyond_is_counted_named_and_not_read(clips):
    (clips / f"{BEYOND['action']}.skeleton").write_text("no clip at all")
    store = opened(clips, LARGE)
    assert store.index.name == (OLD, NEW)
    assert not store.faults
    assert sorted(store.summary.left_out) == sorted(
        [
            f"{BEYOND['setup']}.skeleton: setup 33 is beyond the data set's 1-32",
            f"{BEYOND['camera']}.skeleton: camera 4 is beyond the data set's 1-3",
            f"{BEYOND['subject']}.skeleton: subject 107 is beyond the data set's 1-106",
            f"{BEYOND['action']}.skeleton: action 121 is beyond the data set's 1-120",
        ]
    )
    assert (
        "4 files beyond the data set, not read: 1 of setup 33 (it has 1-32); 1 of camera 4 (it has "
        "1-3); 1 of subject 107 (it has 1-106); 1 of action 121 (it has 1-120)"
    ) in str(store.summary).splitlines()


def test_the_data_set_that_has_them_is_named(clips):
    store = opened(clips, SMALL)
    assert store.index.name == (OLD,)
    assert f"{NEW}.skeleton: setup 18 is beyond the data set's 1-17 and action 61 is beyond" in str(
        store.summary.left_out
    )
    (clips / "again").mkdir()
    write_ntu(clips / "again", NEW, person(2, seed=1))
    assert "6 files beyond" in str(opened(clips, SMALL).summary)
    (clips / "again" / f"{NEW}.skeleton").unlink()
    said = str(store.summary)
    assert "5 files beyond the data set, not read: 2 of setup 18, 33 (it has 1-17)" in said
    assert "2 of action 61, 121 (it has 1-60); --data ntu120 reads 1 of them" in said
    for name in BEYOND.values():
        (clips / f"{name}.skeleton").unlink()
    assert "(it has 1-60); --data ntu120 reads them" in str(opened(clips, SMALL).summary)


def test_every_command_warns_of_what_is_left_out(clips):
    for number in range(8):
        name = ntu_name(subject=1 + number % 2, camera=1 + number % 3, setup=2 + number // 6)
        write_ntu(clips, name, person(2, seed=20 + number))
    data = open_data("ntu", root=clips, cache=clips.parent / "cache")
    summary, *_, fewer = data.warnings
    assert "5 files beyond the data set, not read" in summary
    assert "--data ntu120 reads 1 of them" in summary
    assert "2 of the data set's 60 actions, none of action 2-59: accuracies" in fewer


def test_a_folder_of_the_larger_data_set_alone_says_what_reads_it(clips):
    for name in (OLD, *BEYOND.values()):
        (clips / f"{name}.skeleton").unlink()
    with pytest.raises(ClipStoreError, match="(?s)found none.*--data ntu120 reads them"):
        opened(clips, SMALL)


def test_two_data_sets_of_one_folder_are_read_once_each(clips):
    for extent in (SMALL, LARGE):
        opened(clips, extent)
    # What is not read anyway is no reason to read the rest again.
    write_ntu(clips, ntu_name(action=122), person(2))
    calls = []
    for extent in (SMALL, LARGE):
        opened(clips, extent, progress=lambda *call: calls.append(call))
    assert calls == []


def test_samples_without_skeletons_are_left_out_with_those_of_a_list(clips, tmp_path):
    given = tmp_path / "given.txt"
    given.write_text(NEW)
    (missing,) = (name for name in LARGE.missing if name.startswith("S020") and "A081" in name)
    (clips / f"{missing.lower()}.skeleton").write_text("0")
    store = opened(clips, LARGE, missing_list=given)
    assert store.index.name == (OLD,) and not store.faults
    assert sorted(store.summary.listing.listed) == sorted((missing.lower(), NEW))
