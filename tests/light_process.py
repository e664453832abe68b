"""Python code in a process of its own that imports the package without Keras.

Importing Keras takes seconds, and the readers and the store do without it: the package is stood in
for by an empty one with its path. Code that needs Keras after all fails to find it.
"""

import subprocess
import sys
import textwrap
from pathlib import Path

_BEFORE = """
import sys
from types import ModuleType

package = ModuleType("keras_drnn")
package.__path__ = [{package!r}]
sys.modules["keras_drnn"] = package
sys.modules["keras"] = None

"""


def start(script, code, *arguments):
    """Start `code`, written to the file `script`; worker processes of it start alike."""
    package = Path(__file__).parents[1] / "keras_drnn"
    body = textwrap.indent(textwrap.dedent(code), "    ")
    main = f'if __name__ == "__main__":\n{body}'
    script.write_text(_BEFORE.format(package=str(package)) + main)
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
