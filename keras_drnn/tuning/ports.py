"""Where a chief listens."""

import socket


def free_port(address: str, port: int | None) -> int:
    """A port to listen at: gRPC itself would share a port that another process listens at.

    Args:
        address: Where to listen.
        port: The port that is wanted, `None` for any.

    Raises:
        ValueError: If nothing can listen there.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        # As of a server that has just ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port or 0))
        except OSError as error:
            raise ValueError(
                f"The chief of the search cannot listen at {address}:{port} ({error.strerror}). "
                "Give another port, or end what listens there."
            ) from error
        return probe.getsockname()[1]


def answers(place: tuple[str, int], timeout: float) -> bool:
    """Whether a server listens at a place.

    Args:
        place: An address and a port.
        timeout: Seconds to wait for an answer.
    """
    try:
        with socket.create_connection(place, timeout):
            return True
    except OSError:
        return False
