"""One process that converts many models, in place of one process for each, which takes seconds."""

import json
import subprocess
import sys
from pathlib import Path

from keras_drnn.export.conversion import environment

_PROGRAM = """
import json, sys, traceback
from keras_drnn.export.convert import main

for line in sys.stdin:
    errors = ""
    try:
        main(line.rstrip("\\n"))
    except BaseException:
        errors = traceback.format_exc()
    print("ANSWER" + json.dumps(errors), flush=True)
"""


class Converter:
    """Stands for `keras_drnn.export.conversion.start_process`, and starts when first asked."""

    def __init__(self):
        self._process = None

    def __call__(self, job_file: Path) -> tuple[int, str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM],
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        self._process.stdin.write(f"{job_file}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("ANSWER"):
                errors = json.loads(line.removeprefix("ANSWER"))
                return int(bool(errors)), errors
        return self._process.wait(), "The process has ended."

    def close(self) -> None:
        if self._process is not None:
            with self._process:
                self._process.stdin.close()
