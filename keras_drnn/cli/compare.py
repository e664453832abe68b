"""`drnn compare` and `drnn train`: train models and lay the results side by side."""

import json
from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli import options
from keras_drnn.cli.options import Preset, whole_numbers
from keras_drnn.cli.requirements import require, require_keras


def compare(
    data: options.Data = "demo",
    root: options.Root = None,
    protocol: options.Protocol = None,
    models: Annotated[
        str,
        typer.Option(
            help="Of drnn, rnn, lstm, gru, and their bidirectional forms bidrnn, birnn, bilstm, "
            "bigru; with commas between them."
        ),
    ] = "drnn,rnn,lstm",
    preset: options.PresetChoice = Preset.best,
    delays: options.Delays = None,
    units: options.Units = None,
    steps: options.Steps = None,
    batch_size: options.BatchSize = None,
    seeds: Annotated[int, typer.Option(min=1, help="How often each model is trained.")] = 1,
    missing_list: options.MissingList = None,
    out: options.Out = Path("drnn-runs"),
    json_file: options.JsonFile = None,
) -> None:
    """Train models on the same skeletons and compare them.

    Without options: D-RNN, RNN and LSTM on synthetic demo data, in a few minutes. Everything is
    kept in the folder --out and in MLflow. If it is interrupted, the same command goes on where it
    stopped.
    """
    from keras_drnn.experiments.comparison import Settings

    settings = Settings(
        models=tuple(dict.fromkeys(models.split(","))),
        preset=preset.value,
        seeds=seeds,
        delays=whole_numbers(delays),
        units=units,
        steps=steps,
        batch_size=batch_size,
    )
    _compare(settings, data, root, protocol, missing_list, out, json_file)


def train(
    model: Annotated[str, typer.Argument(help="drnn, rnn, lstm, gru, bidrnn, birnn ...")] = "drnn",
    data: options.Data = "demo",
    root: options.Root = None,
    protocol: options.Protocol = None,
    preset: options.PresetChoice = Preset.best,
    delays: options.Delays = None,
    units: options.Units = None,
    steps: options.Steps = None,
    batch_size: options.BatchSize = None,
    missing_list: options.MissingList = None,
    out: options.Out = Path("drnn-runs"),
    json_file: options.JsonFile = None,
) -> None:
    """Train one model, evaluate it and export it to TFLite."""
    compare(
        data=data,
        root=root,
        protocol=protocol,
        models=model,
        preset=preset,
        delays=delays,
        units=units,
        steps=steps,
        batch_size=batch_size,
        seeds=1,
        missing_list=missing_list,
        out=out,
        json_file=json_file,
    )


def _compare(settings, data, root, protocol, missing_list, out, json_file) -> None:
    require_keras()
    require("mlflow", "matplotlib", "tensorflow", "ai_edge_litert")
    from rich.console import Console

    from keras_drnn.cli.progress import console, progress_bars, reading, training
    from keras_drnn.experiments.comparison import compare as run_comparison
    from keras_drnn.experiments.comparison import comparison_folder
    from keras_drnn.experiments.data import open_data
    from keras_drnn.reporting.tables import comparison_tables
    from keras_drnn.tracking import check_store, how_to_look, resolve_uri

    # Everything that can be wrong is found before hours of training.
    options.check_json_file(json_file)
    for model in settings.models:
        settings.recipe(model, data)
    uri = resolve_uri()
    check_store(uri)
    with progress_bars() as bars:
        opened = open_data(
            data,
            root=root,
            protocol=protocol,
            cache=out / "cache",
            missing_list=missing_list,
            progress=reading(bars),
        )
        for warning in opened.warnings:
            console.print(f"[yellow]{warning}[/]", highlight=False)
        folder = comparison_folder(out, settings, opened)
        try:
            found = run_comparison(folder, settings, opened, uri, on_run=training(bars))
        except KeyboardInterrupt:
            console.print("Interrupted. The same command goes on from here.")
            raise typer.Exit(130) from None
    shown = Console()
    shown.print(comparison_tables(found, max(80, shown.width)))
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    console.print(f"\nModels, pictures and figures: {folder}", highlight=False, soft_wrap=True)
    console.print(f"All runs in MLflow: {how_to_look(uri)}", highlight=False, soft_wrap=True)
    if not found["complete"]:
        raise typer.Exit(1)
