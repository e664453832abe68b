"""`drnn data`: show the data sets, make demo data, look at a folder of clips."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keras_drnn.cli import options
from keras_drnn.cli.grouped import grouped
from keras_drnn.cli.options import ClipOptions
from keras_drnn.cli.requirements import require

if TYPE_CHECKING:
    import numpy as np

    from keras_drnn.experiments.data import ClipFolder
    from keras_drnn.skeletons.listing import Listing

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
    console.print(
        f"{root}: {made.clips} clips, {made.written} written now.", markup=False, highlight=False
    )
    console.print(f"[yellow]{SYNTHETIC_NOTICE}[/]")


@app.command("list")
def list_data_sets(json_file: options.JsonFile = None) -> None:
    """Show the data sets that there are, with their protocols."""
    from rich.markup import escape
    from rich.table import Column, Table

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import console
    from keras_drnn.data_sets import DataSetError, data_set_names, find_data_set

    options.check_json_file(json_file)
    table = Table(
        "--data",
        Column("What it is", overflow="fold"),
        "--protocol",
        Column("Files", overflow="fold"),
        "Joints",
    )
    descriptions, faults = [], []
    for name in data_set_names():
        try:
            data_set = find_data_set(name)
        except DataSetError as error:
            faults.append(str(error))
            descriptions.append({"name": name, "error": str(error)})
            continue
        description = {
            "name": name,
            "title": data_set.title,
            "protocols": [protocol.name for protocol in data_set.protocols],
            "files": data_set.reader.pattern,
            "joints": len(data_set.joint_names),
            "error": None,
        }
        descriptions.append(description)
        cells = (description["title"], ", ".join(description["protocols"]), description["files"])
        table.add_row(name, *(escape(cell) for cell in cells), str(description["joints"]))
    make_console().print(table)
    for fault in faults:
        console.print(f"[yellow]{escape(fault)}[/]", highlight=False)
    options.write_json_file(json_file, descriptions)


@app.command()
@grouped
def info(
    clips: ClipOptions,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Draw the clip of median length here, as .png or .svg: is y up, is left left?",
            show_default=False,
        ),
    ] = None,
    json_file: options.JsonFile = None,
) -> None:
    """Read a folder, and say what is in it, what is left out and how it is split."""
    from rich.table import Table

    from keras_drnn.cli.consoles import make_console
    from keras_drnn.cli.progress import progress_bars, reading
    from keras_drnn.experiments.data import read_data, split_data
    from keras_drnn.skeletons.errors import NoClipsError
    from keras_drnn.skeletons.words import counted

    options.check_json_file(json_file)
    if picture is not None:
        require("matplotlib")
        options.check_picture_file(picture)
    try:
        with progress_bars() as bars:
            opened = read_data(**clips.source(), progress=reading(bars))
    except NoClipsError as error:
        # What is there and why it is of no use is told of a folder without clips, too.
        left_out, listing = error.summary.left_out, error.summary.listing
        content = {"clips": {"read": 0}, "left_out": left_out, "warnings": listing.warnings}
        options.write_json_file(json_file, content | _ignored(listing))
        raise
    fault = None
    try:
        opened = split_data(opened)
    except ValueError as error:
        # There is something to say of a folder that cannot be split, too.
        fault = str(error)
    index, summary = opened.clips.index, opened.clips.summary
    of_a_table = opened.data_set.reading is not None

    def counts(attribute: str) -> dict[str, int]:
        numbers = getattr(index, attribute)
        # 0 stands for nothing there: of a table in each column, of files' names in the setup alone.
        known = numbers[numbers > 0] if of_a_table or attribute == "setup" else numbers
        return _counts(known, opened.data_set.texts(attribute))

    content = opened.description() | {
        "frames": {
            "least": int(index.frames.min()),
            "mean": float(index.frames.mean()),
            "most": int(index.frames.max()),
        },
        "actions": counts("action"),
        "cameras": counts("camera"),
        "subjects": counts("subject"),
        "setups": counts("setup"),
        "left_out": list(opened.not_used),
        **_ignored(summary.listing),
        "warnings": [*summary.warnings, *opened.remarks],
        "split_error": fault,
    }
    shown = make_console()
    shown.print(str(summary), markup=False, highlight=False, soft_wrap=True)
    table = Table("Part", "Clips", title=f"{opened.name}, {opened.protocol.name}")
    for part, count in content["clips"].items():
        table.add_row(part, str(count))
    shown.print(table)
    lines = [
        "; ".join(
            f"{'sessions' if of_a_table and key == 'setups' else key} {_listed(content[key])}"
            for key in ("actions", "cameras", "subjects", "setups")
            if content[key]
        ),
        f"frames: {index.frames.min()} to {index.frames.max()}, {index.frames.mean():.1f} in the "
        "mean",
    ]
    if fault is None:
        classes, held_out = content["classes"], content["validation_subjects"]
        lines.append(f"{counted(len(classes), 'class', 'classes')}: {', '.join(classes)}")
        subjects = ", ".join(map(str, [counted(len(held_out), "subject"), *held_out]))
        lines.append(f"held out for validation: {subjects}")
    shown.print("\n".join(lines), markup=False, highlight=False)
    if opened.data_set.recipe_reason:
        shown.print(opened.data_set.recipe_reason, markup=False, highlight=False)
    for remark in (*opened.remarks, *filter(None, [opened.fold_notice])):
        shown.print(remark, style="yellow", markup=False, highlight=False)
    if fault is not None:
        shown.print(f"It cannot be split: {fault}", style="yellow", markup=False, highlight=False)
    options.write_json_file(json_file, content)
    if picture is not None:
        _draw(picture, opened)


def _ignored(listing: "Listing") -> dict[str, Any]:
    """What has nothing to do with the data."""
    return {"ignored": len(listing.ignored), "ignored_files": listing.ignored}


def _draw(path: Path, opened: "ClipFolder") -> None:
    """Draw the clip of median length."""
    from keras_drnn.reporting.clip_picture import draw_clip

    lengths = opened.clips.index.frames
    clip = opened.clips[int(lengths.argsort(kind="stable")[len(lengths) // 2])]
    label = opened.protocol.actions.get(clip.action, f"action {clip.action}")
    draw_clip(clip, opened.layout, f"{clip.name}: {label}").savefig(
        path, dpi=150, bbox_inches="tight"
    )


_SHOWN = 20  # names; all of them are in the JSON


def _counts(numbers: "np.ndarray", texts: Mapping[int, str]) -> dict[str, int]:
    """How many clips there are of each number, or of what it stands for."""
    counts = sorted(Counter(numbers.tolist()).items())
    return {texts.get(number, str(number)): count for number, count in counts}


def _listed(counts: Mapping[str, int]) -> str:
    """Numbers in short; names one by one, of very many the first."""
    from keras_drnn.skeletons.words import ranges

    if all(name.isascii() and name.isdecimal() for name in counts):
        return ranges([int(name) for name in counts])
    more = len(counts) - _SHOWN
    return ", ".join(list(counts)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
