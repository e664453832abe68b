"""Keras' own tests of SimpleRNN and Bidirectional, run on the delayed RNN with delays of one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

OWN_TESTS = ("keras.src.layers.rnn.simple_rnn_test", "keras.src.layers.rnn.bidirectional_test")


def run(delays, folder, tests=OWN_TESTS):
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), *sys.path])  # what this process finds, installed or not
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "delayed_as_simple"),
            *("-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", folder),
            *("--pyargs", *tests),
        ],
        env=os.environ | {"DELAYS": delays, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped)", done.stdout)}
    return counts, done.stdout + done.stderr


def test_delays_of_one_pass_as_simple_rnn_does(tmp_path):
    counts, told = run("1", tmp_path)
    assert counts.get("passed", 0) >= 17, told
    assert "failed" not in counts, told


# It shows that the delays reach Keras' tests, whatever the backend; torch compiles nothing.
@pytest.mark.skipif(keras.backend.backend() != "torch", reason="once is enough")
def test_delays_of_two_do_not(tmp_path):
    counts, told = run("2", tmp_path, OWN_TESTS[:1])
    assert counts.get("failed", 0) >= 3, told
