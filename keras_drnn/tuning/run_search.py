"""A search from its first trial to its registered winner."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.locks import hold
from keras_drnn.tuning.explore import Explore, explore_here
from keras_drnn.tuning.identity import begin
from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.outcome import outcome_of
from keras_drnn.tuning.progress import ProgressMeter, SearchProgress
from keras_drnn.tuning.winner import OnRun, end_overtaken, find_winner, train_winner


def run_search(
    search: Search,
    tracking_uri: str | None,
    *,
    on_progress: Callable[[SearchProgress], object] = lambda progress: None,
    on_run: OnRun = lambda name, steps: lambda step: None,
    explore: Explore = explore_here,
    command: str | None = None,
) -> dict[str, Any]:
    """Search, or go on with it; then train, evaluate, export and register the winner.

    Args:
        search: The search.
        tracking_uri: An MLflow store that `check_store` has approved; `None` for none.
        on_progress: Called as trials end.
        on_run: Called as a training of the winner begins.
        explore: Runs the trials.
        command: The command line that makes this search, if it is one that does.

    Returns:
        The content of `outcome.json`.

    Raises:
        LockHeldError: If another process is at work on the same search.
        ValueError: If the folder is that of another search.
        SearchFailedError: If no trial finished, or too many in a row failed.
    """
    busy = (
        f"Another process is at work on this search ({search.folder}). Wait for it, or give "
        "another --name."
    )
    with hold(search.folder / ".lock", busy):
        begin(search, command)
        with _mirrored(search, tracking_uri) as sync:
            meter = ProgressMeter(search)

            def report() -> None:
                on_progress(meter.read())
                sync()

            report()
            if not search.explored:
                explore(search, report)
                search.on_disk.note_explored(search.settings.trials)
            winner = find_winner(search)
            end_overtaken(search, winner)
            _write_outcome(search, winner.runs)
            train_winner(search, winner, on_run=on_run, on_evaluation=sync)
            return _write_outcome(search, winner.runs)


@contextmanager
def _mirrored(search: Search, tracking_uri: str | None) -> Iterator[Callable[[], object]]:
    """What sends to MLflow whatever is new on disk."""
    if tracking_uri is None:
        yield lambda: None
        return
    from keras_drnn.tuning.mirror import SearchMirror

    with SearchMirror(search.folder, tracking_uri) as mirror:
        yield mirror.sync


def _write_outcome(search: Search, winners: Sequence[str]) -> dict[str, Any]:
    from keras_drnn.tuning.pictures import save_search_pictures

    outcome = outcome_of(search.on_disk, winners)
    write_json(search.folder / "outcome.json", outcome)
    save_search_pictures(search.folder, outcome)
    return outcome
