"""`drnn influence`: how far back trained models look."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_drnn.cli import options
from keras_drnn.cli.requirements import require, require_keras


def influence(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="A model.keras, or the folder of a comparison, a search or a run; or one of these "
            "in MLflow: runs:/ID, its id, its name, models:/NAME/VERSION. Several stand side by "
            "side.",
        ),
    ],
    clips: Annotated[
        Path | None,
        typer.Option(
            help="A recording like those of the training, a folder, an array or a table of them.",
            show_default="test clips that the run has kept",
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many clips at most.")] = 3,
    frames: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="Frames of each clip; shorter ones are passed over.",
            show_default="as the shortest has, 100 at most",
        ),
    ] = None,
    picture: Annotated[Path, typer.Option(help="The picture, .png, .svg or .pdf.")] = Path(
        "influence.png"
    ),
    json_file: options.JsonFile = None,
) -> None:
    """Measure how far back trained models look, and whether training has changed it.

    The gradient of each output by each input frame, its fall with distance and the share of it that
    comes from far away, as the models are and with weights newly drawn; the norms of the recurrent
    kernels, and what they let through at most.
    """
    options.check_json_file(json_file)
    options.check_picture_file(picture)
    require_keras()
    require("matplotlib")
    from keras_drnn.report.trainings import trainings

    with trainings(models) as chosen:
        found = _measure(chosen, clips, count, frames)
    from keras_drnn.reporting.influence_pictures import draw_influences

    options.write_json_file(json_file, found)
    draw_influences(found).savefig(picture, dpi=120)
    _show(found)
    print(picture)


def _measure(
    chosen: list[Any], path: Path | None, count: int, frames: int | None
) -> dict[str, Any]:
    """What there is to say, as JSON."""
    from keras_drnn.data_sets import data_set_names, find_data_set
    from keras_drnn.experiments.influence_clips import kept_clips, of_one_length, recorded_clips
    from keras_drnn.experiments.influence_summary import summary
    from keras_drnn.report.trainings import data_of

    if path is None:
        had = next(filter(None, (kept_clips(each.path.parent) for each in chosen)), None)
        if had is None:
            raise ValueError(
                "Expected clips to ask the model about, by --clips, as none are kept beside it. "
                f"Received: {chosen[0].path}"
            )
    else:
        had = recorded_clips(path, chosen[0].path)
    watched = of_one_length(had, count, frames)
    by_model, left_out = _measure_each(chosen, watched)
    first, _ = next(iter(by_model.values()))[0]
    data, rate = data_of(first.path)
    return {
        "data": data,
        "synthetic": data in data_set_names() and find_data_set(data).synthetic,
        "frame_rate": rate,
        "frames": len(watched[0].frames),
        "clips": [clip.name for clip in watched],
        "models": [
            {
                "model": model,
                "seeds": [each.seed for each, _ in of_model],
                **{
                    when: summary([measured[when] for _, measured in of_model], rate)
                    for when in ("before", "after")
                },
            }
            for model, of_model in by_model.items()
        ],
        "left_out": left_out,
    }


def _measure_each(
    chosen: list[Any], watched: list[Any]
) -> tuple[dict[str, list], list[dict[str, Any]]]:
    """What is measured of each model's trainings, and which trainings are left out and why.

    Raises:
        ValueError: Of the first, if all are left out.
    """
    from keras_drnn.cli.progress import progress_bars
    from keras_drnn.experiments.influences import measure_influences

    by_model: dict[str, list] = {}
    left_out, faults = [], []
    passes = 2 * len(watched)
    with progress_bars() as bars:
        task = bars.add_task("measuring", total=passes * len(chosen))
        for number, each in enumerate(chosen, start=1):
            try:
                found = measure_influences(
                    each.path, watched, each.seed, lambda: bars.advance(task)
                )
            except ValueError as fault:
                faults.append(fault)
                left_out.append(
                    {
                        "model": each.model,
                        "seed": each.seed,
                        "path": str(each.path),
                        "reason": str(fault),
                    }
                )
            else:
                by_model.setdefault(each.model, []).append((each, found))
            bars.update(task, completed=passes * number)
    if not by_model:
        raise faults[0]
    return by_model, left_out


def _show(found: dict[str, Any]) -> None:
    """Tables of what was found."""
    from rich.markup import escape
    from rich.table import Table

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.reporting.influence_pictures import half_life_words
    from keras_drnn.reporting.names import model_style

    distances = list(found["models"][0]["after"]["share_beyond"])
    looks = Table("Model", "Training", "Half-life", *(f"Beyond {each}" for each in distances))
    kernels = Table("Model", "Group", "Delay", "Norm before", "after", "Radius before", "after")
    for model in found["models"]:
        label = escape(model_style(model["model"]).label)
        for when in ("before", "after"):
            said = model[when]
            shares = (said["share_beyond"][each]["median"] for each in distances)
            percents = (f"{100 * share:.1f} %" for share in shares)
            looks.add_row(label, when, half_life_words(said, found["frame_rate"]), *percents)
        groups = zip(model["before"]["groups"], model["after"]["groups"], strict=True)
        for before, after in groups:
            numbers = (
                f"{said[key]['median']:.2f}"
                for key in ("spectral_norm", "spectral_radius")
                for said in (before, after)
            )
            kernels.add_row(label, str(before["group"]), str(before["delay"]), *numbers)
    console = make_console()
    console.print(looks)
    if kernels.rows:
        console.print(kernels)
    for training in found["left_out"]:
        print(f"Left out: {training['path']}: {training['reason']}", file=sys.stderr)
