"""Links of pages outside `docs/` lead somewhere; `mkdocs build --strict` looks at those inside."""

import re

import pytest
from pages import ROOT, name_of, prose

HERE_AND_BELOW = ("*.md", "[!.]*/README.md", "[!.]*/[!.]*/README.md")
FILES = [path for pattern in HERE_AND_BELOW for path in sorted(ROOT.glob(pattern))]
LINK = re.compile(r"\[[^\]]*\]\((?P<file>[^)#\s]*)#?(?P<anchor>[^)\s]*)\)")


def anchors_of(page):
    """The names that code hosts give to headings."""
    titles = re.findall(r"^#+ +(.*?) *$", prose(page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(page, text):
    for link in LINK.finditer(text):
        if re.match(r"https?:", link["file"]):
            continue  # a network is not everywhere: see CONTRIBUTING
        target = (page.parent / link["file"]) if link["file"] else page
        if not target.exists() or not target.resolve().is_relative_to(ROOT):
            yield link[0]
        elif link["anchor"] and link["anchor"] not in anchors_of(target):
            yield link[0]


@pytest.mark.parametrize("page", FILES, ids=name_of)
def test_links_lead_somewhere(page):
    text = prose(page.read_text("utf-8"))
    assert list(broken(page, text)) == []
    # Of two lines each, with the address elsewhere, or as HTML: they would be overlooked.
    assert not re.search(r"^\[[^\]]+\]: |<(a|img)\b|\]\[", text, re.M)


def test_what_is_broken_is_found():
    good = "[a](docs/index.md) [b](docs/guides/phone.md#kotlin) ![c](docs/guides/schedule.png)"
    bad = "[a](docs/indx.md) [b](docs/guides/phone.md#kotln) [c](../x) [d](#nowhere) [e](/docs)"
    assert list(broken(ROOT / "README.md", good)) == []
    assert len(list(broken(ROOT / "README.md", bad))) == 5
