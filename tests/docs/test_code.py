"""Every block of Python on every page runs, in the order in which it is read."""

import ast
import importlib
import inspect
import re

import keras
import matplotlib
import pytest
from pages import PAGES, name_of, parse, python_blocks
from sybil import Document

# All but one run on JAX, where every fit of that one would be compiled.
ON_TORCH = "docs/guides/scikit_learn.md"
FENCE = re.compile(r"^[ \t]*(?:```|~~~)(?P<kind>.*)\n(?P<first>.*)", re.M)


def pages_with_code():
    for page in PAGES:
        if list(parse(page)):
            backend = "torch" if name_of(page) == ON_TORCH else "jax"
            elsewhere = keras.backend.backend() != backend
            marks = [pytest.mark.skipif(elsewhere, reason=f"runs on {backend}")]
            marks += [pytest.mark.every_backend] * (backend != "jax")
            yield pytest.param(page, marks=marks, id=name_of(page))


@pytest.fixture
def folder_of_its_own(tmp_path, monkeypatch):
    """What a page sets for all of Keras is set back after it."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    policy, floatx = keras.config.dtype_policy(), keras.config.floatx()
    yield
    keras.config.set_dtype_policy(policy)
    keras.config.set_floatx(floatx)


@pytest.mark.parametrize("page", list(pages_with_code()))
def test_the_code_of_a_page_runs(page, folder_of_its_own):
    for example in parse(page):
        example.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_python_is_overlooked(page):
    """Neither by another name of the language, nor as a session in a block without one."""
    text = page.read_text("utf-8")
    document = Document(text, str(page))
    found = {text[: region.start].count("\n") for region, _ in python_blocks(document)}
    for fence in FENCE.finditer(text):
        looks_like_it = "py" in fence["kind"] or fence["first"].lstrip().startswith(">>>")
        included = fence["first"].startswith("--8<--")  # run by tests of their own
        if looks_like_it and not included:
            assert text[: fence.start()].count("\n") in found, fence[0]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_that_is_not_run_says_why_and_uses_what_there_is(page):
    text = page.read_text("utf-8")
    functions = {}
    left_out = 0
    for region, run in python_blocks(Document(text, str(page))):
        source = region.lexemes["source"]
        if source.startswith(">>>"):
            continue
        tree = ast.parse(source)
        functions.update(imported(tree))
        left_out += not run
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) in functions:
                check_keywords(call, functions[call.func.id])
    assert text.count("<!-- not run:") == left_out


def imported(tree):
    """What a block imports from this package, by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("keras_drnn"):
            module = importlib.import_module(node.module)
            yield from (
                (each.asname or each.name, getattr(module, each.name)) for each in node.names
            )


def check_keywords(call, function):
    known = inspect.signature(function).parameters.values()
    if all(each.kind is not each.VAR_KEYWORD for each in known):
        given = {keyword.arg for keyword in call.keywords} - {None}  # of **options
        assert given <= {each.name for each in known}, ast.unparse(call)
