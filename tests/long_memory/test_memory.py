"""What is freed is not given back to the system."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own, since it lasts: pages that the system has to fill for 64 MiB that were
# freed just before. There are 16,384 of 4 KiB.
ASKED = """
import resource
import sys

from benchmarks.long_memory.memory import keep_freed_memory

if sys.argv[1] == "kept":
    assert keep_freed_memory()
size = 2**26
b'1' * size
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
b'1' * size
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no mallopt")
def test_memory_that_was_freed_is_used_again_as_it_is():
    root = Path(__file__).parents[2]

    def pages(how):
        command = [sys.executable, "-c", ASKED, how]
        made = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        return int(made.stdout)

    # Of huge pages, where the system makes them by itself, it takes 32 for as much.
    assert 4 * pages("kept") < pages("as it comes")
