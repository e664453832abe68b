"""Python code in a process of its own in which Keras cannot be imported.

Importing Keras takes seconds, and the readers and the store do without it.
"""

import subprocess
import sys
import textwrap
from pathlib import Path

_BEFORE = """
import sys

sys.path.insert(0, {root!r})
sys.modules["keras"] = None

"""


def start(script, code, *arguments):
    """Start `code`, written to the file `script`; worker processes of it start alike."""
    root = Path(__file__).parents[1]
    body = textwrap.indent(textwrap.dedent(code), "    ")
    main = f'if __name__ == "__main__":\n{body}'
    script.write_text(_BEFORE.format(root=str(root)) + main, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
