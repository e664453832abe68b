"""Going over a folder: order, faults, what is left out, and that little is in memory."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from light_process import start
from skeleton_files import ntu_name, person, write_ntu, write_nucla

from keras_drnn.skeletons import SkeletonFileError, ntu, nucla
from keras_drnn.skeletons.scan import FolderScan, read_entries


@pytest.fixture
def folder(tmp_path):
    """Clips of actions 1 to 6 of which 2 and 5 are faulty, and things that are no clips."""
    folder = tmp_path / "skeletons"
    folder.mkdir()
    for action in (6, 3, 1, 4):
        write_ntu(folder, ntu_name(action=action), person(action, seed=action))
    (folder / f"{ntu_name(action=2)}.skeleton").write_text("2\n0\n")
    (folder / f"{ntu_name(action=5)}.skeleton").write_text("")
    (folder / "README.md").write_text("about")
    (folder / ".hidden.skeleton").write_text("x")
    (folder / "more").mkdir()
    return folder


def names(clips):
    return [clip.name for clip in clips]


GOOD = [ntu_name(action=action) for action in (1, 3, 4, 6)]


def test_clips_in_order_and_a_summary_of_the_rest(folder):
    scan = FolderScan(folder, ntu.READER)
    clips = list(scan)
    assert names(clips) == GOOD
    for clip in clips:
        np.testing.assert_array_equal(clip.joints[:, 0], person(clip.action, seed=clip.action))
    summary = scan.summary
    assert (summary.read, summary.listing.listed) == (4, ())
    assert summary.listing.ignored == (".hidden.skeleton", "README.md")
    assert [(fault.name, fault.line, fault.kind) for fault in summary.faults] == [
        (f"{ntu_name(action=2)}.skeleton", 3, "truncated"),
        (f"{ntu_name(action=5)}.skeleton", 1, "empty file"),
    ]


def test_the_summary_as_text_is_grouped(folder):
    (folder / f"{ntu_name(action=7)}.skeleton").write_text("3\n0\n")
    scan = FolderScan(folder, ntu.READER)
    list(scan)
    assert str(scan.summary).splitlines() == [
        f"{folder}: 4 clips read, 3 files left out as faulty, 0 listed as missing, "
        "2 unrelated ignored",
        "empty file, 1 file:",
        f"  {ntu_name(action=5)}.skeleton, line 1: the file is empty; "
        "expected the number of frames in the first line",
        "truncated, 2 files:",
        f"  {ntu_name(action=2)}.skeleton, line 3: the file ends here; "
        "expected the number of bodies of frame 2 of 2",
        f"  {ntu_name(action=7)}.skeleton, line 3: the file ends here; "
        "expected the number of bodies of frame 2 of 3",
        "ignored: .hidden.skeleton, README.md",
    ]


def test_every_fault_there_is_does_not_stop_a_scan(folder):
    good = (folder / f"{ntu_name(action=6)}.skeleton").read_text()
    joint = good.splitlines()[4]
    faulty = {
        "empty file": " ",
        "truncated": good[: len(good) // 2],
        "joint count": good.replace("\n25\n", "\n24\n", 1),
        "not a number": good.replace(joint, joint.replace(" ", " x ", 1)),
        "not finite": good.replace(joint, "nan " + joint.split(" ", 1)[1]),
        "no frames": "0\n",
        "no body": "2\n0\n0\n",
        "trailing data": good + "1\n",
        "negative count": "-2\n",
        "not text": "\0\1\2",
    }
    for replication, text in enumerate(faulty.values(), start=2):
        path = folder / f"{ntu_name(replication=replication)}.skeleton"
        path.write_text(text)
    (folder / "S1.skeleton").write_text(good)
    (folder / f"{ntu_name(action=9)}.skeleton").mkdir()
    scan = FolderScan(folder, ntu.READER)
    assert names(scan) == GOOD
    assert set(scan.summary.by_kind()) == {*faulty, "file name", "unreadable"}
    assert sum(map(len, scan.summary.by_kind().values())) == len(scan.summary.faults)
    assert len(scan.summary.faults) == 2 + len(faulty) + 2


def test_files_are_read_one_at_a_time(folder):
    read = []

    def parse(data, path, name):
        read.append(path.stem)
        return ntu.READER.parse(data, path, name)

    scan = iter(FolderScan(folder, replace(ntu.READER, parse=parse)))
    assert read == []
    next(scan)
    assert len(read) == 1


def test_scanning_twice_does_not_count_twice(folder):
    scan = FolderScan(folder, ntu.READER)
    assert names(scan) == names(scan)
    assert (scan.summary.read, len(scan.summary.faults)) == (4, 2)


def test_samples_listed_as_missing_are_left_out_unread(folder, tmp_path):
    missing = tmp_path / "missing.txt"
    listed = [ntu_name(action=2), ntu_name(action=3), ntu_name(action=99), "S001C001"]
    missing.write_text("\n".join(listed))
    scan = FolderScan(folder, ntu.READER, missing_list=missing)
    assert names(scan) == [ntu_name(action=action) for action in (1, 4, 6)]
    assert scan.summary.listing.listed == (ntu_name(action=2), ntu_name(action=3))
    assert len(scan.summary.faults) == 1
    assert "2 listed as missing" in str(scan.summary)
    assert "missing.txt, line 4: " in str(scan.summary)


def test_files_in_capitals_or_not_are_one_data_set(folder, tmp_path):
    (folder / f"{GOOD[0]}.skeleton").rename(folder / f"{GOOD[0].lower()}.SKELETON")
    missing = tmp_path / "missing.txt"
    missing.write_text(GOOD[1].lower())
    scan = FolderScan(folder, ntu.READER, missing_list=missing)
    assert {name.upper() for name in names(scan)} == {*GOOD} - {GOOD[1]}
    assert (len(scan.summary.faults), scan.summary.listing.listed) == (2, (GOOD[1],))


def test_a_folder_without_a_clip_says_what_was_looked_for(folder):
    with pytest.raises(ValueError, match="aAA_sSS_eEE_vVV.json, .*found none.* 8 other entries"):
        FolderScan(folder, nucla.READER)


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_folder_that_is_none(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=f"(No such file|Not a directory).*root=.*{name}"):
        FolderScan(tmp_path / name, ntu.READER)


def test_workers_give_the_same_in_the_same_order(folder, tmp_path):
    # The files differ in length by a factor of 40: the later ones are done first.
    for replication in range(2, 20):
        name = ntu_name(replication=replication)
        write_ntu(folder, name, person(40 if replication % 2 else 1, seed=replication))
    code = """
        from keras_drnn.skeletons import ntu
        from keras_drnn.skeletons.scan import FolderScan
        scan = FolderScan(sys.argv[1], ntu.READER, workers=2)
        for clip in scan:
            print(clip.name, clip.joints.tobytes().hex(), clip.mask.all())
        print(scan.summary)
    """
    process = start(tmp_path / "script.py", code, folder)
    together, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    alone = FolderScan(folder, ntu.READER)
    lines = [f"{c.name} {c.joints.tobytes().hex()} {c.mask.all()}" for c in alone]
    assert together.splitlines() == [*lines, *str(alone.summary).splitlines()]


def test_less_than_one_worker(folder):
    with pytest.raises(ValueError, match="workers=0"):
        list(read_entries([], workers=0))


def test_the_same_for_nucla(tmp_path):
    for name in ("a02_s01_e00_v03", "a01_s01_e00_v01"):
        write_nucla(tmp_path, name, person(3, joints=20))
    (tmp_path / "a03_s01_e00_v01.json").write_text("{")
    scan = FolderScan(tmp_path, nucla.READER)
    assert names(scan) == ["a01_s01_e00_v01", "a02_s01_e00_v03"]
    assert [fault.kind for fault in scan.summary.faults] == ["truncated"]


def test_an_error_travels_between_processes():
    error = SkeletonFileError("a.skeleton", 7, "expected 25 joints", "joint count")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.path, copy.line, copy.reason, copy.kind, str(copy)) == (
        *(error.path, 7, "expected 25 joints", "joint count"),
        "a.skeleton, line 7: expected 25 joints",
    )
