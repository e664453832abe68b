"""MkDocs hook: formulas become MathML while the site is built.

Browsers show it without a script, so the pages need no network. `pymdownx.arithmatex` finds the
formulas, `$...$` in a line and `$$...$$` on lines of their own, as GitHub does.
"""

import html
import re

from math_core import LatexError, LatexToMathML
from mkdocs.exceptions import PluginError

_FORMULA = re.compile(r'(<(?:span|div) class="arithmatex">)\\([(\[])(.*?)\\[)\]]</', re.DOTALL)
_converter = LatexToMathML(fancy_error=False)


def on_page_content(content: str, page, **_) -> str:
    """Convert every formula of a page; an error in one ends the build."""

    def convert(found: re.Match) -> str:
        opening, kind, latex = found.groups()
        latex = html.unescape(latex)
        try:
            mathml = _converter.convert_with_local_state(latex, displaystyle=kind == "[")
        except LatexError as error:
            raise PluginError(f"{page.file.src_uri}: {error} In the formula: {latex}") from None
        return f"{opening}{mathml}</"

    return _FORMULA.sub(convert, content)
