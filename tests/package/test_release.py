"""What a release says of itself in several places is the same in all of them."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import keras_drnn_runtime
from keras_drnn import __version__

ROOT = Path(__file__).parents[2]
PROJECT, RUNTIME = (
    tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    for folder in (".", "runtime")
)
with_whole_links = runpy.run_path(str(ROOT / "setup.py"), run_name="setup")["with_whole_links"]


def test_one_version():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+) \((?:unreleased|\d{4}-\d\d-\d\d)\)$", changelog, re.M)
    assert newest is not None and newest[1] == __version__
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == __version__
    assert keras_drnn_runtime.__version__ == __version__


def test_the_pythons_that_are_named_are_those_that_it_installs_on():
    first, end = (int(each) for each in re.findall(r"3\.(\d+)", PROJECT["requires-python"]))
    named = re.findall(r"Python :: (3\.\d+)'", str(PROJECT["classifiers"]))
    assert named == [f"3.{minor}" for minor in range(first, end)]


def test_the_runtime_by_itself_asks_for_what_it_asks_for_in_the_library():
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *extras["export"], *extras["onnx"], *extras["openvino"]]
    bounds = {Requirement(line).name: Requirement(line).specifier for line in lines}
    asked = RUNTIME["dependencies"] + sum(RUNTIME["optional-dependencies"].values(), [])
    for line in asked:
        assert Requirement(line).specifier == bounds[Requirement(line).name], line
    assert {Requirement(line).name for line in RUNTIME["dependencies"]} == {
        "ai-edge-litert",
        "numpy",
    }


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](docs/a.md#b)", "[a](https://host/o/n/blob/v1.0/docs/a.md#b)"),
        ("![a](docs/a.png)", "![a](https://host/o/n/raw/v1.0/docs/a.png)"),
        ("[`a/`](a)", "[`a/`](https://host/o/n/blob/v1.0/a)"),
        ("[a](#b)", "[a](#b)"),
        ("[a](https://elsewhere/b)", "[a](https://elsewhere/b)"),
    ],
)
def test_links_to_files_lead_into_the_repository(link, expected):
    assert with_whole_links(link, "https://host/o/n/", "1.0") == expected


def test_all_links_of_the_readme_do():
    text = with_whole_links((ROOT / "README.md").read_text("utf-8"), "https://host/o/n", "1.0")
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert len(links) > 5
    for link in links:
        assert re.match("https://|#", link), link
        path = re.match("https://host/o/n/(?:blob|raw)/v1.0/([^#]+)", link)
        assert path is None or (ROOT / path[1]).exists(), link
    # Of the other ways to write a link it has none.
    assert not re.search(r"^\[[^\]]+\]:|<a |<img ", text, re.M)
