"""Tasks in words."""

import re

_TITLES = {
    "psmnist": "Permuted sequential MNIST, 784 steps",
    "smnist": "Sequential MNIST, 784 steps",
    "noisy_smnist": "Sequential MNIST and 1,000 steps of noise",
    "characters": "Characters: bits a character, less is better",
    "japanese_vowels": "JapaneseVowels, up to 29 steps",
    "basic_motions": "BasicMotions, 100 steps",
    "pickup_gesture": "PickupGestureWiimoteZ, up to 361 steps",
}
_DRAWN = {
    "adding": "Adding problem, {:,} steps: squared error, less is better",
    "copy": "Copy memory, {:,} steps of waiting: share of the marks",
}


def title(task: str) -> str:
    """A task in words."""
    drawn = re.fullmatch(r"([a-z]+)(\d+)", task)
    return _DRAWN[drawn[1]].format(int(drawn[2])) if drawn else _TITLES[task]


def place(task: str) -> tuple:
    """Where a task stands on a page: those of one length first."""
    order = [*_TITLES]
    return (order.index(task), 0) if task in order else (len(order), task)
