"""Tasks in words."""

import re

_TITLES = {
    "psmnist": "Permuted sequential MNIST, 784 steps",
    "smnist": "Sequential MNIST, 784 steps",
    "shifted_psmnist": "Permuted sequential MNIST, shifted in training",
    "shifted_smnist": "Sequential MNIST, shifted in training",
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
    name, steps = named(task)
    return _DRAWN[name].format(steps) if name in _DRAWN else _TITLES[task]


def place(task: str) -> tuple[int, int]:
    """Where a task stands among others: those of one length first, the rest by their steps."""
    name, steps = named(task)
    return [*_TITLES, *_DRAWN].index(name), steps


def named(task: str) -> tuple[str, int]:
    """A task's name without its steps, and these; 0 where it has one length."""
    drawn = re.fullmatch(r"([a-z]+)(\d+)", task)
    return (drawn[1], int(drawn[2])) if drawn else (task, 0)
