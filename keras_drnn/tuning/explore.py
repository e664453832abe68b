"""The trials of a search, one after the other in this process."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from keras_drnn.tuning.one_search import Search, SearchFailedError
from keras_drnn.tuning.outcome import trial_lines

if TYPE_CHECKING:
    from keras_drnn.tuning.oracles import ResumableOracle

#: Runs the trials of a search, and calls what it is given as trials end.
Explore: TypeAlias = Callable[[Search, Callable[[], object]], None]


def explore_here(
    search: Search,
    report: Callable[[], object],
    *,
    on_step: Callable[[int, int], None] = lambda step, of: None,
) -> None:
    """Trials in this process, one after the other.

    Args:
        search: The search.
        report: Called as trials end.
        on_step: Called with the steps done of the trial under way, and of how many.

    Raises:
        SearchFailedError: If too many trials in a row failed.
    """
    from keras_drnn.tuning.tuner import FolderTuner, quiet

    oracle = search.oracle()
    with quiet():
        tuner = FolderTuner(oracle, partial(search.run_trial, on_step=on_step), report)
    tuner.search()
    check_failures(search, oracle)


def check_failures(search: Search, oracle: "ResumableOracle") -> None:
    """Stop a search whose last trials have all failed.

    Args:
        search: The search.
        oracle: Its oracle.

    Raises:
        SearchFailedError: If so many trials in a row failed that no more are tried.
    """
    count = oracle.failures_in_a_row
    if count >= search.settings.max_failures and not search.all_ended:
        errors = [trial["error"] for trial in trial_lines(search.on_disk) if trial["error"]]
        raise SearchFailedError(
            f"The last {count} trials failed, so no more are tried. Put right what is wrong and "
            "give the same command again, or allow more with --max-failures. The last error: "
            f"{errors[-1] if errors else 'none'}"
        )
