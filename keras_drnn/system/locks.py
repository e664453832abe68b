"""Locks between processes: the only module that locks.

The operating system drops the lock of a process that dies, so a lock file that is left behind locks
nothing. Lock files are never deleted: a process that waits for one could then hold a lock on a file
that nobody else finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


class LockHeldError(ValueError):
    """Another process holds the lock."""


class LockError(ValueError):
    """A file cannot be locked: no permission, no room, a file system without locks.

    Args:
        path: The lock file.
        reason: What the operating system says.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The lock file {path} cannot be used: {reason}. Take a folder that can be written, on "
            "a disk with room and with file locks (a network drive may have none)."
        )
        self.reason = reason


@contextmanager
def hold(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock, or refuse at once if another process holds it.

    Args:
        path: The lock file, made if need be, and its folder too.
        refusal: What the error says if another process holds the lock.

    Raises:
        LockHeldError: If another process holds the lock.
        LockError: If the file cannot be locked.
    """
    lock = _lock_of(path)
    if not _acquire(lock, path, timeout=0):
        raise LockHeldError(refusal)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def hold_after_waiting(path: Path, on_wait: Callable[[], object]) -> Iterator[None]:
    """Hold a lock; wait while another process holds it.

    Args:
        path: The lock file, made if need be, and its folder too.
        on_wait: Called once if there is something to wait for.

    Raises:
        LockError: If the file cannot be locked.
    """
    lock = _lock_of(path)
    if not _acquire(lock, path, timeout=0):
        on_wait()
        _acquire(lock, path, timeout=-1)
    try:
        yield
    finally:
        lock.release()


def _lock_of(path: Path) -> BaseFileLock:
    try:
        from filelock import FileLock
    except ImportError as error:
        raise ImportError(
            "The package filelock is needed where several processes may work in one folder. "
            "Install it with: pip install 'keras-drnn[compare]'"
        ) from error
    return FileLock(path)


def _acquire(lock: BaseFileLock, path: Path, timeout: float) -> bool:
    from filelock import Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout)
    except Timeout:
        return False
    except OSError as error:
        raise LockError(path, error.strerror or str(error)) from error
    return True
