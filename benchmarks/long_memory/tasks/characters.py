"""Characters of a text: what comes next, in bits a character."""

from pathlib import Path

import numpy as np

from benchmarks.long_memory.tasks.measures import BITS
from benchmarks.long_memory.tasks.task import ArrayTask, Samples, digest

CHUNK = 200
HELD_OUT = 0.05  # of the text, for each of validation and test, at its end


def characters(path: Path, chunk: int = CHUNK) -> ArrayTask:
    """The task `characters`: chunks of a text, each from a state of zeros.

    Args:
        path: A text in UTF-8.
        chunk: Characters in a sequence.
    """
    text = path.read_text("utf-8")
    alphabet = sorted(set(text))
    number = {character: index for index, character in enumerate(alphabet)}
    codes = np.array([number[character] for character in text])
    held_out = int(HELD_OUT * len(codes)) // chunk * chunk
    if held_out == 0:
        raise ValueError(
            f"Expected a text of at least {int(chunk / HELD_OUT)} characters, of which a chunk of "
            f"{chunk} is held out. Received: {path} of {len(text)}"
        )
    edges = {"train": (0, -2 * held_out), "validation": (-2 * held_out, -held_out)}
    edges["test"] = (-held_out, len(codes))
    parts = {
        name: _chunks(codes[start:end], chunk, len(alphabet))
        for name, (start, end) in edges.items()
    }
    size = len(alphabet)
    return ArrayTask(
        "characters",
        chunk,
        size,
        size,
        BITS,
        every_step=True,
        data=digest(text.encode()),
        parts=parts,
    )


def _chunks(codes: np.ndarray, chunk: int, kinds: int) -> Samples:
    """Each chunk, and the same one character later: the first answer is to a blank before it."""
    rows = codes[: len(codes) // chunk * chunk].reshape(-1, chunk)
    x = np.zeros((*rows.shape, kinds), "float32")
    x[:, 1:] = np.eye(kinds, dtype="float32")[rows[:, :-1]]
    return Samples(x, rows.astype("int32"))
