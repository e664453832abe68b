"""What a logged model asks for, and the wheel of this package beside it."""

import zipfile
from email import message_from_string
from importlib import metadata
from types import SimpleNamespace

import pytest
from logged_requirements import check_installed_here
from packaging.requirements import Requirement

from keras_drnn.tracking import requirements
from keras_drnn.tracking.requirements import requirements_of
from keras_drnn.tracking.wheel import write_wheel
from keras_drnn.version import __version__


def test_every_backend_in_the_version_that_is_installed():
    modules = ["tensorflow", "torch", "jax"]
    check_installed_here(requirements_of(modules), *modules)


def test_a_local_version_is_asked_for_as_an_index_has_it(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "2.13.0+cpu")
    assert requirements_of(["torch", "numpy"]) == ["torch==2.13.0", "numpy==2.13.0"]


@pytest.mark.parametrize(
    ("platform", "machine", "expected"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("win32", "AMD64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
    ],
)
def test_the_tensorflow_that_there_is_on_each_platform(monkeypatch, platform, machine, expected):
    providers = {"tensorflow": ["tensorflow_cpu"]}
    monkeypatch.setattr(requirements, "providers_of_modules", lambda: providers)
    monkeypatch.setattr(metadata, "version", lambda name: "2.21.0")
    there = {"sys_platform": platform, "platform_machine": machine}
    lines = [Requirement(line) for line in requirements_of(["tensorflow"])]
    (counting,) = [line for line in lines if line.marker is None or line.marker.evaluate(there)]
    assert (counting.name, str(counting.specifier)) == (expected, "==2.21.0")


def described(wheel):
    """The names of a wheel's files, and what it says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        info = f"keras_drnn-{__version__}.dist-info"
        return archive.namelist(), message_from_string(archive.read(f"{info}/METADATA").decode())


def test_the_wheel_is_the_distribution(tmp_path):
    names, about = described(write_wheel(tmp_path))
    assert (about["Name"], about["Version"]) == ("keras-drnn", __version__)
    assert about["Requires-Python"]
    assert {"keras_drnn/layer.py", "keras_drnn/py.typed", "keras_drnn_runtime/pyfunc.py"} < {*names}
    assert "keras_drnn/data_sets/ntu120_missing.txt" in names
    assert f"keras_drnn-{__version__}.dist-info/entry_points.txt" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("/")]


@pytest.mark.parametrize("installed", [None, "0.0.1"])
def test_a_checkout_that_is_not_installed_or_has_moved_on(tmp_path, monkeypatch, installed):
    def distribution(name):
        if installed is None:
            raise metadata.PackageNotFoundError(name)
        return SimpleNamespace(version=installed)

    monkeypatch.setattr(metadata, "distribution", distribution)
    _, about = described(write_wheel(tmp_path))
    assert (about["Name"], about["Version"]) == ("keras-drnn", __version__)


def test_the_same_package_gives_the_same_bytes(tmp_path):
    (tmp_path / "again").mkdir()
    first, second = write_wheel(tmp_path), write_wheel(tmp_path / "again")
    assert first.read_bytes() == second.read_bytes()
