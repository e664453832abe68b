"""The pages of the documentation, and the Python that stands in them."""

import re
from pathlib import Path

from sybil import Document
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.markdown import CodeBlockParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED_OR_HIDDEN = CodeBlockParser("python").lexers
FENCED = RawFencedCodeBlockLexer(re.compile(r"(?P<kind>.*)\n"))
SESSION = DocTestStringParser()
NOT_RUN = re.compile(r"<!-- not run: \w.* -->\s*\Z")


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def parse(page):
    """A page as sybil's document, whose examples are what is to be run, in one namespace."""
    document = Document.parse(str(page), python_to_run)
    document.namespace["__name__"] = "__main__"
    return document


def python_to_run(document):
    """Statements, or a session whose answers are compared.

    A block that would only distract is `<!-- invisible-code-block: python`, code, and `-->`.
    """
    for region, run in python_blocks(document):
        source = region.lexemes["source"]
        if not run:
            continue
        if source.startswith(">>>"):
            for example in SESSION(source, document.path):
                example.adjust(region, source)
                yield example
        else:
            region.parsed, region.evaluator = source, PythonEvaluator()
            yield region


def python_blocks(document):
    """All of them, and of each whether it is run: it is not after `<!-- not run: reason -->`."""
    for region in FENCED_OR_HIDDEN(document):
        if region.lexemes["arguments"] in ("python", "pycon"):
            yield region, not NOT_RUN.search(document.text[: region.start])


def blocks(text):
    """All fenced blocks, as what stands behind the fence, and the lines."""
    return [(each.lexemes["kind"].strip(), each.lexemes["source"]) for each in _fenced(text)]


def prose(text):
    """A page without its fenced blocks."""
    for each in reversed(_fenced(text)):
        text = text[: each.start] + text[each.end :]
    return text


def _fenced(text):
    return list(FENCED(Document(text, "")))
