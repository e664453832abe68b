"""The glossary names what there is."""

import importlib
import inspect
import re

import typer
from pages import ROOT

from keras_drnn.cli.app import app

PACKAGES = [
    "keras_drnn",
    "keras_drnn.data_sets",
    "keras_drnn.experiments",
    "keras_drnn.export",
    "keras_drnn.influence",
    "keras_drnn.skeletons",
    "keras_drnn.tuning",
    "keras_drnn_runtime",
]


def names_in_code(page):
    """What stands in the third column of its tables of four."""
    for line in page.splitlines():
        cells = line.strip("|").split("|")
        if len(cells) == 4:
            yield from re.findall(r"`([^`]+)`", cells[2])


def public_names():
    """Names of the packages, the same with their package, and arguments of each."""
    for package in PACKAGES:
        module = importlib.import_module(package)
        inside = package.partition(".")[2]
        for name in module.__all__:
            yield from (name, f"{inside}.{name}")
            value = getattr(module, name)
            function = value.__init__ if inspect.isclass(value) else value
            if inspect.isfunction(function):
                yield from inspect.signature(function).parameters


def typed_names(command, way=("drnn",)):
    """Commands and their options, as they are typed."""
    yield " ".join(way)
    for option in command.params:
        yield from (*option.opts, *option.secondary_opts)
    for name, below in getattr(command, "commands", {}).items():
        yield from typed_names(below, (*way, name))


def test_every_name_in_the_glossary_exists():
    named = set(names_in_code((ROOT / "docs/glossary.md").read_text("utf-8")))
    assert len(named) > 40
    known = {*public_names(), *typed_names(typer.main.get_command(app))}
    assert named - known == set()


def test_words_have_one_line_each_in_the_glossary():
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    words = re.findall(r"^\| \*\*(.+?)\*\*", page, re.M)
    assert len(words) == len(set(words)) > 40
