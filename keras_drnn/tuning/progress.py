"""How far a search is."""

import time
from dataclasses import dataclass

from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.outcome import best_of, trial_lines


@dataclass(frozen=True)
class SearchProgress:
    """How far a search is.

    Args:
        done: Trials that have ended.
        of: Trials in all, `None` where the oracle decides.
        failed: Trials of those done that have failed.
        best: The best score, `None` before there is one.
        seconds_left: Estimated from the trials done since the command was given, or `None`.
    """

    done: int
    of: int | None
    failed: int
    best: float | None
    seconds_left: float | None


class ProgressMeter:
    """Tells how far a search is, from what is on disk and from when the meter was made.

    Args:
        search: The search.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._began = time.monotonic()
        self._done_before = search.on_disk.ended

    def read(self) -> SearchProgress:
        """How far the search is now."""
        settings = self._search.settings
        trials = trial_lines(self._search.on_disk)
        ended = [trial for trial in trials if trial["status"] != "running"]
        best = best_of(trials)
        of = None if settings.oracle == "hyperband" else settings.trials
        done_since = len(ended) - self._done_before
        left = None
        if of is not None and done_since > 0:
            left = (of - len(ended)) * (time.monotonic() - self._began) / done_since
        failed = sum(trial["status"] == "failed" and not trial["infeasible"] for trial in trials)
        return SearchProgress(len(ended), of, failed, best["score"] if best else None, left)
