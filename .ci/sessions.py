"""For the reference: sessions in docstrings as blocks of code, wherever in the text they stand."""

import re

from griffe import Extension

SESSION = re.compile(r"^>>> .*?(?=\n\n|\Z)", re.M | re.S)


class Sessions(Extension):
    """Griffe knows them in a section "Examples:" alone, whose lines are indented."""

    def on_instance(self, *, obj, **_):
        if obj.docstring:
            obj.docstring.value = SESSION.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
