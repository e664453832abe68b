"""Keeps start-up messages of TensorFlow and LiteRT off the user's screen.

Their C++ libraries write to file descriptor 2, the process's error stream, past `sys.stderr`, and
some lines come whatever `TF_CPP_MIN_LOG_LEVEL` says: that oneDNN is on, that a CUDA factory is
registered twice, that XNNPACK is used. The descriptor therefore leads through a small process that
drops these lines and passes all others on. It is a process, not a thread, so that the last words of
a crash get through; Python's own error stream goes past it, as a terminal if it was one.
"""

import atexit
import contextlib
import os
import subprocess
import sys

START_UP_LINES = (
    r"WARNING: All log messages before absl::InitializeLog\(\)",
    r"I\d{4} .*port\.cc:\d+\] oneDNN custom operations are on",
    r"I\d{4} .*cpu_feature_guard\.cc:\d+\] This TensorFlow binary is optimized",
    r"To enable the following instructions: ",
    r"[IWE]\d{4} .*Could not find cuda drivers on your machine",
    r"[IWE]\d{4} .*Cannot dlopen some GPU libraries",
    r"Skipping registering GPU devices\.\.\.",
    r"[IWE]\d{4} .*Unable to register cu(DNN|BLAS|FFT) factory",
    r"[IWE]\d{4} .*computation placer already registered",
    r"[IWE]\d{4} .*failed call to cuInit: .*(\(303\)|no CUDA-capable device)",
    r"INFO: Created TensorFlow Lite XNNPACK delegate for CPU",
)

# An interrupt from the keyboard is for the command; this process ends when nobody writes any more.
_FILTER = """
import re, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
start_up = re.compile("|".join(sys.argv[1:]).encode())
for line in sys.stdin.buffer:
    if not start_up.match(line):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


def filter_native_messages() -> None:
    """Drop the start-up lines that native libraries write, until this process ends."""
    # Read when TensorFlow is imported; 2 leaves warnings out and errors in.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if sys.stderr is None or sys.stderr is not sys.__stderr__:
        return  # closed, or somebody else's already
    sys.stderr.flush()
    screen = os.dup(2)
    command = [sys.executable, "-I", "-S", "-c", _FILTER, *START_UP_LINES]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=screen)
    assert process.stdin is not None
    os.dup2(process.stdin.fileno(), 2)
    process.stdin.close()
    stream = os.fdopen(screen, "w", encoding=sys.stderr.encoding, errors=sys.stderr.errors)
    stream.reconfigure(line_buffering=True)
    sys.stderr = stream

    @atexit.register
    def _pass_on_the_rest() -> None:
        os.dup2(screen, 2)
        # A process of this one's that lives on may hold the other end; it is not waited for.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
