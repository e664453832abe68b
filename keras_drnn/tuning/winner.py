"""The winner of a search: the best trial, trained in full."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keras_drnn.system.atomic_writes import write_json
from keras_drnn.tuning.objective import Candidate, Listeners
from keras_drnn.tuning.one_search import Search, SearchFailedError
from keras_drnn.tuning.outcome import best_of, trial_lines

#: Called with the name of a training and its steps as it begins; returns what is to be called with
#: the number of steps done.
OnRun = Callable[[str, int], Callable[[int], None]]


@dataclass(frozen=True, eq=False)
class Winner:
    """The winner of a search.

    Args:
        trial: The name of the trial that won.
        candidate: What is trained.
        runs: Names of its trainings, one for each seed.
    """

    trial: str
    candidate: Candidate
    runs: Sequence[str]


def find_winner(search: Search) -> Winner:
    """The best trial of a search, to be trained in full.

    Args:
        search: The search.

    Raises:
        SearchFailedError: If no trial has finished.
    """
    trials = trial_lines(search.on_disk)
    best = best_of(trials)
    if best is None:
        raise _nothing_won(search, [trial["error"] for trial in trials])
    candidate = search.objective.candidate(best["values"], search.settings.winner_steps)
    stem = f"{best['trial']}-steps{candidate.steps}"
    runs = [f"{stem}-seed{seed}" for seed in range(search.settings.seeds)]
    return Winner(best["trial"], candidate, runs)


def train_winner(
    search: Search, winner: Winner, *, on_run: OnRun, on_evaluation: Callable[[], object]
) -> None:
    """Train, evaluate and export the winner with every seed, or go on with it.

    Args:
        search: The search.
        winner: Its winner.
        on_run: Called as a training begins.
        on_evaluation: Called when a training has something new on disk.
    """
    for seed, name in enumerate(winner.runs):
        winner.candidate.train_winner(
            search.folder / "winner" / name,
            seed,
            Listeners(
                on_run(f"{search.settings.cell}-seed{seed}", winner.candidate.steps), on_evaluation
            ),
        )


def end_overtaken(search: Search, winner: Winner) -> None:
    """Note which trainings of an earlier winner will not be gone on with.

    Args:
        search: The search.
        winner: Its winner now.
    """
    stem = winner.runs[0].rpartition("-seed")[0]
    for run in search.on_disk.winners():
        earlier = run.folder.name.rpartition("-seed")[0]
        if earlier != stem and run.description["status"] == "running":
            ended = run.description | {"status": "failed", "error": f"overtaken by {stem}"}
            write_json(run.folder / "run.json", ended)


def _nothing_won(search: Search, errors: Sequence[str | None]) -> SearchFailedError:
    if not errors:
        return SearchFailedError(
            "Expected values that meet the limits, with a delay of at most "
            f"{search.objective.longest_delay} steps, which fits the data; there are none in the "
            f"space. Widen it, or allow more. Received: {search.settings.limits}"
        )
    causes = "; ".join(sorted({error for error in errors if error}))
    return SearchFailedError(
        f"Expected a trial that finished, but none of {len(errors)} did. {causes}"
    )
