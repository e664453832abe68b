"""A search from its first trial to its registered winner, in one folder."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import keras

from keras_drnn.experiments import runs
from keras_drnn.experiments.data import Data
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment
from keras_drnn.system.locks import hold
from keras_drnn.tuning.folds import fold_splits
from keras_drnn.tuning.limits import Cost, cost_of, longest_delay
from keras_drnn.tuning.mirror import SearchMirror
from keras_drnn.tuning.outcome import best_of, outcome_of, trial_lines
from keras_drnn.tuning.search_folder import SearchFolder
from keras_drnn.tuning.settings import SearchSettings
from keras_drnn.tuning.trial import run_trial
from keras_drnn.tuning.values import delays_of, recipe_of


class SearchFailedError(ValueError):
    """A search has come to no winner; the message says why."""


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


class Search:
    """One search: its folder, what it searches and the data it searches with.

    Args:
        folder: The folder, as from `search_folder`.
        settings: What is searched.
        data: The data.
    """

    def __init__(self, folder: Path, settings: SearchSettings, data: Data) -> None:
        self.folder = folder
        self.settings = settings
        self.data = data
        self.recipe = settings.recipe(data.data_set)
        self.folds = fold_splits(data, settings.folds)
        self.longest = longest_delay(data.clips.index.frames[data.split.train], self.recipe)
        self._features = self._count_features()
        self._began = time.monotonic()
        self._done_before = self._count_done()

    @property
    def known(self) -> SearchFolder:
        """What is on disk."""
        return SearchFolder(self.folder)

    def begin(self) -> None:
        """Write `search.json`, or make sure that the folder is that of the same search.

        Raises:
            ValueError: If it is the folder of another search.
        """
        about = self._about()
        if (self.folder / "search.json").exists():
            self.check()
            about["created"] = self.known.about["created"]
        write_json(self.folder / "search.json", about)

    def check(self) -> None:
        """Make sure that the folder is that of this search.

        Raises:
            ValueError: If it is the folder of another search.
        """
        before = self.known.about["decisive"]
        now = json.loads(json.dumps(self._about()["decisive"]))
        changed = list(_differences(before, now))
        if changed:
            raise ValueError(
                f"The search in {self.folder} was begun with other settings, and cannot go on with "
                f"these. Give it another --name, or the settings it had. Changed: "
                f"{'; '.join(changed)}"
            )

    def cost(self, values: Mapping[str, Any]) -> Cost:
        """What the model of a trial costs.

        Args:
            values: The trial's hyperparameters.
        """
        recipe = recipe_of(values, self.recipe)
        classes = len(self.data.split.class_names)
        return cost_of(recipe, features=self._features, classes=classes)

    def feasible(self, values: Mapping[str, Any]) -> bool:
        """Whether the delays of a trial fit the clips, and its model the limits.

        Args:
            values: The trial's hyperparameters.
        """
        if "groups" in values:
            if values["units"] < values["groups"] or delays_of(values)[-1] > self.longest:
                return False
        return self.settings.limits.exceeded(self.cost(values)) is None

    def run_trial(
        self,
        trial: str,
        values: Mapping[str, Any],
        on_step: Callable[[int, int], None] = lambda step, of: None,
    ) -> float:
        """Run one trial, and give its score.

        Args:
            trial: Its number.
            values: Its hyperparameters, with those of Hyperband.
            on_step: Called with the number of steps done, and of how many.
        """
        recipe = recipe_of(values, self.recipe)
        if "tuner/epochs" in values:
            from keras_drnn.tuning.oracles import HYPERBAND_EPOCHS

            share = values["tuner/epochs"] / HYPERBAND_EPOCHS
            recipe = replace(recipe, steps=max(1, round(share * recipe.steps)))
        own = {name: value for name, value in values.items() if not name.startswith("tuner/")}
        return run_trial(
            self.folder / "trials" / trial_name(trial),
            recipe,
            own,
            self.cost(values),
            self.settings.limits,
            self.data,
            self.folds,
            fits=self.feasible(values),
            on_step=on_step,
        )

    def tuner(self, run, *, keep_ongoing: bool = False, on_end=lambda: None):
        """keras-tuner's tuner of this search.

        Args:
            run: Called with a trial's id and values.
            keep_ongoing: Whether trials under way are left to their workers.
            on_end: Called after every trial.
        """
        from keras_tuner import HyperParameters

        from keras_drnn.tuning.oracles import make_oracle
        from keras_drnn.tuning.tuner import FolderTuner, quiet

        space = HyperParameters()
        self.settings.space.declare(space, self.settings.cell)
        oracle = make_oracle(
            self.settings.oracle,
            space,
            trials=self.settings.trials,
            seed=self.settings.seed,
            max_failures=self.settings.max_failures,
            feasible=self.feasible,
            was_feasible=self._was_feasible,
            keep_ongoing=keep_ongoing,
        )
        with quiet():
            return FolderTuner(oracle, run, self.folder / "oracle", on_end)

    @property
    def all_ended(self) -> bool:
        """Whether as many trials have ended as were asked for; Hyperband alone knows of its own."""
        return self.settings.oracle != "hyperband" and self._count_done() >= self.settings.trials

    @property
    def explored(self) -> bool:
        """Whether the oracle had no more trials, and every process knows."""
        path = self.folder / "explored.json"
        if not path.is_file():
            return False
        of = json.loads(path.read_text(encoding="utf-8"))["trials"]
        return self.settings.oracle == "hyperband" or of >= self.settings.trials

    def note_explored(self) -> None:
        """Note that the oracle has no more trials, and that every process knows."""
        write_json(self.folder / "explored.json", {"trials": self.settings.trials})

    def progress(self) -> SearchProgress:
        """How far the search is, from what is on disk."""
        trials = trial_lines(self.known)
        ended = [trial for trial in trials if trial["status"] != "running"]
        best = best_of(trials)
        of = None if self.settings.oracle == "hyperband" else self.settings.trials
        now = len(ended) - self._done_before
        left = None
        if of is not None and now > 0:
            left = (of - len(ended)) * (time.monotonic() - self._began) / now
        failed = sum(trial["status"] == "failed" and not trial["infeasible"] for trial in trials)
        return SearchProgress(len(ended), of, failed, best["score"] if best else None, left)

    def winner(self) -> tuple[str, Recipe]:
        """The name of the best trial, and its recipe trained in full.

        Raises:
            SearchFailedError: If no trial has finished.
        """
        trials = trial_lines(self.known)
        best = best_of(trials)
        if best is None:
            errors = {trial["error"] for trial in trials if trial["error"]}
            if not trials:
                raise SearchFailedError(
                    "Expected values that meet the limits, with a delay of at most "
                    f"{self.longest} frames, which fits the clips; found none in the space. Widen "
                    f"it, or allow more. Received: {self.settings.limits}"
                )
            raise SearchFailedError(
                f"Expected a trial that finished, found none of {len(trials)}. "
                f"{'; '.join(sorted(errors))}"
            )
        recipe = recipe_of(best["values"], self.recipe)
        return best["trial"], replace(recipe, steps=self.settings.winner_steps or recipe.steps)

    def _was_feasible(self, trial: str) -> bool:
        path = self.folder / "trials" / trial_name(trial) / "run.json"
        return not (path.is_file() and json.loads(path.read_text(encoding="utf-8"))["infeasible"])

    def _count_done(self) -> int:
        return sum(run.about["status"] != "running" for run in self.known.trials())

    def _count_features(self) -> int:
        model = build_model(
            self.recipe,
            layout=self.data.layout,
            bodies=self.data.reader.bodies,
            classes=len(self.data.split.class_names),
        )
        return int(model.get_layer("frame").output.shape[-1])

    def _about(self) -> dict[str, Any]:
        recipe = runs.recipe_params(self.recipe)
        return {
            "id": self.folder.name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": asdict(self.settings),
            "command_settings": {
                "models": self.settings.cell,
                "preset": self.settings.preset,
                "oracle": self.settings.oracle,
                "folds": self.settings.folds,
                "steps": self.recipe.steps,
                "batch_size": self.recipe.batch_size,
                "longest_delay": self.longest,
            }
            | {f"space.{name}": str(values) for name, values in asdict(self.settings.space).items()}
            | {f"limit.{name}": value for name, value in asdict(self.settings.limits).items()},
            "decisive": {
                "settings": self.settings.decisive(),
                "recipe": recipe,
                "longest_delay": self.longest,
                "clips": self.data.clips.folder.name,
                "protocol": self.data.protocol.name,
                "backend": keras.backend.backend(),
            },
            "data": self.data.description(),
            "backend": keras.backend.backend(),
            "environment": environment(),
        }


def trial_name(trial: str) -> str:
    """The name of a trial's folder and of its run in MLflow.

    Args:
        trial: keras-tuner's number of the trial.
    """
    return f"trial-{int(trial):04d}"


def search_folder(out: Path, name: str | None, settings: SearchSettings, data: Data) -> Path:
    """Where a search lives.

    Args:
        out: The folder of everything.
        name: The search's name, by default made of the data and the oracle.
        settings: What is searched; every cell has a folder of its own.
        data: The data.
    """
    stem = name or f"{data.name}-{data.protocol.name}-{settings.oracle}"
    return out / f"search-{stem}-{settings.cell}"


def search(
    folder: Path,
    settings: SearchSettings,
    data: Data,
    tracking_uri: str,
    *,
    on_progress: Callable[[SearchProgress], object] = lambda progress: None,
    on_run: Callable[[str, int, int], Callable[[int], None]] = lambda model, seed, steps: _silent,
    explore: Callable[[Search, Callable[[], object]], None] | None = None,
) -> dict[str, Any]:
    """Search, or go on with it; then train, evaluate, export and register the winner.

    Args:
        folder: As from `search_folder`.
        settings: What is searched.
        data: The data.
        tracking_uri: An MLflow store that `check_store` has found good.
        on_progress: Called as trials end.
        on_run: Called with model, seed and steps as a training of the winner begins; returns what
            is to be called with the number of steps done.
        explore: Runs the trials, given the search and what is to be called as trials end; by
            default in this process, one after the other.

    Returns:
        The content of `outcome.json`.

    Raises:
        LockHeldError: If another process is at work on the same search.
        ValueError: If the folder is that of another search.
        SearchFailedError: If no trial finished, or too many in a row failed.
    """
    busy = (
        f"Another process is at work on this search ({folder}). Wait for it, or give another "
        "--name."
    )
    with hold(folder / ".lock", busy):
        this = Search(folder, settings, data)
        this.begin()
        with SearchMirror(folder, tracking_uri) as mirror:

            def report() -> None:
                on_progress(this.progress())
                mirror.sync()

            on_progress(this.progress())
            mirror.sync()
            if not this.explored:
                (explore or explore_here)(this, report)
                this.note_explored()
            winner, recipe = this.winner()
            names = [f"{winner}-steps{recipe.steps}-seed{seed}" for seed in range(settings.seeds)]
            _end_overtaken(this, names)
            _write_outcome(this, names)
            for seed, name in enumerate(names):
                runs.run(
                    folder / "winner" / name,
                    settings.cell,
                    recipe,
                    seed,
                    data,
                    on_step=on_run(settings.cell, seed, recipe.steps),
                    on_evaluation=mirror.sync,
                )
            found = _write_outcome(this, names)
    return found


def explore_here(
    this: Search,
    report: Callable[[], object],
    *,
    on_step: Callable[[int, int], None] = lambda step, of: None,
) -> None:
    """Trials in this process, one after the other.

    Args:
        this: The search.
        report: Called as trials end.
        on_step: Called with the steps done of the trial under way, and of how many.
    """
    tuner = this.tuner(partial(this.run_trial, on_step=on_step), on_end=report)
    tuner.search()
    check_failures(this, tuner.oracle)


def check_failures(this: Search, oracle) -> None:
    """Stop a search whose last trials have all failed.

    Args:
        this: The search.
        oracle: Its oracle.

    Raises:
        SearchFailedError: If so many trials in a row failed that no more are tried.
    """
    count = oracle.failures_in_a_row
    if count >= this.settings.max_failures and not this.all_ended:
        errors = [trial["error"] for trial in trial_lines(this.known) if trial["error"]]
        raise SearchFailedError(
            f"The last {count} trials failed, so no more are tried. Put right what is wrong and "
            "give the same command again, or allow more with --max-failures. The last said: "
            f"{errors[-1] if errors else 'nothing'}"
        )


def _silent(step: int) -> None:
    """Tell nobody."""


def _end_overtaken(this: Search, names: Sequence[str]) -> None:
    """Note which trainings of an earlier winner will not be gone on with."""
    winner = names[0].rpartition("-seed")[0]
    for run in this.known.winners():
        earlier = run.folder.name.rpartition("-seed")[0]
        if earlier != winner and run.about["status"] == "running":
            about = run.about | {"status": "failed", "error": f"overtaken by {winner}"}
            write_json(run.folder / "run.json", about)


def _write_outcome(this: Search, winners: Sequence[str]) -> dict[str, Any]:
    from keras_drnn.tuning.pictures import save_search_pictures

    found = outcome_of(this.known, winners)
    write_json(this.folder / "outcome.json", found)
    save_search_pictures(this.folder, found)
    return found


def _differences(before: Any, now: Any, name: str = ""):
    """What differs between two nested dictionaries, in words."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):
            yield from _differences(before.get(key), now.get(key), f"{name}.{key}".lstrip("."))
    elif before != now:
        yield f"{name} was {before}, is {now}"
