"""No conversion, and files that tests share."""

import os
import pickle

import pytest
from filelock import FileLock

from keras_drnn.export import conversion


@pytest.fixture
def own_process(monkeypatch, start_process=conversion.start_process):
    """A process of its own for each conversion, as users have it."""
    monkeypatch.setattr(conversion, "start_process", start_process)


@pytest.fixture
def no_conversion(monkeypatch):
    def start(job_file):
        raise AssertionError("A conversion was started, which takes many seconds.")

    monkeypatch.setattr(conversion, "start_process", start)


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """From a name and an export to the file and its report: made once, by whichever worker."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def get(name, export):
        path, report = folder / "files" / name / "model.tflite", folder / f"{name}.pickle"
        with FileLock(folder / f"{name}.lock"):
            if not report.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                report.write_bytes(pickle.dumps(export(path)))
        return path, pickle.loads(report.read_bytes())

    return get
