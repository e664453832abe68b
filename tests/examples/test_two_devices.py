"""Two devices leave the weights that one leaves, on each backend by its own means."""

import os
import re
import subprocess
import sys

import pytest
from example_files import FOLDER
from light_keras import LIGHT

pytestmark = pytest.mark.every_backend


def test_two_devices_are_one_up_to_rounding(tmp_path):
    """Devices are chosen before a backend starts, so this takes a process of its own."""
    # On torch the program starts processes itself: what Python runs first, it runs in each.
    (tmp_path / "sitecustomize.py").write_text(LIGHT)
    done = subprocess.run(
        [sys.executable, FOLDER / "two_devices.py"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{FOLDER.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(r".* moved weights by up to (\S+); .* are (\S+) apart\n", done.stdout)
    assert found is not None, done.stdout
    assert float(found[1]) > 0.01
    assert float(found[2]) < 1e-5
