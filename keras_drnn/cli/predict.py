"""`drnn predict`: what a trained model says about clips."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keras_drnn.cli import options
from keras_drnn.cli.requirements import require, require_keras


def predict(
    model: Annotated[Path, typer.Argument(help="A trained model.keras or model.tflite.")],
    clips: Annotated[
        Path,
        typer.Argument(
            help="A recording like those of the training, a folder of them, an array of clips, or "
            "- for frames from standard input, one a line."
        ),
    ],
    timeline: Annotated[
        bool,
        typer.Option("--timeline", help="Of long recordings: what happens when; - always says so."),
    ] = False,
    json_file: options.JsonFile = None,
) -> None:
    """Classify a clip, or every clip of a folder, with a trained model.

    With --timeline it says when which action begins and ends. With - it reads frames as they come,
    numbers with blanks between them or a JSON array a line, and answers every line by one of JSON:
    the action that lasts, and the event that begins or ends.
    """
    options.check_json_file(json_file)
    if model.suffix == ".tflite":
        require("ai_edge_litert")
    else:
        require_keras()
    if str(clips) == "-":
        from keras_drnn.cli.predict_lines import predict_lines

        found, right = predict_lines(model)
    else:
        found, right = (_timelines if timeline else _actions)(model, clips)
    options.write_json_file(json_file, found)
    if not right:
        raise typer.Exit(1)


def _actions(model: Path, clips: Path) -> tuple[list[dict[str, Any]], bool]:
    """An action for each recording, and whether there was any."""
    from keras_drnn.experiments.prediction import predict as run_prediction

    rows, found = [], []
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
        share = f"{100 * (prediction.probability or 0.0):.1f} %"
        rows.append((prediction.path.name, prediction.label or "", share))
    _show(("Clip", "Action", "Probability"), found, [[row] for row in rows])
    return found, any(each["error"] is None for each in found)


def _timelines(model: Path, clips: Path) -> tuple[list[dict[str, Any]], bool]:
    """The events of each recording, and whether any could be read."""
    from keras_drnn.experiments.timeline import event_as_json
    from keras_drnn.experiments.timeline import timeline as run_timeline

    rows, found = [], []
    for each in run_timeline(model, clips):
        events = [event_as_json(event) for event in each.events]
        found.append(
            {
                "clip": each.path.name,
                "events": events,
                "error": each.error,
                "remark": each.remark,
            }
        )
        rows.append(
            [
                (
                    "" if number else each.path.name,
                    _time(event["begin"], event["begin_seconds"]),
                    _time(event["end"], event["end_seconds"]),
                    event["action"],
                    f"{100 * event['certainty']:.0f} %",
                )
                for number, event in enumerate(events)
            ]
            or [(each.path.name, "", "", "nothing", "")]
        )
    _show(("Recording", "Begin", "End", "Action", "Certainty"), found, rows)
    return found, any(each["error"] is None for each in found)


def _time(frame: int, seconds: float | None) -> str:
    """A moment, `1:02:03.4` where the frame rate is known."""
    if seconds is None:
        return f"frame {frame}"
    tenths = round(10 * seconds)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{start}:{tenths // 10:02d}.{tenths % 10}"


def _show(
    headings: tuple[str, ...], found: list[dict[str, Any]], rows: list[list[tuple[str, ...]]]
) -> None:
    """A table with some rows for each recording, or its error; and what else is to be said."""
    from rich.markup import escape
    from rich.table import Table

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import console

    table = Table(*headings)
    for each, own in zip(found, rows, strict=True):
        if each["error"] is not None:
            table.add_row(escape(each["clip"]), f"[red]{escape(each['error'])}[/]")
            continue
        for row in own:
            table.add_row(*map(escape, row))
    make_console().print(table)
    for each in found:
        if each["remark"] is not None:
            remark = f"{each['clip']}: {each['remark']}"
            console.print(remark, style="yellow", markup=False, highlight=False)
