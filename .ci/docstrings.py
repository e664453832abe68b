"""For the reference: what Keras' form of docstrings has and Griffe does not know."""

import re

from griffe import Extension

# To Griffe they are examples in a section "Examples:" alone, whose lines are indented.
SESSION = re.compile(r"^>>> .*?(?=\n\n|\Z)", re.M | re.S)
CALL_ARGUMENTS = re.compile(r"^Call arguments:\n(?:    .*\n)+", re.M)


class Docstrings(Extension):
    """Sessions become blocks of code, arguments of a call a list."""

    def on_instance(self, *, obj, **_):
        if obj.docstring:
            text = SESSION.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
            obj.docstring.value = CALL_ARGUMENTS.sub(_listed, text)


def _listed(section):
    return re.sub(r"^    (?=\w)", "    - ", section[0], flags=re.M)
