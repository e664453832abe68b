"""`drnn tune`: search for delays and what goes with them."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keras_drnn.cli import options
from keras_drnn.cli.grouped import grouped
from keras_drnn.cli.options import ClipOptions
from keras_drnn.cli.requirements import require, require_keras

if TYPE_CHECKING:
    from rich.progress import Progress

    from keras_drnn.tuning.one_search import Search
    from keras_drnn.tuning.settings import SearchSettings

# What a configuration file may say beside the settings of the search.
_OF_COMMAND = ("data", "root", "protocol", "missing_list", "models")
_PATHS = ("root", "missing_list")


def _option(help: str, default: str, *, min: int | None = None, max: int | None = None) -> Any:
    return typer.Option(help=help, show_default=default, min=min, max=max)


@dataclass(frozen=True)
class SearchedClips(ClipOptions):
    """The options that say which clips, which a configuration file may say as well."""

    data: options.MaybeData = None


@dataclass(frozen=True)
class SettingOptions:
    """The options that are settings of a search, by the names that they have there."""

    trials: Annotated[int | None, _option("Trials at most.", "30", min=1)] = None
    oracle: Annotated[str | None, _option("bayesian, random, hyperband or grid.", "bayesian")] = (
        None
    )
    objective: Annotated[
        str | None,
        _option(
            "What trials are judged by: clips, with a reset before each, or stream, left running "
            "over them.",
            "what the preset is for",
        ),
    ] = None
    folds: Annotated[
        int | None,
        _option(
            "Parts of the training subjects that are held out in turn; a trial is judged by the "
            "mean.",
            "2",
            min=1,
        ),
    ] = None
    seeds: Annotated[int | None, _option("How often the winner is trained.", "3", min=1)] = None
    seed: Annotated[int | None, _option("Seed of the search.", "0", min=0)] = None
    steps: options.Steps = None
    winner_steps: Annotated[
        int | None, _option("Batches to train the winner on.", "a trial's", min=1)
    ] = None
    batch_size: options.BatchSize = None
    callbacks: options.Callbacks = None
    max_failures: Annotated[
        int | None, _option("Failed trials in a row that end the search.", "3", min=1)
    ] = None


@dataclass(frozen=True)
class LimitOptions:
    """The options that say what a model may cost."""

    max_parameters: Annotated[int | None, _option("Larger models are not tried.", "any", min=1)] = (
        None
    )
    max_multiply_adds: Annotated[
        float | None, _option("Models that multiply more per frame are not tried.", "any", min=1)
    ] = None
    max_latency: Annotated[
        float | None,
        _option("Models whose .tflite takes more milliseconds for a clip are not trained.", "any"),
    ] = None

    def limits(self) -> dict[str, float | None]:
        """By the names that limits have in a search."""
        return {
            "parameters": self.max_parameters,
            "multiply_adds": self.max_multiply_adds,
            "latency_milliseconds": self.max_latency,
        }


@dataclass(frozen=True)
class ProcessOptions:
    """The options that say how many processes search."""

    workers: Annotated[
        int, typer.Option(min=1, help="Processes on this machine that run trials.")
    ] = 1
    port: Annotated[
        int | None,
        _option("Where the workers' chief listens.", "any free one", min=1, max=65535),
    ] = None


@grouped
def tune(
    config: Annotated[
        Path | None,
        typer.Argument(
            help="A configuration file, such as tuning/demo.toml; options given here come first.",
            show_default=False,
        ),
    ] = None,
    *,
    clips: SearchedClips,
    models: Annotated[
        str | None,
        _option(
            "Of drnn, lstm and gru, with commas between them: each is searched with the same "
            "number of trials.",
            "drnn",
        ),
    ] = None,
    settings: SettingOptions,
    limits: LimitOptions,
    processes: ProcessOptions,
    name: Annotated[
        str | None,
        _option("Name of the search; the same name goes on with it.", "made of data and oracle"),
    ] = None,
    json_file: options.JsonFile = None,
) -> None:
    """Search for the delays, and what goes with them, that suit your data.

    Every trial is judged by clips of training subjects that were held out; only the winner meets
    the test side. It is trained several times, exported to TFLite and registered in MLflow. If it
    is interrupted, the same command goes on where it stopped.
    """
    content = _read(config) if config else {}
    if "cell" in content:
        raise ValueError(
            "A configuration file names what is searched in `models`, as a list. "
            f"Received: cell={content['cell']!r}"
        )
    of_command = {key: content.pop(key) for key in _OF_COMMAND if key in content}
    content |= _given(asdict(settings) | {"callbacks": settings.callbacks or None})
    content["limits"] = content.get("limits", {}) | _given(limits.limits())
    cells = models or of_command.pop("models", "drnn")
    cells = dict.fromkeys(cells.split(",") if isinstance(cells, str) else cells)
    chosen = {
        key: Path(value) if key in _PATHS else value
        for key, value in ({"data": "demo"} | of_command).items()
        if getattr(clips, key) is None
    }
    _tune(
        [{**content, "cell": cell} for cell in cells],
        replace(clips, **chosen),
        processes,
        name or (config.stem if config else None),
        json_file,
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _read(config: Path) -> dict[str, Any]:
    try:
        # Windows' editors begin a text with a byte-order mark, which TOML does not have.
        return tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"Expected a TOML file, but {error}. Received: {config}") from error


def _tune(
    contents: Sequence[dict[str, Any]],
    clips: ClipOptions,
    processes: ProcessOptions,
    name: str | None,
    json_file: Path | None,
) -> None:
    require_keras()
    require("keras_tuner", "mlflow", "matplotlib", "tensorflow", "ai_edge_litert")
    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import console, progress_bars, reading
    from keras_drnn.tracking import check_store, how_to_look, resolve_uri
    from keras_drnn.tuning.one_search import Search
    from keras_drnn.tuning.roles import role
    from keras_drnn.tuning.search_folder import search_folder
    from keras_drnn.tuning.settings import SearchSettings
    from keras_drnn.tuning.skeletons import SkeletonObjective
    from keras_drnn.tuning.tables import search_tables

    # Everything that can be wrong is found before hours of training.
    options.check_json_file(json_file)
    options.check_model_name("--name", name)
    searched = [SearchSettings.of(content) for content in contents]
    _check_one_process(searched, processes)
    uri = resolve_uri()
    # Only the chief speaks with MLflow.
    if role() != "worker":
        check_store(uri)
    outcomes, folders = [], []
    with progress_bars() as bars:
        data = clips.open(reading(bars))
        for settings in searched:
            objective = SkeletonObjective(data, settings)
            stem = name or f"{objective.name}-{settings.oracle}"
            folder = search_folder(clips.out, stem, settings.cell)
            outcome = _search(Search(folder, settings, objective), clips, processes, uri, bars)
            if outcome is None:
                return
            folders.append(folder)
            outcomes.append(outcome)
    make_console().print(search_tables(outcomes))
    options.write_json_file(json_file, outcomes)
    for folder in folders:
        console.print(f"\nModels, pictures and figures: {folder}", highlight=False, soft_wrap=True)
    console.print(f"All runs in MLflow: {how_to_look(uri)}", highlight=False, soft_wrap=True)
    if not all(each["winner"] for each in outcomes):
        raise typer.Exit(1)


def _check_one_process(searched: Sequence["SearchSettings"], processes: ProcessOptions) -> None:
    from keras_drnn.tuning.roles import role

    if role() and (processes.workers > 1 or len(searched) > 1):
        raise ValueError(
            "On several machines each process is one chief or one worker, and searches one model. "
            f"Received: workers={processes.workers}, "
            f"models={','.join(settings.cell for settings in searched)}"
        )


def _search(
    search: "Search", clips: ClipOptions, processes: ProcessOptions, uri: str, bars: "Progress"
) -> dict[str, Any] | None:
    """The outcome of a search; `None` where this process only works for its chief."""
    from keras_drnn.cli.progress import console, training, trying
    from keras_drnn.tuning.roles import role
    from keras_drnn.tuning.run_search import run_search

    on_progress, on_step = trying(bars, search.settings.cell)
    try:
        if role() == "worker":
            from keras_drnn.tuning.worker import work

            work(search, on_step)
            return None
        if role() == "chief":
            from keras_drnn.tuning.chief import as_chief as explore
        elif processes.workers > 1:
            from keras_drnn.tuning.local_worker import command
            from keras_drnn.tuning.workers import with_workers

            worker = command(search.folder, clips.source())
            explore = with_workers(processes.workers, worker, processes.port)
        else:
            from keras_drnn.tuning.explore import explore_here

            explore = partial(explore_here, on_step=on_step)
        return run_search(
            search,
            uri,
            on_progress=on_progress,
            on_run=training(bars)[0],
            explore=explore,
            command=options.command_line(),
        )
    except KeyboardInterrupt:
        console.print("Interrupted. The same command goes on from here.")
        raise typer.Exit(130) from None
