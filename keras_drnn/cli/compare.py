"""`drnn compare` and `drnn train`: train models and lay the results side by side."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keras_drnn.cli import options
from keras_drnn.cli.grouped import grouped
from keras_drnn.cli.options import ClipOptions, RecipeOptions, whole_numbers
from keras_drnn.cli.requirements import require, require_keras

if TYPE_CHECKING:
    from keras_drnn.experiments.comparison import ComparisonSettings
    from keras_drnn.experiments.data import Progress
    from keras_drnn.experiments.folds import Folds


@grouped
def compare(
    *,
    clips: ClipOptions,
    models: Annotated[
        str,
        typer.Option(
            help="Of drnn, rnn, lstm, gru, and their bidirectional forms bidrnn, birnn, bilstm, "
            "bigru; with commas between them."
        ),
    ] = "drnn,rnn,lstm",
    recipe: RecipeOptions,
    seeds: Annotated[int, typer.Option(min=1, help="How often each model is trained.")] = 1,
    json_file: options.JsonFile = None,
) -> None:
    """Train models on the same skeletons and compare them.

    Without options: D-RNN, RNN and LSTM on synthetic demo data, in a few minutes. Everything is
    kept in the folder --out and in MLflow. If it is interrupted, the same command goes on where it
    stopped.
    """
    _compare(clips.open_folds, clips, recipe, models, seeds, json_file)


@grouped
def train(
    model: Annotated[str, typer.Argument(help="drnn, rnn, lstm, gru, bidrnn, birnn ...")] = "drnn",
    *,
    clips: ClipOptions,
    recipe: RecipeOptions,
    json_file: options.JsonFile = None,
) -> None:
    """Train one model, evaluate it and export it to TFLite.

    Of data with folds it trains on one of them, which --protocol names.
    """
    from keras_drnn.experiments.folds import Folds

    _compare(lambda progress: Folds.of(clips.open(progress)), clips, recipe, model, 1, json_file)


def _compare(
    open_folds: "Callable[[Progress], Folds]",
    clips: ClipOptions,
    recipe: RecipeOptions,
    models: str,
    seeds: int,
    json_file: Path | None,
) -> None:
    require_keras()
    require("mlflow", "matplotlib", "tensorflow", "ai_edge_litert")

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import console, progress_bars, reading, training
    from keras_drnn.experiments.comparison import ComparisonSettings, comparison_folder, trainings
    from keras_drnn.experiments.comparison import compare as run_comparison
    from keras_drnn.reporting.tables import comparison_tables
    from keras_drnn.tracking import check_store, how_to_look, resolve_uri

    # Everything that can be wrong is found before hours of training.
    options.check_json_file(json_file)
    settings = ComparisonSettings(
        models=tuple(dict.fromkeys(models.split(","))),
        preset=recipe.preset.value,
        seeds=seeds,
        delays=whole_numbers(recipe.delays),
        units=recipe.units,
        steps=recipe.steps,
        batch_size=recipe.batch_size,
        callbacks=tuple(recipe.callbacks or ()),
    )
    data_set = clips.data_set
    for model in settings.models:
        settings.recipe(model, data_set)
    uri = resolve_uri()
    check_store(uri)
    with progress_bars() as bars:
        folds = open_folds(reading(bars))
        if data_set.recipe_reason and settings.starts_with_its_delays:
            console.print(data_set.recipe_reason, markup=False, highlight=False)
        number = len(list(trainings(settings, folds)))
        if len(folds.parts) > 1:
            console.print(_how_many(settings, folds, number), highlight=False)
        folder = comparison_folder(clips.out, settings, folds)
        try:
            on_run, on_best = training(bars, number)
            found = run_comparison(
                folder,
                settings,
                folds,
                uri,
                on_run=on_run,
                on_best=on_best,
                command=options.command_line(),
            )
        except KeyboardInterrupt:
            console.print("Interrupted. The same command goes on from here.")
            raise typer.Exit(130) from None
    shown = make_console()
    shown.print(comparison_tables(found, max(80, shown.width)))
    options.write_json_file(json_file, found)
    console.print(f"\nModels, pictures and figures: {folder}", highlight=False, soft_wrap=True)
    console.print(f"All runs in MLflow: {how_to_look(uri)}", highlight=False, soft_wrap=True)
    if not found["complete"]:
        raise typer.Exit(1)


def _how_many(settings: "ComparisonSettings", folds: "Folds", number: int) -> str:
    from keras_drnn.skeletons.words import counted

    every = "Every clip of these folds" if folds.not_split else "Every clip"
    return (
        f"{number} trainings: {counted(len(folds.parts), 'fold')} ({folds.name}) x "
        f"{counted(len(settings.models), 'model')} x {counted(settings.seeds, 'seed')}. {every} "
        "is tested once for each seed, by the model that was not trained on its fold. --protocol "
        f"{folds.parts[0].protocol.name} does one fold alone."
    )
