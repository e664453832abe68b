"""`drnn export`: a trained model as a file for a device."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli import options
from keras_drnn.cli.grouped import grouped
from keras_drnn.cli.options import ClipOptions
from keras_drnn.cli.requirements import require, require_keras
from keras_drnn.data_sets.tables import is_table


class Form(StrEnum):
    """Number formats."""

    float32 = "float32"
    float16 = "float16"
    dynamic = "dynamic"
    int8 = "int8"


# What other files than .tflite are written and checked with.
NEEDED = {
    ".onnx": ("torch", "onnxscript", "onnxruntime"),
    ".xml": ("torch", "onnxscript", "openvino"),
    ".keras": (),
}


@dataclass(frozen=True)
class CheckOptions(ClipOptions):
    """The options that say which clips the file is checked with."""

    root: Annotated[
        Path | None,
        typer.Option(
            help="Folder of clips to check the file with, and for int8 to measure ranges on.",
            show_default=False,
        ),
    ] = None


@grouped
def export(
    model: Annotated[
        str,
        typer.Argument(help="A trained model.keras, or in MLflow runs:/RUN/NAME, models:/NAME/1."),
    ],
    file: Annotated[
        Path,
        typer.Argument(help="The .tflite file to write; a stream may be .onnx, .xml or .keras."),
    ],
    *,
    streaming: Annotated[bool, typer.Option(help="One frame at a time, or whole clips.")] = False,
    microcontroller: Annotated[
        bool,
        typer.Option(
            "--microcontroller",
            help="A stream for TFLite Micro, and a C header beside it that holds the model.",
        ),
    ] = False,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Whole clips: how many of one length the file reads at once.")
    ] = 1,
    form: Annotated[
        Form,
        typer.Option(
            help="float16, dynamic: weights in float16 or int8. int8: the arithmetic as well; "
            "needs --root."
        ),
    ] = Form.float32,
    skipping: Annotated[
        bool, typer.Option(help="A streaming file can skip groups that are not due.")
    ] = True,
    accuracy_loss: Annotated[
        float, typer.Option(help="Largest loss of sequence accuracy to accept, of 1.")
    ] = 0.02,
    clips: CheckOptions,
    log: Annotated[
        str | None,
        typer.Option(
            help="Log the file to MLflow as a model of this name, and register a version of it.",
            show_default=False,
        ),
    ] = None,
    json_file: options.JsonFile = None,
) -> None:
    """Write a trained model to a checked .tflite file for phones."""
    from rich.table import Table

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import progress_bars, reading
    from keras_drnn.experiments.exporting import export as run_export

    require_keras()
    needed = NEEDED.get(file.suffix.lower(), ("tensorflow", "ai_edge_litert"))
    require(*needed, *["tflite_micro"] * microcontroller)
    options.check_json_file(json_file)
    if log is not None and file.suffix.lower() != ".tflite":
        raise ValueError(f"Expected a .tflite file to log to MLflow. Received: {file}")
    if log is not None:
        if microcontroller:
            raise ValueError(
                "--log is for files that run on a phone or a computer; leave it out with "
                f"--microcontroller. Received: --log {log}"
            )
        from keras_drnn.tracking import check_store, resolve_uri

        options.check_model_name("--log", log)
        check_store(resolve_uri())
    data = None
    if clips.root is not None or is_table(clips.data):
        with progress_bars() as bars:
            data = clips.open(reading(bars))
    report = run_export(
        model,
        file,
        streaming=streaming,
        microcontroller=microcontroller,
        batch_size=batch_size,
        form=form.value,
        skipping=skipping,
        accuracy_loss=accuracy_loss,
        data=data,
    )
    content = report.as_dict()
    if log is not None:
        from keras_drnn.tracking.litert import log_litert_model

        content["mlflow_model"] = log_litert_model(report, log)
    table = Table("", "", show_header=False)
    for key, value in content.items():
        if value is not None:
            shown = ", ".join(value) if isinstance(value, tuple) else value
            table.add_row(
                key.replace("_", " "), f"{shown:.4g}" if isinstance(shown, float) else str(shown)
            )
    make_console().print(table)
    if microcontroller:
        said = f"The model is in {file.with_suffix('.h')}, too."
    else:
        said = "" if file.suffix.lower() == ".keras" else _taken(file)
    make_console().print(said, markup=False, highlight=False)
    options.write_json_file(json_file, content)


def _taken(file: Path) -> str:
    """What a file takes, in words."""
    from keras_drnn_runtime import open_model

    model = open_model(file)
    shape = model.input_shape[2:]
    said = [f"It takes frames of {shape}"]
    if "reading" in model.metadata:
        channels = shape[-1] == 1
        said[0] += f", {'body, channels, axis' if channels else 'bodies, joints, axes'}"
        said += [f"{model.metadata['frame_rate']:g} a second", model.metadata["units"]]
    return "; ".join(said)
