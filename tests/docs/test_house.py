"""The page for those who carry the project on says what the house is like today."""

import re
import tomllib

import pytest
from pages import ROOT, blocks

PAGE = (ROOT / "docs/house.md").read_text("utf-8")
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
LAYERS = CONTRACTS["The library never imports the application"]["layers"]
ROOMS = [room for layer in LAYERS for room in layer.split(" | ") if room != "__main__"]
PATHS = sorted(set(re.findall(r"`([\w.]+/[\w./]*|\w+\.(?:md|toml|txt))`", PAGE)))


def test_the_picture_is_that_of_the_contract():
    picture = blocks(PAGE)[0][1].partition("on devices")[0]
    labels = r"the command|the application|the library|-+ imports go down, never up"
    drawn = re.findall(r"\w+(?: \| \w+)*", re.sub(labels, "", picture))
    assert ["__main__", *drawn] == LAYERS


def test_the_table_has_every_room_and_no_other():
    table = PAGE.partition("## The rooms")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == ROOMS


def test_every_contract_is_named():
    assert all(name in PAGE for name in CONTRACTS)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_named_exists(path):
    assert (ROOT / path).exists()


def test_names_are_in_the_files_that_are_named_with_them():
    pairs = re.findall(r"`(\w+)`\s+in\s+`([\w/.]+\.py)`", PAGE)
    assert len(pairs) >= 7
    for name, path in pairs:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text("utf-8")), (name, path)
