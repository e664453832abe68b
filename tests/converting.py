"""One process that converts many models, in place of one for each, which takes seconds."""

import importlib
import inspect
import json
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import keras
from backend import one_trace
from light_keras import LIGHT

from keras_drnn.export.conversion import environment

_PROGRAM = (
    LIGHT
    + inspect.getsource(one_trace)
    + """
import importlib, json, os, sys, traceback
main = importlib.import_module(sys.argv[1]).main
if sys.modules.get("tensorflow"):
    one_trace()

for line in sys.stdin:
    # What native code says of errors is read with the rest.
    os.ftruncate(2, 0)
    os.lseek(2, 0, os.SEEK_SET)
    status = 0
    try:
        main(line.rstrip("\\n"))
    except BaseException:
        status = 1
        traceback.print_exc()
    sys.stderr.flush()
    os.lseek(2, 0, os.SEEK_SET)
    with open(2, errors="replace", closefd=False) as said:
        print("ANSWER" + json.dumps([status, said.read()]), flush=True)
"""
)


def _here(job_file, module):
    """Without a process, where the backend is the one that converts."""
    try:
        importlib.import_module(module).main(str(job_file))
    except Exception:
        return 1, traceback.format_exc()
    return 0, ""


class Converter:
    """Stands for `keras_drnn.export.conversion.start_process`, and starts when first asked.

    Each module that converts has a process of its own.
    """

    def __init__(self):
        self._processes = {}

    def __call__(
        self, job_file: Path, module: str = "keras_drnn.export.convert", backend: str = "tensorflow"
    ) -> tuple[int, str]:
        if keras.backend.backend() == backend:
            return _here(job_file, module)
        if module not in self._processes:
            with tempfile.TemporaryFile() as errors:
                self._processes[module] = subprocess.Popen(
                    [sys.executable, "-c", _PROGRAM, module],
                    env=environment(backend),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                )
        process = self._processes[module]
        process.stdin.write(f"{job_file}\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("ANSWER"):
                return tuple(json.loads(line.removeprefix("ANSWER")))
        return process.wait(), "The process has ended."

    def close(self) -> None:
        for process in self._processes.values():
            with process:
                process.stdin.close()
