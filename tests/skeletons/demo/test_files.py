"""Demo files: genuine NTU text, the same everywhere, whole or not there."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from light_process import start

from keras_drnn.skeletons import ntu_careful, ntu_fast
from keras_drnn.skeletons.demo import ACTIONS, generate
from keras_drnn.skeletons.demo import folder as folder_module
from keras_drnn.skeletons.demo.folder import MARKER
from keras_drnn.skeletons.demo.takes import Take
from keras_drnn.skeletons.demo.writer import skeleton_text
from keras_drnn.skeletons.ntu import read_skeleton


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo") / "clips"
    summary = generate(root, subjects=2, repetitions=1)
    assert (summary.clips, summary.written) == (72, 72)
    return root


def contents(root):
    return {path.name: path.read_bytes() for path in root.iterdir()}


def test_the_folder_says_what_it_is(folder):
    marker = json.loads((folder / MARKER).read_text())
    assert marker["synthetic"] is True
    assert "ynthetic" in marker["notice"]


def test_names_follow_ntu(folder):
    names = {path.name for path in folder.glob("*.skeleton")}
    # Subject 1 is in room 1, subject 2 in room 2.
    assert names == {
        f"S{subject:03}C{camera:03}P{subject:03}R001A{action:03}.skeleton"
        for subject in (1, 2)
        for camera in (1, 2, 3)
        for action in range(1, len(ACTIONS) + 1)
    }


def test_files_come_back_as_they_were_recorded(folder):
    lost = 0
    for subject, action, camera in [(1, 1, 1), (1, 8, 2), (2, 12, 3), (2, 5, 1), (2, 7, 2)]:
        take = Take(0, subject, action, 1)
        body = take.recording(take.people(), camera).bodies[0]
        clip = read_skeleton(folder / take.file_name(camera))
        assert (clip.subject, clip.camera, clip.action) == (subject, camera, action)
        assert clip.joints.shape[2:] == (25, 3)
        np.testing.assert_array_equal(clip.mask[:, 0], body.present)
        np.testing.assert_allclose(
            clip.joints[body.present, 0], body.joints[body.present], atol=5.1e-4
        )
        lost += (~body.present).sum()
    assert lost, "none of these clips has a lost frame: take others"


def test_joints_have_twelve_columns(folder):
    lines = (folder / Take(0, 1, 1, 1).file_name(1)).read_text().splitlines()
    assert [len(line.split()) for line in lines[2:30]] == [10, 1, *[12] * 25, 1]


def test_the_files_are_the_same_on_every_machine(folder):
    digest = hashlib.sha256()
    for action in (1, 5, 8, 12):
        digest.update((folder / Take(0, 1, action, 1).file_name(2)).read_bytes())
    # Counting up VERSION of generate.py is what goes with a change of this.
    assert digest.hexdigest()[:16] == "13bfb57791ff1f5d"


def test_a_file_does_not_depend_on_what_else_is_made(folder):
    take = Take(0, 2, 9, 1)
    alone = skeleton_text(take.recording(take.people(), 3))
    assert alone == (folder / take.file_name(3)).read_bytes()
    other = Take(1, 2, 9, 1)
    assert skeleton_text(other.recording(other.people(), 3)) != alone


GENERATE_AND_DIE = """
    import os
    from keras_drnn.skeletons.demo import generate

    def progress(done, of):
        if done >= 30:
            os.kill(os.getpid(), 9)

    generate(sys.argv[1], subjects=2, repetitions=1, progress=progress)
"""


def test_a_killed_generation_is_completed(folder, tmp_path_factory, tmp_path):
    script = tmp_path_factory.mktemp("script") / "die.py"
    process = start(script, GENERATE_AND_DIE, tmp_path)
    process.communicate()
    assert process.returncode == -9
    begun = len(list(tmp_path.glob("*.skeleton")))
    (tmp_path / ".unfinished-0-S001C001P001R001A001.skeleton").write_bytes(b"half")
    summary = generate(tmp_path, subjects=2, repetitions=1)
    assert summary.written == 72 - begun > 0
    assert contents(tmp_path) == contents(folder)
    assert generate(tmp_path, subjects=2, repetitions=1).written == 0


GENERATE = """
    from keras_drnn.skeletons.demo import generate

    generate(sys.argv[1], subjects=2, repetitions=1)
"""


def test_two_may_generate_at_once(folder, tmp_path_factory, tmp_path):
    scripts = tmp_path_factory.mktemp("scripts")
    processes = [start(scripts / f"{i}.py", GENERATE, tmp_path) for i in range(2)]
    errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert contents(tmp_path) == contents(folder)


def test_another_process_completes_the_folder_while_this_one_opens_it(tmp_path, monkeypatch):
    replace = Path.replace

    def completed_before(unfinished, target):
        monkeypatch.undo()
        folder_module.close_folder(tmp_path, {"subjects": 1})
        return replace(unfinished, target)

    monkeypatch.setattr(Path, "replace", completed_before)
    assert not folder_module.open_folder(tmp_path, {"subjects": 1})
    assert folder_module.open_folder(tmp_path, {"subjects": 1})  # complete, as the other left it


def test_other_peoples_folders_are_left_alone(folder, tmp_path):
    with pytest.raises(ValueError, match="other settings"):
        generate(folder, subjects=3, repetitions=1)
    (tmp_path / "S001C001P001R001A001.skeleton").write_text("mine")
    with pytest.raises(ValueError, match="not demo data"):
        generate(tmp_path, subjects=1, repetitions=1)
    for wrong in ({"subjects": 0}, {"repetitions": 1000}, {"seed": -1}):
        with pytest.raises(ValueError, match="Received"):
            generate(tmp_path / "new", **wrong)


def test_both_readers_read_the_files(folder):
    for path in sorted(folder.glob("*.skeleton"))[::9]:
        data = path.read_bytes()
        fast = ntu_fast.parse(data)
        assert fast is not None, "the fast reader leaves demo files to the careful one"
        careful = ntu_careful.parse(data, path)
        np.testing.assert_array_equal(fast.frame, careful.frame)
        np.testing.assert_array_equal(fast.joints, careful.joints)
