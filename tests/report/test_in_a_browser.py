"""The report in a browser: nothing fails, nothing is asked for, the pictures are there."""

import pytest
from browser import ask_page, browser

QUESTION = """
const frames = document.querySelectorAll(".scroll");
return {
  pictures: [...document.images].map((image) => image.naturalWidth),
  shown: [...document.images].map((image) => image.getBoundingClientRect().width),
  moving: [...document.querySelectorAll(".moving")].filter((each) => each.clientHeight > 99).length,
  links: [...document.querySelectorAll("nav a")].map((a) => document.querySelector(a.hash) != null),
  inside: [...frames].every((each) => each.getBoundingClientRect().right <= innerWidth),
};"""


@browser
@pytest.mark.parametrize("width", [500, 1200])
def test_a_browser_shows_the_pictures_and_asks_for_nothing(page, tmp_path, width):
    found = ask_page(tmp_path / "report.html", page, QUESTION, width)
    assert len(found["pictures"]) == page.count("<img") and min(found["pictures"]) > 100
    assert min(found["shown"]) > 300
    assert found["moving"] == page.count('class="moving"') > 0
    assert len(found["links"]) == 12 and all(found["links"])
    assert found["inside"]
