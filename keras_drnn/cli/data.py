"""`drnn data`: show the data sets, make demo data, look at a folder of clips."""

import json
from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli import options

app = typer.Typer(
    no_args_is_help=True, help="Show the data sets, make demo data, look at a folder of clips."
)


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


@app.command("list")
def list_data_sets(json_file: options.JsonFile = None) -> None:
    """Show the data sets that there are, with their protocols."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from keras_drnn.cli.progress import console
    from keras_drnn.data_sets import DataSetError, data_set_names, find_data_set

    table = Table("--data", "What it is", "--protocol", Column("Files", overflow="fold"), "Joints")
    found, faults = [], []
    for name in data_set_names():
        try:
            data_set = find_data_set(name)
        except DataSetError as error:
            faults.append(str(error))
            found.append({"name": name, "error": str(error)})
            continue
        about = {
            "name": name,
            "title": data_set.title,
            "protocols": [protocol.name for protocol in data_set.protocols],
            "files": data_set.reader.pattern,
            "joints": len(data_set.layout),
            "error": None,
        }
        found.append(about)
        cells = (about["title"], ", ".join(about["protocols"]), about["files"])
        table.add_row(name, *(escape(cell) for cell in cells), str(about["joints"]))
    Console().print(table)
    for fault in faults:
        console.print(f"[yellow]{escape(fault)}[/]", highlight=False)
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


@app.command()
def info(
    data: options.Data = "demo",
    root: options.Root = None,
    protocol: options.Protocol = None,
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
            data,
            root=root,
            protocol=protocol,
            cache=out / "cache",
            missing_list=missing_list,
            progress=reading(bars),
        )
    about = opened.description()
    frames = opened.clips.index.frames
    about["frames"] = {
        "least": int(frames.min()),
        "mean": float(frames.mean()),
        "most": int(frames.max()),
    }
    about["left_out"] = [str(fault) for fault in opened.clips.faults]
    shown = Console()
    shown.print(str(opened.clips.summary), highlight=False, soft_wrap=True)
    table = Table("Part", "Clips", title=f"{opened.name}, {opened.protocol.name}")
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
