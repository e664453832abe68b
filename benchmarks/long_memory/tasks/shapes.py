"""How long and how wide a task is, without its data."""

import re

from benchmarks.long_memory.tasks.adding import adding
from benchmarks.long_memory.tasks.copying import copying
from benchmarks.long_memory.tasks.measures import ACCURACY
from benchmarks.long_memory.tasks.task import ArrayTask, Task

# Steps, features, outputs.
_SHAPES = {
    "smnist": (784, 1, 10),
    "psmnist": (784, 1, 10),
    "shifted_smnist": (784, 1, 10),
    "shifted_psmnist": (784, 1, 10),
    "noisy_smnist": (1784, 1, 10),
    "japanese_vowels": (29, 12, 9),
    "basic_motions": (100, 6, 4),
    "pickup_gesture": (361, 1, 10),
}


def shape(name: str) -> Task | None:
    """A task by the name that it has in results, of which no data can be asked.

    `None` where it depends on the user's data.
    """
    drawn = re.fullmatch(r"(adding|copy)(\d+)", name)
    if drawn:
        return {"adding": adding, "copy": copying}[drawn[1]](int(drawn[2]))
    return ArrayTask(name, *_SHAPES[name], ACCURACY) if name in _SHAPES else None
