"""Options that several commands share, and how their text is read."""

import json
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keras_drnn.data_sets import DataSet, data_set_names, find_data_set

if TYPE_CHECKING:
    from keras_drnn.experiments.data import Data as OpenedData
    from keras_drnn.experiments.data import Progress
    from keras_drnn.experiments.folds import Folds


class Preset(StrEnum):
    """The presets."""

    best = "best"
    stream = "stream"
    thesis = "thesis"


def whole_numbers(text: str | None) -> tuple[int, ...] | None:
    """`"1,3,9"` as a tuple of ints."""
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"expected whole numbers with commas between them, like 1,3,9,27. Received: {text}"
        ) from None


def check_json_file(path: Path | None) -> None:
    """Refuse a file that could not be written when all is done."""
    if path is not None and (path.is_dir() or not path.resolve().parent.is_dir()):
        raise ValueError(f"--json must be a file in a folder that exists. Received: {path}")


def check_picture_file(path: Path) -> None:
    """Refuse a picture that could not be written when all is read."""
    kinds = (".png", ".svg", ".pdf")
    if path.suffix.lower() not in kinds or not path.resolve().parent.is_dir():
        raise ValueError(
            f"--picture must be a file in a folder that exists, with the end {', '.join(kinds)}. "
            f"Received: {path}"
        )


def write_json_file(path: Path | None, content: Any) -> None:
    """Write what a command found, if it was asked to."""
    if path is not None:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def check_model_name(option: str, name: str | None) -> None:
    """Refuse a name that MLflow would not register a model by."""
    if name is not None and (not name.strip() or set(name) & set("/:")):
        raise ValueError(f"{option} must be a name without / and :. Received: {name!r}")


_DATA_HELP = (
    f"Of {', '.join(data_set_names())}; `drnn data list` says what each is. Or a table of your own "
    "recordings, clips.csv, or a clips.toml that describes it."
)

Data = Annotated[str, typer.Option(help=_DATA_HELP)]
MaybeData = Annotated[str | None, typer.Option(help=_DATA_HELP, show_default="demo")]
Root = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the files or of folders of them; data made on the spot needs none.",
        show_default=False,
    ),
]
Protocol = Annotated[
    str | None,
    typer.Option(
        help="How the data set is split; `drnn data list` shows what it has. Of folds, one alone.",
        show_default="its first",
    ),
]
MissingList = Annotated[
    Path | None,
    typer.Option(
        help="Text file of more samples to leave out, beside those that NTU's authors list.",
        show_default=False,
    ),
]
Layout = Annotated[
    str | None,
    typer.Option(
        help="Of a table: what the joints are, such as coco_17 or mediapipe_33.",
        show_default="as the files say",
    ),
]
SplitChoice = Annotated[
    str | None,
    typer.Option(
        help="Of a table: split, subject, camera, session, loso or kfold:5.",
        show_default="the first that its columns allow",
    ),
]
FrameRate = Annotated[
    float | None,
    typer.Option(
        help="Of a table: frames per second to bring all recordings to.",
        show_default="as they are",
    ),
]
Background = Annotated[
    bool,
    typer.Option(
        "--background",
        help="Of a table: what lies between the parts of recordings is a class of its own.",
    ),
]
PresetChoice = Annotated[
    Preset,
    typer.Option(
        help="best: the recipe found best by validation. stream: for a recogniser that is left "
        "running. thesis: as published (100,000 batches)."
    ),
]
Delays = Annotated[
    str | None,
    typer.Option(
        help="Delays of the D-RNN's groups in frames, like 1,3,9,27,81; as many as divide --units.",
        show_default="the preset's",
    ),
]
Units = Annotated[
    int | None,
    typer.Option(min=1, help="Units of the recurrent layer.", show_default="the preset's"),
]
Steps = Annotated[
    int | None, typer.Option(min=1, help="Batches to train on.", show_default="the preset's")
]
BatchSize = Annotated[
    int | None,
    typer.Option(min=1, help="Clips, or streams of them, in a batch.", show_default="the preset's"),
]
Callbacks = Annotated[
    list[str] | None,
    typer.Option(
        "--callback",
        help="A Keras callback for every training: module:factory, such as "
        "my_callbacks:early_stopping. May be given several times.",
        show_default=False,
    ),
]
Out = Annotated[
    Path, typer.Option(help="Folder for everything that is trained, and for clips once read.")
]
JsonFile = Annotated[
    Path | None,
    typer.Option("--json", help="Write what was found to this file.", show_default=False),
]


@dataclass(frozen=True)
class ClipOptions:
    """The options that say which clips, and where what is read of them is kept."""

    data: Data = "demo"
    root: Root = None
    protocol: Protocol = None
    missing_list: MissingList = None
    layout: Layout = None
    split: SplitChoice = None
    fps: FrameRate = None
    background: Background = False
    out: Out = Path("drnn-runs")

    @property
    def data_set(self) -> DataSet:
        """The data set."""
        return find_data_set(
            self.data,
            layout=self.layout,
            split=self.split,
            fps=self.fps,
            background=self.background,
        )

    def source(self) -> dict[str, Any]:
        """The arguments of `open_data` and `read_data`."""
        return {
            "name": self.data,
            "root": self.root,
            "protocol": self.protocol,
            "cache": self.out / "cache",
            "missing_list": self.missing_list,
            "layout": self.layout,
            "split": self.split,
            "fps": self.fps,
            "background": self.background,
        }

    def open(self, progress: "Progress") -> "OpenedData":
        """Read and split the clips, and print the warnings."""
        from keras_drnn.experiments.data import open_data

        opened = open_data(**self.source(), progress=progress)
        _warn(*opened.warnings, *filter(None, [opened.fold_notice]))
        return opened

    def open_folds(self, progress: "Progress") -> "Folds":
        """Read the clips and split them by every fold, and print the warnings."""
        from keras_drnn.experiments.data import read_data
        from keras_drnn.experiments.folds import split_folds

        opened = split_folds(read_data(**self.source(), progress=progress), self.protocol)
        _warn(*opened.warnings)
        return opened


def command_line() -> str:
    """The command as it was given, to be given again."""
    return shlex.join(["drnn", *sys.argv[1:]])


def _warn(*warnings: str) -> None:
    from keras_drnn.cli.progress import console

    for warning in warnings:
        console.print(warning, style="yellow", markup=False, highlight=False)


@dataclass(frozen=True)
class RecipeOptions:
    """The options that say how a model is built and trained."""

    preset: PresetChoice = Preset.best
    delays: Delays = None
    units: Units = None
    steps: Steps = None
    batch_size: BatchSize = None
    callbacks: Callbacks = None
