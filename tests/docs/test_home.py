"""The home page says for whom each page is."""

import re

from pages import ROOT


def test_home_leads_to_every_page():
    nav = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    pages = re.findall(r"^ +- (?:\w[^:\n]*: )?([\w/]+\.(?:md|py))$", nav, re.M)
    home = (ROOT / "docs/index.md").read_text("utf-8")
    assert pages[0] == "index.md" and len(pages) > 20
    linked = set(re.findall(r"\]\(([\w/]+\.(?:md|py))[#)]", home))
    assert set(pages[1:]) == linked
