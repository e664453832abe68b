"""The notebooks of the documentation run to their ends, and find what they say they find."""

import os
import re
import runpy

import pytest
from pages import ROOT

NOTEBOOKS = ROOT / "docs" / "notebooks"
HOOK = runpy.run_path(str(ROOT / ".ci" / "notebooks.py"))
# Each starts a kernel, trains and exports, for half a minute: a check of the whole project sets
# this, and builds the site from what has been executed.
executes = pytest.mark.skipif("DRNN_NOTEBOOKS" not in os.environ, reason="needs DRNN_NOTEBOOKS")


@pytest.fixture(scope="module")
def page(request):
    return HOOK["page_of"](HOOK["executed"](NOTEBOOKS / f"{request.param}.py"))


@pytest.fixture
def printed(page):
    return "\n".join(re.findall(r"^``` {.text .output}\n(.*?)^```$", page, re.M | re.S))


def number(pattern, printed):
    return float(re.search(pattern, printed)[1])


def test_all_are_tested_and_listed():
    names = {path.stem for path in NOTEBOOKS.iterdir()}
    assert names == {"own_model", "own_search", "device"}
    nav, examples = ((ROOT / name).read_text() for name in ("mkdocs.yml", "docs/examples.md"))
    assert all(f"notebooks/{name}.py" in text for name in names for text in (nav, examples))


@executes
@pytest.mark.parametrize("page", ["own_model"], indirect=True)
def test_a_model_of_ones_own(page, printed):
    assert "(1, 3, 9, 27): 12 products" in printed
    assert number(r"D-RNN: (\d+) % of the marks", printed) > 80
    assert number(r"LSTM: (\d+) % of the marks", printed) < 60
    moved = r"{}: the first ten steps move it by (\S+)"
    assert number(moved.format("D-RNN"), printed) > 1e4 * number(moved.format("LSTM"), printed)
    assert number(r"largest difference: (\S+)", printed) < 1e-4
    assert number(r"largest difference (\S+)", printed) < 1e-6
    assert page.count("](data:image/png;base64,") == 2


@executes
@pytest.mark.parametrize("page", ["own_search"], indirect=True)
def test_a_search(page, printed):
    assert "{'finished': 4, 'failed': 0, 'infeasible': 0}" in printed
    assert number(r"test side: (\S+) %", printed) > 80
    assert "6 runs\nmodels:/pulses/1\n" in printed and re.search(r"tflite +[\d,]+ bytes", printed)
    assert page.count("](data:image/png;base64,") == 2 and page.count("<table>") == 3


@executes
@pytest.mark.parametrize("page", ["device"], indirect=True)
def test_a_device(page, printed):
    assert number(r"(\S+) % of the test readings are right", printed) > 90
    assert number(r"largest difference from Keras: (\S+)", printed) < 1e-4
    told = re.findall(r"s  (\w+), since ([\d.]+) s", printed)
    truth = re.findall(r"([\d.]+) s  (\w+), in truth", printed)
    assert [name for name, _ in told] == [name for _, name in truth]
    assert all(abs(float(a) - float(b)) < 1 for (_, a), (b, _) in zip(told, truth, strict=True))
    assert number(r"int8 .*, (\S+) %", printed) > 85
    assert page.count("](data:image/png;base64,") == 1
