"""`drnn data info`: it describes whatever is there, and names everything that is not used."""

import json

import pytest
from skeleton_files import ntu_name, person, write_ntu

from keras_drnn.skeletons.errors import NoClipsError


@pytest.fixture
def clips(tmp_path):
    """Clips of two actions, two people and three cameras; some more that NTU does not know."""
    folder = tmp_path / "my [clips]"
    folder.mkdir()
    for action in (1, 2):
        for subject in (1, 2):
            for camera in (1, 2, 3):
                name = ntu_name(subject=subject, camera=camera, action=action)
                write_ntu(folder, name, person(3, seed=100 * action + 10 * subject + camera))
    return folder


@pytest.fixture
def info(command, tmp_path):
    def info(folder, *options):
        done = command(
            "data", "info", "--data", "ntu", "--root", str(folder), "--json", "info.json", *options
        )
        assert done.exit_code == 0, done.output
        return json.loads((tmp_path / "info.json").read_text()), done.output

    return info


def test_a_sound_folder(info, clips):
    found, said = info(clips)
    assert found["clips"] == {"train": 4, "validation": 4, "test": 4}
    assert (found["left_out"], found["split_error"]) == ([], None)
    assert found["warnings"] == [
        "There are clips of 2 of the data set's 60 actions, none of action 3-60: accuracies on "
        "them are not those on all 60"
    ]
    assert found["actions"] == {"1": 6, "2": 6} and found["cameras"] == {"1": 4, "2": 4, "3": 4}
    assert found["setups"] == {"1": 12} and "subjects 1-2; setups 1" in said
    assert "2 classes: drink water, eat a meal" in said and "cannot be split" not in said
    # The second time nothing is read, and there is no bar to show.
    again, said = info(clips)
    assert again == found and said.lstrip("\n") == said


def test_what_is_not_used_is_counted_and_named(info, clips, tmp_path):
    for action, camera in ((61, 1), (61, 2), (1, 7)):
        write_ntu(clips, ntu_name(action=action, camera=camera), person(3, seed=action + camera))
    (clips / f"{ntu_name(action=3)}.skeleton").write_text("1\nx\n")
    (clips / "notes.txt").write_text("")
    listed = ntu_name(subject=2, camera=3, action=2)
    (tmp_path / "missing.txt").write_text(f"{listed}\nS001C001P001R001\n")
    found, said = info(clips, "--missing-list", "missing.txt")
    assert found["clips"] == {"train": 4, "validation": 3, "test": 4}
    left_out = {line.partition(":")[0].partition(",")[0]: line for line in found["left_out"]}
    assert set(left_out) == {
        ntu_name(action=3) + ".skeleton",
        listed,
        ntu_name(action=61, camera=1) + ".skeleton",
        ntu_name(action=61, camera=2) + ".skeleton",
        ntu_name(action=1, camera=7) + ".skeleton",
    }
    assert "line 2" in left_out[ntu_name(action=3) + ".skeleton"]
    assert "listed as missing" in left_out[listed]
    assert "action 61" in left_out[ntu_name(action=61, camera=2) + ".skeleton"]
    assert "camera 7" in left_out[ntu_name(action=1, camera=7) + ".skeleton"]
    assert (found["ignored"], found["ignored_files"]) == (1, ["notes.txt"])
    assert any("missing.txt, line 2" in warning for warning in found["warnings"])
    said = " ".join(said.split())
    assert "3 files beyond the data set, not read: 1 of camera 7 (it has 1-3); 2 of action" in said
    assert said.count("1 listed as missing") == 1


def test_a_folder_that_cannot_be_split_is_described_all_the_same(info, tmp_path):
    folder = tmp_path / "few"
    folder.mkdir()
    for action, camera in ((1, 2), (1, 3), (2, 1)):
        for subject in (1, 2):
            write_ntu(folder, ntu_name(subject, camera, action), person(2, seed=action + camera))
    found, said = info(folder)
    assert found["clips"] == {"read": 6}
    assert found["actions"] == {"1": 4, "2": 2} and found["subjects"] == {"1": 3, "2": 3}
    assert "none of action 2, of which there are test clips alone" in found["split_error"]
    said = " ".join(said.split())
    assert "6 clips read" in said and "actions 1-2; cameras 1-3; subjects 1-2" in said
    assert "It cannot be split" in said


def test_a_folder_without_a_clip_that_can_be_read_is_described_too(command, tmp_path):
    (tmp_path / "clips").mkdir()
    write_ntu(tmp_path / "clips", ntu_name(action=61), person(3))
    faulty = f"{ntu_name(action=2)}.skeleton"
    (tmp_path / "clips" / faulty).write_text("1\nx\n")
    (tmp_path / "clips" / "notes.txt").write_text("")
    done = command("data", "info", "--data", "ntu", "--root", "clips", "--json", "info.json")
    assert isinstance(done.exception, NoClipsError) and "found none" in str(done.exception)
    found = json.loads((tmp_path / "info.json").read_text())
    assert found["clips"] == {"read": 0} and found["ignored_files"] == ["notes.txt"]
    assert len(found["left_out"]) == 2 and found["left_out"][0].startswith(f"{faulty}, line 2")
    assert "action 61 is beyond" in found["left_out"][1]


def test_both_downloads_of_ntu_120_beside_each_other(command, tmp_path):
    for action, setup, folder in ((1, 1, "nturgb+d_skeletons"), (61, 18, "nturgb+d_skeletons120")):
        folder = tmp_path / "both" / folder
        folder.mkdir(parents=True)
        for subject in (1, 2, 3):
            for more in (0, 1):
                name = ntu_name(subject=subject, action=action, setup=setup + more)
                write_ntu(folder, name, person(2, seed=setup + 10 * subject + more))
        write_ntu(folder, ntu_name(action=action, camera=2, setup=33), person(2))
    write_ntu(folder, ntu_name(subject=1, action=1), person(3))

    def info(data, *options):
        arguments = ("data", "info", "--data", data, "--root", "both", "--json", "info.json")
        done = command(*arguments, *options)
        assert done.exit_code == 0, done.output
        return json.loads((tmp_path / "info.json").read_text()), " ".join(done.output.split())

    # Subjects 1 and 2 are on the training side; of setups, the even ones.
    found, said = info("ntu120")
    assert found["protocol"] == "cross-subject" and found["actions"] == {"1": 6, "61": 6}
    assert found["clips"] == {"train": 4, "validation": 4, "test": 4}
    assert found["setups"] == {"1": 3, "2": 3, "18": 3, "19": 3} and found["classes"] == [
        "drink water",
        "put on headphones",
    ]
    assert len(found["left_out"]) == 3
    assert "2 files beyond the data set, not read: 2 of setup 33 (it has 1-32) 1 file" in said
    assert "differs from nturgb+d_skeletons/S001C001P001R001A001.skeleton" in said
    found, _ = info("ntu120", "--protocol", "cross-setup")
    assert found["clips"] == {"train": 4, "validation": 2, "test": 6}
    assert found["validation_subjects"] == [2]

    found, said = info("ntu")
    assert found["actions"] == {"1": 6} and "setup 18-19, 33 (it has 1-17)" in said
    assert "7 of action 61 (it has 1-60); --data ntu120 reads 6 of them" in said


def test_copies_are_told(info, clips):
    copied = person(4, seed=5)
    write_ntu(clips, ntu_name(subject=1, camera=1), copied)
    write_ntu(clips, ntu_name(subject=1, camera=2), copied)
    found, _ = info(clips)
    assert found["clips"]["clean"] == 3
    assert "1 of 4 test clips byte-identical" in found["warnings"][0]
