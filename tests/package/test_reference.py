"""What the pages say is public is public, and the other way round."""

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
USERS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.*")),
    *sorted((ROOT / "examples/web").glob("*.*")),
    *sorted((ROOT / "tuning").glob("*")),
]


def public(module_name):
    """The public classes, functions and constants of a module and the modules that it names."""
    module = importlib.import_module(module_name)
    names = set()
    for name in module.__all__:
        if isinstance(getattr(module, name), ModuleType):
            names |= public(f"{module_name}.{name}")
        else:
            names.add(f"{module_name}.{name}")
    return names


PUBLIC = {
    name
    for name in public("keras_drnn") | public("keras_drnn_runtime")
    if not name.endswith(".__version__")
}
MODULES = {name.rsplit(".", depth)[0] for name in PUBLIC for depth in range(1, name.count(".") + 1)}


def test_the_reference_lists_exactly_what_is_public():
    listed = re.findall(r"^::: (\S+)$", (ROOT / "docs/reference.md").read_text("utf-8"), re.M)
    assert sorted(listed) == sorted(PUBLIC)


@pytest.mark.parametrize("path", USERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pages_and_examples_use_public_names_alone(path):
    text = path.read_text("utf-8")
    used = {mention.rstrip(".") for mention in re.findall(r"\bkeras_drnn[\w.]*", text)}
    for module, names in re.findall(r"from (keras_drnn\S*) import ([\w, ]+)", text):
        used |= {f"{module}.{name.strip()}" for name in names.split(",")}
    assert used - PUBLIC - MODULES == set()
