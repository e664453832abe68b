"""Locks between processes."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keras_drnn.system.locks import LockError, LockHeldError, hold, hold_after_waiting

_PACKAGE = str(Path(__file__).parents[2] / "keras_drnn")
HOLDER = """
import sys, time
from pathlib import Path
from keras_drnn.system.locks import hold
with hold(Path(sys.argv[1]), "held"):
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds `tmp_path / "lock"`, without having imported Keras."""
    package = f"import sys, types; p = types.ModuleType('keras_drnn'); p.__path__ = [{_PACKAGE!r}]"
    program = f"{package}; sys.modules['keras_drnn'] = p\n{HOLDER}"
    process = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "lock"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "holding\n"
    yield process
    process.kill()
    process.communicate()


def test_a_lock_is_refused_until_its_process_is_killed(tmp_path, holder):
    for _ in range(2):
        with pytest.raises(LockHeldError, match="^set another id$"):
            with hold(tmp_path / "lock", "set another id"):
                raise AssertionError("two hold the lock")
    holder.kill()
    holder.wait()
    with hold(tmp_path / "lock", "held"):
        pass


def test_waiting_is_announced_and_ends_with_the_process_that_holds_the_lock(tmp_path, holder):
    with hold_after_waiting(tmp_path / "lock", holder.kill):
        assert holder.wait() != 0
    with hold_after_waiting(tmp_path / "lock", lambda: pytest.fail("there is nobody to wait for")):
        pass


def test_a_lock_is_free_after_an_error_under_it(tmp_path):
    with pytest.raises(KeyError, match="mine"), hold(tmp_path / "lock", "held"):
        raise KeyError("mine")
    with hold(tmp_path / "lock", "held"):
        pass


def test_an_error_of_the_system_under_a_lock_is_not_one_of_the_lock(tmp_path):
    with pytest.raises(OSError, match="a full disk"), hold(tmp_path / "lock", "held"):
        raise OSError("a full disk")


def test_an_empty_lock_file_that_is_left_behind_locks_nothing(tmp_path):
    (tmp_path / "lock").touch()
    with hold(tmp_path / "lock", "held"):
        pass


def test_the_folder_of_a_lock_is_made(tmp_path):
    with hold(tmp_path / "Läufe 1" / "a" / "lock", "held"):
        assert (tmp_path / "Läufe 1" / "a").is_dir()


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LockError, match="file.* cannot be used: .+ Take a folder"):
        with hold(tmp_path / "file" / "lock", "held"):
            pass


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSPC])
def test_a_disk_without_locks_is_an_error_in_words(tmp_path, monkeypatch, number):
    fcntl = pytest.importorskip("fcntl")

    def fail(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)
    for locked in (hold(tmp_path / "lock", "held"), hold_after_waiting(tmp_path / "lock", print)):
        with pytest.raises(LockError, match=f"{os.strerror(number)}. Take a folder"), locked:
            pass


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_disk_that_has_never_heard_of_locks_gets_lock_files(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def fail(descriptor, operation):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", fail)
    for _ in range(2):
        with hold(tmp_path / "lock", "held"), pytest.raises(LockHeldError):
            with hold(tmp_path / "lock", "held"):
                raise AssertionError("two hold the lock")


def test_nothing_in_the_package_needs_what_windows_lacks():
    for path in Path(_PACKAGE).rglob("*.py"):
        imported = re.findall(r"^\s*(?:import|from) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        assert not {"fcntl", "resource", "termios", "pwd", "grp"} & set(imported), path


def test_without_filelock_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "filelock", None)
    with pytest.raises(ImportError, match=r"keras-drnn\[compare\]"), hold(tmp_path / "lock", ""):
        pass
