"""`drnn data`: make demo data, look at a folder of clips."""

import json
from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli import options
from keras_drnn.cli.options import DataName

app = typer.Typer(no_args_is_help=True, help="Make demo data, look at a folder of clips.")


@app.command()
def demo(
    root: Annotated[Path, typer.Argument(help="Folder to write to.")],
    subjects: Annotated[int, typer.Option(min=1, help="People.")] = 10,
    repetitions: Annotated[int, typer.Option(min=1, help="Times each performs an action.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Where chance starts.")] = 0,
) -> None:
    """Write synthetic skeletons as NTU .skeleton files."""
    from keras_drnn.cli.progress import console, progress_bars, reading
    from keras_drnn.skeletons.demo import SYNTHETIC_NOTICE, generate

    with progress_bars() as bars:
        show = reading(bars)
        made = generate(
            root,
            subjects=subjects,
            repetitions=repetitions,
            seed=seed,
            progress=lambda done, of: show("Making demo clips", done, of),
        )
    console.print(f"{root}: {made.clips} clips, {made.written} written now.", highlight=False)
    console.print(f"[yellow]{SYNTHETIC_NOTICE}[/]")


@app.command()
def info(
    data: options.Data = DataName.demo,
    root: options.Root = None,
    protocol: options.Protocol = "cross-view",
    missing_list: options.MissingList = None,
    out: options.Out = Path("drnn-runs"),
    json_file: options.JsonFile = None,
) -> None:
    """Read a folder, and say what is in it, what is left out and how it is split."""
    from rich.console import Console
    from rich.table import Table

    from keras_drnn.cli.progress import progress_bars, reading
    from keras_drnn.experiments.data import open_data

    with progress_bars() as bars:
        opened = open_data(
            data.value,
            root=root,
            protocol=protocol,
            cache=out / "cache",
            missing_list=missing_list,
            progress=reading(bars),
        )
    about = opened.about()
    frames = opened.clips.index.frames
    about["frames"] = {
        "least": int(frames.min()),
        "mean": float(frames.mean()),
        "most": int(frames.max()),
    }
    about["left_out"] = [str(fault) for fault in opened.clips.faults]
    shown = Console()
    shown.print(str(opened.clips.summary), highlight=False, soft_wrap=True)
    table = Table("Part", "Clips", title=f"{data.value}, {protocol}")
    for part, clips in about["clips"].items():
        table.add_row(part, str(clips))
    shown.print(table)
    shown.print(
        f"{len(about['classes'])} classes: {', '.join(about['classes'])}\n"
        f"frames: {frames.min()} to {frames.max()}, {frames.mean():.1f} in the mean\n"
        f"held out for validation: subjects {about['validation_subjects']}",
        highlight=False,
    )
    for warning in opened.warnings[bool(opened.clips.faults) :]:
        shown.print(f"[yellow]{warning}[/]", highlight=False)
    if json_file is not None:
        json_file.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
