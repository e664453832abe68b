"""What of the package is computed when it is built: the description for the page on an index.

All else is in pyproject.toml. README's links lead to files beside it, where an index has none: they
become links into the repository, once `[project.urls]` has its address.
"""

import re
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
# Inline links and pictures that lead to a file or a folder, not to a place on the same page.
LINK = re.compile(r"(!?)(\[[^\]]*\]\()(?!\w+:|#)([^)\s]+\))")


def with_whole_links(text: str, repository: str, version: str) -> str:
    """The text, with links to files of this version in a repository of GitHub's form.

    Args:
        text: Markdown, whose links are inline ones.
        repository: Its address.
        version: A version that a tag `vVERSION` stands for.

    Example:

    >>> with_whole_links("[one](docs/one.md#two)", "https://host/owner/name", "1.0")
    '[one](https://host/owner/name/blob/v1.0/docs/one.md#two)'
    """

    def whole(link: re.Match) -> str:
        kind = "raw" if link[1] else "blob"
        return f"{link[1]}{link[2]}{repository.rstrip('/')}/{kind}/v{version}/{link[3]}"

    return LINK.sub(whole, text)


def description() -> str:
    """README as an index is to show it."""
    text = (HERE / "README.md").read_text("utf-8")
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    repository = project.get("urls", {}).get("Repository")
    if repository is None:
        return text
    (version,) = re.findall('__version__ = "(.+)"', (HERE / "keras_drnn/version.py").read_text())
    return with_whole_links(text, repository, version)


if __name__ == "__main__":
    from setuptools import setup

    setup(long_description=description(), long_description_content_type="text/markdown")
