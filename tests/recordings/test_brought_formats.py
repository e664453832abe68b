"""Recording formats of other packages: used like the own ones, and no danger to them."""

import logging
import sys

import numpy as np
import pytest

from keras_drnn.recordings.errors import RecordingError
from keras_drnn.recordings.formats import brought
from keras_drnn.recordings.formats.registry import suffixes
from keras_drnn.recordings.read import read_recording

CODE = """
import numpy as np
from keras_drnn.recordings.formats.file_format import FileFormat, by_suffix
from keras_drnn.recordings.recording import Recording

def read(source, arrangement):
    numbers = [[float(part) for part in line.split("|")] for line in source.text.splitlines()]
    return [Recording(np.array(numbers, "float32"), name=source.path.stem)]

def careless(source):
    return source.json["channels"]

BARS = FileFormat("bars", (".bars",), by_suffix, read)
BARS_IN_CSV = FileFormat("bars in csv", (".csv",), lambda source: "|" in source.text, read)
CARELESS = FileFormat("careless", (".csv", ".json"), careless, read)
NO_FORMAT = 3
"""


@pytest.fixture
def bring(tmp_path, monkeypatch):
    """Bring a package with recording formats, by their names, for as long as a test takes."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (tmp_path / "site" / "bars-1.0.dist-info").mkdir(parents=True)
    brought.brought_formats.cache_clear()

    def bring(*names, code=CODE):
        (tmp_path / "site" / "barsreader.py").write_text(code)
        info = tmp_path / "site" / "bars-1.0.dist-info"
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bars\nVersion: 1.0\n")
        lines = [f"{name.lower()} = barsreader:{name}" for name in names]
        (info / "entry_points.txt").write_text("\n".join([f"[{brought.GROUP}]", *lines, ""]))

    yield bring
    brought.brought_formats.cache_clear()
    sys.modules.pop("barsreader", None)


def test_files_of_a_suffix_of_its_own_are_read(bring, tmp_path):
    bring("BARS")
    (tmp_path / "a.bars").write_text("1|2\n3|4\n5|6\n")
    assert read_recording(tmp_path / "a.bars").values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert ".bars" in suffixes()
    (tmp_path / "b.bars").write_text("1|x\n")
    with pytest.raises(RecordingError, match="format bars .*package bars .*ValueError"):
        read_recording(tmp_path / "b.bars")


def test_it_reads_what_it_recognises_and_no_more(bring, tmp_path):
    bring("BARS_IN_CSV")
    (tmp_path / "a.csv").write_text("1|2\n3|4\n")
    (tmp_path / "b.csv").write_text("1,2\n3,4\n")
    for name in ("a.csv", "b.csv"):
        assert read_recording(tmp_path / name).values.tolist() == [[1, 2], [3, 4]]


def test_one_that_cannot_be_used_is_named_and_stops_nothing(bring, tmp_path, caplog):
    bring("NO_FORMAT", "ABSENT", "CARELESS", "BARS")
    np.save(tmp_path / "a.npy", np.ones((4, 2), "float32"))
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    (tmp_path / "a.bars").write_text("1|2\n")
    (tmp_path / "a.json").write_text("[[1, 2], [3, 4]]")
    with caplog.at_level(logging.WARNING, "keras_drnn"):
        for name, frames in (("a.npy", 4), ("a.csv", 2), ("a.bars", 1), ("a.json", 2)):
            assert len(read_recording(tmp_path / name).values) == frames
            read_recording(tmp_path / name)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3, said
    assert "'no_format'" in said[0] and "expected a FileFormat, received 3" in said[0]
    assert "'absent'" in said[1] and "package bars" in said[1] and "AttributeError" in said[1]
    assert "'careless'" in said[2] and "TypeError" in said[2]


def test_a_package_that_cannot_be_imported_is_named(bring, tmp_path, caplog):
    bring("BARS", code="raise RuntimeError('no licence')")
    np.save(tmp_path / "a.npy", np.ones((4, 2), "float32"))
    assert read_recording(tmp_path / "a.npy").values.shape == (4, 2)
    assert "RuntimeError: no licence" in caplog.text
