"""What keras-tuner's environment variables make of a process: a chief, a worker, or neither."""

import contextlib
import os
from collections.abc import Iterator
from typing import Literal

ADDRESS, PORT, ID = "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT", "KERASTUNER_TUNER_ID"
CHIEF = "chief"


def role() -> Literal["chief", "worker"] | None:
    """What this process is in a search by several processes, `None` in one of its own.

    Raises:
        ValueError: If some of the variables are missing.
    """
    present = [name for name in (ADDRESS, PORT, ID) if os.environ.get(name)]
    if not present:
        return None
    if len(present) < 3:
        raise ValueError(
            f"A search on several machines takes the environment variables {ADDRESS}, {PORT} and "
            f"{ID}; set all of them, or none. Received: {', '.join(present)}"
        )
    return "chief" if CHIEF in os.environ[ID] else "worker"


def place() -> tuple[str, int]:
    """The address and the port at which the chief listens.

    Raises:
        ValueError: If the port is no number.
    """
    port = os.environ[PORT]
    if not port.isdecimal():
        raise ValueError(f"{PORT} must be the number of a port. Received: {port}")
    return os.environ[ADDRESS], int(port)


def variables(address: str, port: int, name: str) -> dict[str, str]:
    """The environment variables of one process of a search.

    Args:
        address: Where the chief listens.
        port: At which port.
        name: `CHIEF`, or a worker's own name.
    """
    return {ADDRESS: address, PORT: str(port), ID: name}


@contextlib.contextmanager
def acting_as_chief(address: str, port: int) -> Iterator[None]:
    """Make this process a chief while the block runs.

    Args:
        address: Where it listens.
        port: At which port.
    """
    changes = variables(address, port, CHIEF)
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
