"""A folder of folders is one data set, as several downloads unpack beside each other."""

import os
from pathlib import Path

import numpy as np
import pytest
from skeleton_files import ntu_name, person, write_ntu, write_nucla

from keras_drnn.skeletons import ntu, nucla
from keras_drnn.skeletons.listing import list_folder
from keras_drnn.skeletons.scan import FolderScan
from keras_drnn.skeletons.store import ClipStore
from keras_drnn.skeletons.store_files import INDEX, JOINTS, MASK

# In the order of the names, two folders by turns.
NAMES = [ntu_name(setup=setup, action=action) for setup in (1, 18) for action in (1, 61)]


@pytest.fixture
def root(tmp_path):
    """Four clips in two folders, of which one is in a folder of its own."""
    root = tmp_path / "root"
    for folder in (root / "first", root / "second" / "inner"):
        folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        write_ntu((root / "second" / "inner", root / "first")[number % 2], name, a_clip(number))
    return root


def a_clip(number):
    return person(3 + number, seed=number)


def read(root):
    return list_folder(root, ntu.READER)


def test_the_same_clips_in_one_folder_or_in_several_are_the_same_data(root, tmp_path):
    together = tmp_path / "together"
    together.mkdir()
    for number, name in enumerate(NAMES):
        write_ntu(together, name, a_clip(number))
    stores = [
        ClipStore.open_or_build(folder, ntu.READER, tmp_path / "cache")
        for folder in (root, together)
    ]
    for store in stores:
        assert store.index.name == tuple(NAMES)
        assert store.index.setup.tolist() == [1, 1, 18, 18] == [clip.setup for clip in store]
        assert (store.summary.left_out, store.summary.listing.ignored) == ((), ())
    for file in (JOINTS, MASK):
        one, other = ((store.folder / file).read_bytes() for store in stores)
        assert one == other


def test_a_clip_that_moves_to_another_folder_is_looked_for_there(root, tmp_path):
    ClipStore.open_or_build(root, ntu.READER, tmp_path / "cache")
    (root / "first" / f"{NAMES[1]}.skeleton").rename(root / f"{NAMES[1]}.skeleton")
    store = ClipStore.open_or_build(root, ntu.READER, tmp_path / "cache")
    assert f'"{NAMES[1]}.skeleton"' in (store.folder / INDEX).read_text()
    np.testing.assert_array_equal(store[1].joints[:, 0], a_clip(1))


def test_a_fault_is_named_with_its_folder(root):
    (root / "first" / f"{NAMES[0]}x.skeleton").write_text("")
    (root / "second" / "inner" / f"{ntu_name(action=9)}.skeleton").write_text("1\n")
    scan = FolderScan(root, ntu.READER)
    assert [clip.name for clip in scan] == NAMES
    assert [(fault.name, fault.line) for fault in scan.summary.faults] == [
        (f"first/{NAMES[0]}x.skeleton", None),
        (f"second/inner/{ntu_name(action=9)}.skeleton", 2),
    ]


def test_of_one_name_in_two_folders_the_first_is_read_and_the_other_named(root):
    (root / "third").mkdir()
    write_ntu(root / "third", NAMES[1], a_clip(1))  # as it is in the folder `first`
    longer = write_ntu(root / "third", NAMES[0], a_clip(7))
    assert longer.stat().st_size > (root / "second/inner" / longer.name).stat().st_size
    # As long as the one that is read, and changed at the same moment but for the last digit.
    text = (root / "second/inner" / f"{NAMES[2]}.skeleton").read_text()
    (root / "third" / f"{NAMES[2]}.skeleton").write_text(text.replace("3", "4"))
    scan = FolderScan(root, ntu.READER)
    clips = list(scan)
    assert [clip.name for clip in clips] == NAMES
    for number, clip in enumerate(clips):
        np.testing.assert_array_equal(clip.joints[:, 0], a_clip(number))
    assert [(each.name, each.read, each.alike) for each in scan.summary.listing.repeated] == [
        (f"third/{NAMES[0]}.skeleton", f"second/inner/{NAMES[0]}.skeleton", False),
        (f"third/{NAMES[1]}.skeleton", f"first/{NAMES[1]}.skeleton", True),
        (f"third/{NAMES[2]}.skeleton", f"second/inner/{NAMES[2]}.skeleton", False),
    ]
    assert scan.summary.left_out[1] == (
        f"third/{NAMES[1]}.skeleton: a copy of first/{NAMES[1]}.skeleton, which is read"
    )
    said = str(scan.summary)
    assert "3 files not read, as another of the same name is: 1 copy, 2 not alike, look" in said
    assert f"third/{NAMES[0]}.skeleton: differs from second/inner/{NAMES[0]}.skeleton" in said


