"""How workers share the cores of a machine."""

from keras_drnn.system.environment import usable_cores


def shares_of_cores(count: int) -> list[set[int]]:
    """Cores for each worker: threads of several trials on the same cores wait for each other.

    Args:
        count: How many workers.

    Returns:
        For each worker its cores; empty sets where the system has no way to say so, or there is
        less than a core for each.
    """
    cores = usable_cores()
    if len(cores) < count:
        return [set() for _ in range(count)]
    return [set(cores[i::count]) for i in range(count)]
