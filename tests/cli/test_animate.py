"""`drnn animate`: a page or a film of a clip, and errors for people."""

import numpy as np
from recording_files import standing
from skeleton_files import person, write_ntu

from keras_drnn.skeletons import COCO_17


def test_a_page_and_a_film_of_a_clip(command, tmp_path):
    write_ntu(tmp_path, "S001C001P001R001A006", person(3))
    page = command("animate", "S001C001P001R001A006.skeleton", "--data", "ntu")
    assert page.exit_code == 0, page.output
    assert page.output.strip() == "S001C001P001R001A006.html"
    text = (tmp_path / "S001C001P001R001A006.html").read_text("utf-8")
    assert "pick up" in text and "3 frames, 0.1 s" in text
    film = command("animate", "S001C001P001R001A006.skeleton", "--out", "clip.gif")
    assert film.exit_code == 0, film.output
    assert (tmp_path / "clip.gif").read_bytes().startswith(b"GIF89a")


def test_a_fault_is_told_in_words(command, tmp_path):
    np.save(tmp_path / "clip.npy", standing(COCO_17, frames=3))
    for arguments, message in [
        (["clip.npy"], "told what the joints are"),
        (["clip.npy", "--layout", "coco"], "must be one of"),
        (["nowhere.json"], "nowhere.json"),
        (["clip.npy", "--out", "clip.avi"], ".html, .gif or .mp4"),
        (["clip.npy", "--out", "nowhere/clip.html"], "in a folder that exists"),
        (["clip.npy", "--model", "model.keras"], "model.keras"),
    ]:
        done = command("animate", *arguments)
        assert done.exit_code != 0 and isinstance(done.exception, ValueError)
        assert message in str(done.exception)
    assert not list(tmp_path.glob("*.html"))