def test_one_name_in_capitals_and_not_is_one_name(root):
    lower = root / "first" / f"{NAMES[1].lower()}.skeleton"
    if lower.exists():
        pytest.skip("file names in capitals and not are the same here")
    lower.write_bytes((root / "first" / f"{NAMES[1]}.skeleton").read_bytes())
    listing = read(root)
    assert [path.stem for path in listing.files] == NAMES
    assert [each.alike for each in listing.repeated] == [True]


def test_links_are_followed_and_none_of_them_for_ever(root, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_ntu(elsewhere, ntu_name(setup=32), a_clip(9))
    for name, target in (
        ("a link to the first", root / "first"),  # before the folder itself, by its name
        ("first/loop", root),
        ("linked", elsewhere),
        ("nowhere", tmp_path / "none"),
        ("second/inner/itself", root / "second" / "inner" / "itself"),
    ):
        try:
            (root / name).symlink_to(target, target_is_directory=True)
        except OSError:
            pytest.skip("links may not be made here")
    listing = read(root)
    found = [path.relative_to(root).as_posix() for path in listing.files]
    assert [Path(name).stem for name in found] == [*NAMES, ntu_name(setup=32)]
    assert found[1].startswith("first/") and found[-1].startswith("linked/")
    assert listing.repeated == ()
    assert listing.ignored == (
        *("a link to the first/", "first/loop/", "nowhere", "second/inner/itself"),
    )


def test_what_is_no_clip_is_named(root):
    (root / "first" / "README").write_text("")
    (root / "first" / ".git").mkdir()
    write_ntu(root / "first" / ".git", ntu_name(action=2), a_clip(1))
    (root / "__MACOSX").mkdir()
    (root / "__MACOSX" / f"._{NAMES[0]}.skeleton").write_text("x")
    (root / "empty").mkdir()
    scan = FolderScan(root, ntu.READER)
    assert [clip.name for clip in scan] == NAMES
    ignored = (f"__MACOSX/._{NAMES[0]}.skeleton", "first/.git/", "first/README")
    assert scan.summary.listing.ignored == ignored
    said = str(scan.summary).splitlines()
    assert said[0].endswith("3 unrelated ignored")
    assert said[-1] == f"ignored: {', '.join(ignored)}"
    for number in range(4):
        (root / f"{number}.txt").write_text("")
    assert str(FolderScan(root, ntu.READER).summary).endswith(f"3.txt, {ignored[0]} and 2 more")


def test_other_json_files_are_no_clips_unless_they_lie_among_clips(tmp_path):
    for folder in ("clips", "results"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.json").write_text("{}")
    write_nucla(tmp_path / "clips", "a01_s01_e00_v01", person(2, joints=20))
    scan = FolderScan(tmp_path, nucla.READER)
    assert len(list(scan)) == 1
    assert [fault.name for fault in scan.summary.faults] == ["clips/report.json"]
    assert scan.summary.listing.ignored == ("results/report.json",)


def test_what_is_kept_in_the_folder_itself_is_not_read_as_data(root):
    write_ntu(root, ntu_name(setup=3), a_clip(5))
    cache = root / "runs" / "cache"
    (cache / "demo").mkdir(parents=True)
    write_ntu(cache / "demo", ntu_name(setup=2), a_clip(6))
    first = ClipStore.open_or_build(root, ntu.READER, cache)
    calls = []
    again = ClipStore.open_or_build(root, ntu.READER, cache, progress=lambda *c: calls.append(c))
    assert len(first) == len(again) == 5 and calls == []
    assert again.summary == first.summary and not again.summary.listing.ignored


def test_a_folder_that_cannot_be_entered_is_named(root, monkeypatch):
    iterdir = Path.iterdir

    def refuse(path):
        if path.name == "inner":
            raise PermissionError(13, os.strerror(13), str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    scan = FolderScan(root, ntu.READER)
    assert [clip.name for clip in scan] == [NAMES[1], NAMES[3]]
    assert "second/inner/: Permission denied, so nothing in it is read" in str(scan.summary)
    with pytest.raises(ValueError, match="found none.*; inner/: Permission denied, so nothing"):
        read(root / "second")


def test_a_folder_of_folders_without_a_clip_says_so(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(ValueError, match="or in folders of it, found none.* 0 other entries"):
        read(tmp_path)
    (tmp_path / "a" / "b" / "notes.skeleton").write_text("")
    with pytest.raises(ValueError, match="found none.* 1 other entry"):
        read(tmp_path)
