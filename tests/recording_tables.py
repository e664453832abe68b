"""What tests of tables of recordings share."""

from pathlib import Path

import numpy as np
from recording_files import standing

from keras_drnn.skeletons.layouts import COCO_17


def write_table(folder, lines, *, description=None, layout=COCO_17, axes=3, scale=1.0):
    """Write a table, and joints of someone for each file in it; no two files are alike.

    Returns:
        The table, or the description of it if there is one.
    """
    for number, line in enumerate(lines[1:]):
        file = folder / line.split(",")[0]
        if line and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            joints = standing(layout, frames=12) + np.float32(number / 100)
            np.save(file, joints[..., :axes] * np.float32(scale))
    table = folder / "clips.csv"
    table.write_text("\n".join([*lines, ""]), encoding="utf-8")
    if description is None:
        return table
    path = folder / "clips.toml"
    path.write_text(f'table = "clips.csv"\n{description}', encoding="utf-8")
    return path


def rows(subjects, labels=("sit", "stand")):
    """The lines of a table with a clip of each subject and label."""
    named = [f"{s}{n}.npy,{label},{s}" for s in subjects for n, label in enumerate(labels)]
    return ["file,label,subject", *named]


def table_of(folder: Path, header: str, *lines: str) -> Path:
    """A table whose files hold nothing: for what never reads them."""
    for line in lines:
        (folder / line.split(",")[0]).write_bytes(b"joints")
    (folder / "clips.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return folder / "clips.csv"
