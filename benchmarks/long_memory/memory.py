"""What a train step frees is kept for the next one."""

import ctypes

# Of glibc's malloc.h: parameters of `mallopt`.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_NO_LIMIT = 2**31 - 1


def keep_freed_memory() -> bool:
    """Keep large blocks in the process when they are freed, where the C library is glibc.

    It gives them back to the system by itself, which fills them with zeros, page by page, when the
    next step asks for as many: a quarter and more of a training on sequences of 784 steps. To be
    called before anything is computed, since threads that have run keep memory of their own.

    Returns:
        Whether all of it was accepted.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    limits = {_ARENA_MAX: 1, _MMAP_THRESHOLD: _NO_LIMIT, _TRIM_THRESHOLD: _NO_LIMIT}
    return all([mallopt(parameter, value) == 1 for parameter, value in limits.items()])
