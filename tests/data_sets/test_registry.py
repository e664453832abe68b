"""Data sets that another package brings: found by name, and named in words when broken."""

import json
import sys
from itertools import product

import keras
import pytest
from recording_tables import rows, write_table
from skeleton_files import ntu_name, person, write_ntu
from typer.testing import CliRunner

from keras_drnn.cli.data import app
from keras_drnn.data_sets import DataSetError, data_set_names, find_data_set
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.prediction import predict
from keras_drnn.experiments.recipes import recipe_for

OWN = ("demo", "ntu", "ntu120", "nucla")

GYM = """
from dataclasses import replace
from keras_drnn.data_sets import DataSet, Protocol
from keras_drnn.data_sets.ntu import DATA_SET as NTU

PROTOCOL = Protocol("by-person", "subject", train=(1, 2), test=(3,), actions={1: "sit", 2: "jump"})
GYM = DataSet(
    "gym",
    "our gym",
    NTU.reader,
    (PROTOCOL,),
    recipe=replace(NTU.recipe, steps=77),
    subsets={"jumps": (2,)},
    notices=("Ask before you publish.",),
)
OTHER = replace(GYM, name="other")
"""


@pytest.fixture
def bring(tmp_path, monkeypatch):
    """Bring packages for as long as a test takes: their code, and their entry points."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))
    modules = set(sys.modules)

    def bring(package, code, entry_points):
        info = site / f"{package}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{package}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in entry_points]
        (info / "entry_points.txt").write_text("\n".join(["[keras_drnn.data_sets]", *lines, ""]))

    yield bring
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(site)):
            del sys.modules[name]


def test_a_data_set_of_another_package_is_used_like_the_own_ones(bring, tmp_path):
    assert data_set_names() == OWN
    bring("gympackage", GYM, [("gym", "gympackage:GYM")])
    assert data_set_names() == (*OWN, "gym")
    assert recipe_for("drnn", preset="best", data="gym").steps == 77

    clips = tmp_path / "clips"
    clips.mkdir()
    for seed, (subject, action) in enumerate((s, a) for s in (1, 2, 3) for a in (1, 2)):
        write_ntu(clips, ntu_name(subject=subject, action=action), person(3, seed=seed))
    data = open_data("gym", root=clips, cache=tmp_path / "cache")
    assert data.description()["clips"] == {"train": 2, "validation": 2, "test": 2, "jumps": 1}
    assert (data.name, data.protocol.name) == ("gym", "by-person")
    assert data.split.class_names == ("sit", "jump")
    assert data.warnings == ("Ask before you publish.",)


def test_a_data_set_needs_no_entry_point_in_python(bring, tmp_path):
    bring("gympackage", GYM, [])
    from gympackage import GYM as gym  # type: ignore[import-not-found] - just written

    assert recipe_for("drnn", preset="best", data=gym).steps == 77
    with pytest.raises(ValueError, match="one of by-person"):
        open_data(gym, root=tmp_path, protocol="cross-view", cache=tmp_path / "cache")


LINES = """
import numpy as np
from keras_drnn.data_sets import DataSet, Protocol
from keras_drnn.skeletons import KINECT_V1
from keras_drnn.skeletons.reader import Reader

def parse(data, path, name):
    heights = np.array(data.split(), "float32")
    joints = np.broadcast_to(heights[:, None, None, None], (len(heights), 1, 20, 3)).copy()
    return joints, np.ones((len(heights), 1), bool)

NAME = r"c(?P<camera>[0-9])-p(?P<subject>[0-9])-a(?P<action>[0-9])"
READER = Reader("heights", "cC-pP-aA.json", NAME, KINECT_V1, parse)
VIEWS = Protocol("views", "camera", train=(1,), test=(2,), actions={1: "low", 2: "high"})
HEIGHTS = DataSet("heights", "a format of our own", READER, (VIEWS,))
"""


def test_a_format_of_its_own_is_read_and_predicted(bring, tmp_path):
    bring("lines", LINES, [("heights", "lines:HEIGHTS")])
    clips = tmp_path / "clips"
    clips.mkdir()
    for camera, subject, action in product((1, 2), (1, 2), (1, 2)):
        (clips / f"c{camera}-p{subject}-a{action}.json").write_text(f"{action} {subject}\n")
    data = open_data("heights", root=clips, cache=tmp_path / "cache")
    assert [clip.joints[1, 0, 3, 2] for clip in data.clips] == [1, 1, 2, 2] * 2
    assert data.split.class_names == ("low", "high")

    # A model of it reads its files so, though other data sets have files of this suffix too.
    model = keras.Sequential([keras.Input((None, 1, 20, 3)), keras.layers.Reshape((-1, 60))])
    model.save(tmp_path / "model.keras")
    known = {"classes": list(map(str, range(60))), "joints": [], "bodies": 1, "data": "heights"}
    (tmp_path / "classes.json").write_text(json.dumps(known))
    found = list(predict(tmp_path / "model.keras", clips))
    assert len(found) == 8 and all(each.error is None for each in found)


RECORDINGS = """
from pathlib import Path
from dataclasses import replace
from keras_drnn.data_sets import find_data_set

