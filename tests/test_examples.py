"""Every example learns what it says it learns, and runs on each backend."""

import runpy
from pathlib import Path

import keras
import pytest

FOLDER = Path(__file__).parents[1] / "examples"
LEARNS = keras.backend.backend() == "jax"
# Between what chance or half of the model can do and what the example reaches on JAX.
AT_LEAST = {
    "sequence_classification": 0.8,
    "frame_classification": 0.9,
    "bidirectional": 0.85,
    "stacked": 0.8,
    "sequence_to_sequence": 0.9,
    "masked_sequences": 0.9,
    "streaming": 0.95,
}


def main_of(name):
    return runpy.run_path(str(FOLDER / f"{name}.py"))["main"]


@pytest.mark.skipif(not LEARNS, reason="what an example learns is tested on JAX")
@pytest.mark.parametrize("name", AT_LEAST)
def test_it_is_right_as_often_as_it_says(name):
    assert AT_LEAST[name] <= main_of(name)() <= 1


@pytest.mark.every_backend
@pytest.mark.skipif(LEARNS, reason="the tests above run the examples whole")
@pytest.mark.parametrize("name", AT_LEAST)
def test_it_runs_with_little_data_and_its_own_checks_hold(name):
    """The numbers that an example compares are compared on each backend; it need not learn."""
    assert 0 < main_of(name)(count=50) < 100


def test_every_example_is_tested_and_listed():
    names = {path.stem for path in FOLDER.glob("*.py")}
    own = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("examples/*.py")}
    assert names == {*AT_LEAST, *own}
    listed = (FOLDER / "README.md").read_text("utf-8")
    page = (FOLDER.parent / "docs" / "examples.md").read_text("utf-8")
    assert all(f"]({name}.py)" in listed for name in names)
    assert all(f'--8<-- "examples/{name}.py"' in page for name in names)
