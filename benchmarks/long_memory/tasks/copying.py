"""Copy memory (Hochreiter and Schmidhuber, 1997): ten marks, a long wait, the ten marks again."""

from dataclasses import dataclass

import numpy as np

from benchmarks.long_memory.tasks.measures import recall
from benchmarks.long_memory.tasks.task import DrawnTask, Samples

KINDS, MARKS = 8, 10
BLANK, GO = KINDS, KINDS + 1
SOLVED = 0.99  # who guesses has one in eight right


@dataclass(frozen=True)
class CopyTask(DrawnTask):
    """`MARKS` marks, blanks, `GO`, blanks while the marks are said; blank is right before that."""

    def draw(self, samples: int, rng: np.random.Generator) -> Samples:
        marks = rng.integers(0, KINDS, (samples, MARKS))
        read = np.full((samples, self.steps), BLANK)
        said = read.copy()
        read[:, :MARKS] = marks
        read[:, -MARKS - 1] = GO
        said[:, -MARKS:] = marks
        return Samples(np.eye(KINDS + 2, dtype="float32")[read], said.astype("int32"))


def copying(wait: int) -> CopyTask:
    """The task `copy`: `wait` steps from the last mark to the first that is said again.

    Raises:
        ValueError: If there is no step for the sign to say them.
    """
    if wait < 1:
        raise ValueError(f"Expected copy with a wait of 1 step or more. Received: {wait}")
    steps = wait + 2 * MARKS
    return CopyTask(
        f"copy{wait}",
        steps,
        KINDS + 2,
        KINDS + 1,
        recall(MARKS),
        every_step=True,
        solved=SOLVED,
        # Half as many as usual: each step has ten numbers and nine answers.
        training_samples=10_000,
        held_out_samples=1_000,
    )