TABLE = find_data_set(str(Path(__file__).parents[1] / "clips.csv"), layout="coco_17")
RECORDINGS = replace(TABLE, name="recordings")
"""


def test_clips_that_a_package_brings_need_no_folder_and_stop_no_prediction(bring, tmp_path):
    write_table(tmp_path, rows("abc"))
    bring("brought", RECORDINGS, [("recordings", "brought:RECORDINGS")])
    data = open_data("recordings", root=None, cache=tmp_path / "cache")
    assert data.name == "recordings" and len(data.clips) == 6

    file = write_ntu(tmp_path, ntu_name(), person(3))
    model = keras.Sequential([keras.Input((None, 2, 25, 3)), keras.layers.Reshape((-1, 150))])
    model.save(tmp_path / "model.keras")
    (found,) = predict(tmp_path / "model.keras", file)
    assert found.error is None and found.label is not None


def test_an_unknown_name_is_answered_with_those_there_are(bring):
    bring("gympackage", GYM, [("gym", "gympackage:GYM")])
    with pytest.raises(
        ValueError, match="one of demo, ntu, ntu120, nucla, gym, or a table.*Received: data='gymn'"
    ):
        find_data_set("gymn")


BROKEN = {
    "absent": ("no_such_module:X", "No module named 'no_such_module'"),
    "raising": ("raising:X", "RuntimeError: no licence"),
    "unnamed": ("gympackage:NOTHING", "NOTHING"),
    "wrong": ("gympackage:PROTOCOL", r"expected a DataSet, received Protocol"),
    "renamed": ("gympackage:OTHER", "named renamed, the data set other"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_named_with_its_package_and_the_rest_goes_on(bring, name):
    value, reason = BROKEN[name]
    bring("gympackage", GYM, [("gym", "gympackage:GYM"), (name, value)])
    bring("raising", "raise RuntimeError('no licence')", [])
    assert data_set_names() == (*OWN, "gym", name)
    with pytest.raises(DataSetError, match=f"'{name}'.*package gympackage.*{reason}"):
        find_data_set(name)
    assert find_data_set("gym").title == "our gym"
    assert find_data_set("demo").synthetic


def test_two_of_one_name_are_refused_whichever_brings_them(bring):
    bring("gympackage", GYM, [("gym", "gympackage:GYM"), ("ntu", "gympackage:GYM")])
    bring("again", "", [("gym", "gympackage:GYM")])
    with pytest.raises(DataSetError, match="found 2.*package (gympackage|again).*Uninstall"):
        find_data_set("gym")
    with pytest.raises(DataSetError, match="keras-drnn.*package gympackage"):
        find_data_set("ntu")
    assert data_set_names() == (*OWN, "gym")
    assert find_data_set("nucla").name == "nucla"


def test_the_command_lists_them_and_names_a_broken_one(bring, tmp_path):
    bring("gympackage", GYM, [("gym", "gympackage:GYM"), ("wrong", "gympackage:PROTOCOL")])
    done = CliRunner().invoke(app, ["list", "--json", str(tmp_path / "found.json")])
    assert done.exit_code == 0, done.output
    assert "our gym" in done.output and "by-person" in done.output
    assert "cannot be used" in done.output
    found = {each["name"]: each for each in json.loads((tmp_path / "found.json").read_text())}
    assert list(found) == [*OWN, "gym", "wrong"]
    assert found["ntu"]["protocols"] == ["cross-view", "cross-subject"]
    assert (found["gym"]["protocols"], found["gym"]["joints"]) == (["by-person"], 25)
    assert found["gym"]["error"] is None and "DataSet" in found["wrong"]["error"]
