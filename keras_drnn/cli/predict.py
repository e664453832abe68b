"""`drnn predict`: what a trained model says about clips."""

from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli import options
from keras_drnn.cli.requirements import require, require_keras


def predict(
    model: Annotated[Path, typer.Argument(help="A trained model.keras or model.tflite.")],
    clips: Annotated[
        Path,
        typer.Argument(
            help="A recording like those of the training, a folder of them, or an array of clips."
        ),
    ],
    json_file: options.JsonFile = None,
) -> None:
    """Classify a clip, or every clip of a folder, with a trained model."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from keras_drnn.cli.progress import console
    from keras_drnn.experiments.prediction import predict as run_prediction

    options.check_json_file(json_file)
    if model.suffix == ".tflite":
        require("ai_edge_litert")
    else:
        require_keras()
    table = Table("Clip", "Action", "Probability")
    found, remarks, failed = [], [], 0
    for prediction in run_prediction(model, clips):
        found.append(
            {
                "clip": prediction.path.name,
                "label": prediction.label,
                "probability": prediction.probability,
                "error": prediction.error,
                "remark": prediction.remark,
            }
        )
        if prediction.remark is not None:
            remarks.append(f"{prediction.path.name}: {prediction.remark}")
        if prediction.error is None:
            share = f"{100 * (prediction.probability or 0.0):.1f} %"
            table.add_row(escape(prediction.path.name), escape(prediction.label or ""), share)
        else:
            failed += 1
            table.add_row(escape(prediction.path.name), f"[red]{escape(prediction.error)}[/]", "")
    Console().print(table)
    for remark in remarks:
        console.print(remark, style="yellow", markup=False, highlight=False)
    options.write_json_file(json_file, found)
    if failed == len(found):
        raise typer.Exit(1)
