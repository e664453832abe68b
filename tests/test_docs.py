"""The pages and the docstrings of the schedule show what Python answers."""

import doctest
from pathlib import Path

import pytest

from keras_drnn import causal, delays, schedule

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize(("page", "examples"), [("layer.md", 3), ("delays.md", 4)])
def test_pages(page, examples):
    assert doctest.testfile(str(DOCS / page), module_relative=False) == (0, examples)


@pytest.mark.parametrize("module", [causal, delays, schedule], ids=lambda module: module.__name__)
def test_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert failed == 0
    assert tried >= 2
