"""The page of the layer and the docstrings of the schedule show what Python answers."""

import doctest
from pathlib import Path

import pytest

from keras_drnn import delays, schedule

PAGE = Path(__file__).parents[1] / "docs" / "layer.md"


def test_the_page_of_the_layer():
    assert doctest.testfile(str(PAGE), module_relative=False) == (0, 3)


@pytest.mark.parametrize("module", [delays, schedule], ids=lambda module: module.__name__)
def test_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert failed == 0
    assert tried >= 2
