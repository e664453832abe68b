"""`drnn tune`: search for delays and what goes with them."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_drnn.cli import options
from keras_drnn.cli.requirements import require, require_keras

# What a configuration file may say beside the settings of the search.
_OF_COMMAND = ("data", "root", "protocol", "missing_list", "models")


def tune(
    config: Annotated[
        Path | None,
        typer.Argument(
            help="A configuration file, such as tuning/demo.toml; options given here come first.",
            show_default=False,
        ),
    ] = None,
    data: options.MaybeData = None,
    root: options.Root = None,
    protocol: options.Protocol = None,
    models: Annotated[
        str | None,
        typer.Option(
            help="Of drnn, lstm and gru, with commas between them: each is searched with the same "
            "number of trials.",
            show_default="drnn",
        ),
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials at most.", show_default="30")
    ] = None,
    oracle: Annotated[
        str | None,
        typer.Option(help="bayesian, random, hyperband or grid.", show_default="bayesian"),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Parts of the training subjects that are held out in turn; a trial is judged by "
            "the mean.",
            show_default="2",
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="How often the winner is trained.", show_default="3")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the search.", show_default="0")
    ] = None,
    steps: options.Steps = None,
    winner_steps: Annotated[
        int | None,
        typer.Option(min=1, help="Batches to train the winner on.", show_default="a trial's"),
    ] = None,
    batch_size: options.BatchSize = None,
    max_parameters: Annotated[
        int | None, typer.Option(min=1, help="Larger models are not tried.", show_default="any")
    ] = None,
    max_multiply_adds: Annotated[
        float | None,
        typer.Option(
            min=1, help="Models that multiply more per frame are not tried.", show_default="any"
        ),
    ] = None,
    max_latency: Annotated[
        float | None,
        typer.Option(
            help="Models whose .tflite takes more milliseconds for a clip are not trained.",
            show_default="any",
        ),
    ] = None,
    max_failures: Annotated[
        int | None,
        typer.Option(min=1, help="Failed trials in a row that end the search.", show_default="3"),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes on this machine that run trials.")
    ] = 1,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Where the workers' chief listens.", show_default="any free one"
        ),
    ] = None,
    missing_list: options.MissingList = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the search; the same name goes on with it.",
            show_default="made of data and oracle",
        ),
    ] = None,
    out: options.Out = Path("drnn-runs"),
    json_file: options.JsonFile = None,
) -> None:
    """Search for the delays, and what goes with them, that suit your data.

    Every trial is judged by clips of training subjects that were held out; only the winner meets
    the test side. It is trained several times, exported to TFLite and registered in MLflow. If it
    is interrupted, the same command goes on where it stopped.
    """
    told = _read(config) if config else {}
    if "cell" in told:
        raise ValueError(
            "A configuration file names what is searched in `models`, as a list. "
            f"Received: cell={told['cell']!r}"
        )
    command = {key: told.pop(key) for key in _OF_COMMAND if key in told}
    given = {
        "oracle": oracle,
        "trials": trials,
        "folds": folds,
        "seeds": seeds,
        "seed": seed,
        "steps": steps,
        "winner_steps": winner_steps,
        "batch_size": batch_size,
        "max_failures": max_failures,
    }
    told |= {key: value for key, value in given.items() if value is not None}
    limits = {
        "parameters": max_parameters,
        "multiply_adds": max_multiply_adds,
        "latency_milliseconds": max_latency,
    }
    told["limits"] = told.get("limits", {}) | {
        key: value for key, value in limits.items() if value is not None
    }
    source = {
        "name": data or command.get("data", "demo"),
        "root": root or (Path(command["root"]) if "root" in command else None),
        "protocol": protocol or command.get("protocol"),
        "cache": out / "cache",
        "missing_list": missing_list
        or (Path(command["missing_list"]) if "missing_list" in command else None),
    }
    cells = models or command.get("models", "drnn")
    cells = cells.split(",") if isinstance(cells, str) else cells
    name = name or (config.stem if config else None)
    _tune(list(dict.fromkeys(cells)), told, source, workers, port, name, out, json_file)


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"Expected a TOML file, but {error}. Received: {config}") from error


def _tune(cells, told, source, workers, port, name, out, json_file) -> None:
    require_keras()
    require("keras_tuner", "mlflow", "matplotlib", "tensorflow", "ai_edge_litert")
    from functools import partial

    from rich.console import Console

    from keras_drnn.cli.progress import console, progress_bars, reading, training, trying
    from keras_drnn.experiments.data import open_data
    from keras_drnn.tracking import check_store, how_to_look, resolve_uri
    from keras_drnn.tuning.search import Search, explore_here, search, search_folder
    from keras_drnn.tuning.settings import SearchSettings
    from keras_drnn.tuning.tables import search_tables
    from keras_drnn.tuning.workers import as_chief, role, with_workers, work

    # Everything that can be wrong is found before hours of training.
    options.check_json_file(json_file)
    options.check_model_name("--name", name)
    searches = [SearchSettings.of({**told, "cell": cell}) for cell in cells]
    this_role = role()
    if this_role and (workers > 1 or len(cells) > 1):
        raise ValueError(
            "On several machines each process is one chief or one worker, and searches one model. "
            f"Received: workers={workers}, models={','.join(cells)}"
        )
    uri = resolve_uri()
    # Only the chief speaks with MLflow.
    if this_role != "worker":
        check_store(uri)
    found, folders = [], []
    with progress_bars() as bars:
        opened = open_data(**source, progress=reading(bars))
        for warning in opened.warnings:
            console.print(warning, style="yellow", markup=False, highlight=False)
        for settings in searches:
            folder = search_folder(out, name, settings, opened)
            folders.append(folder)
            on_progress, on_step = trying(bars, settings.cell)
            if this_role == "chief":
                explore = as_chief
            elif workers > 1:
                explore = with_workers(workers, source, port)
            else:
                explore = partial(explore_here, on_step=on_step)
            try:
                if this_role == "worker":
                    work(Search(folder, settings, opened), on_step)
                    return
                found.append(
                    search(
                        folder,
                        settings,
                        opened,
                        uri,
                        on_progress=on_progress,
                        on_run=training(bars),
                        explore=explore,
                    )
                )
            except KeyboardInterrupt:
                console.print("Interrupted. The same command goes on from here.")
                raise typer.Exit(130) from None
    Console().print(search_tables(found))
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for folder in folders:
        console.print(f"\nModels, pictures and figures: {folder}", highlight=False, soft_wrap=True)
    console.print(f"All runs in MLflow: {how_to_look(uri)}", highlight=False, soft_wrap=True)
    if not all(each["winner"] for each in found):
        raise typer.Exit(1)
