"""`drnn animate`: a clip in motion, with what a trained model says of it."""

from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli.requirements import require, require_keras

_PAGES, _FILMS = (".html", ".htm"), (".gif", ".mp4")


def animate(
    clip: Annotated[
        Path,
        typer.Argument(help="A recording, or X.npy[3] for one clip of an array of them."),
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            help="A trained model.keras or model.tflite, which is asked.", show_default=False
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="The data set or the table that the recording is of: says the true label, and "
            "without a model how it is read.",
            show_default="as the model or the file says",
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            help="What the joints are, such as coco_17, if nothing else says it.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file: .html for a page, .gif or .mp4 for a film.",
            show_default="CLIP.html in this folder",
        ),
    ] = None,
) -> None:
    """Show a clip in motion: the skeletons, the prediction as it changes, when groups update.

    The page has a slider, play and speed, is turned by dragging, and needs no network.
    """
    path = out or Path(f"{clip.stem}.html")
    _check(path)
    if model is not None:
        if model.suffix == ".tflite":
            require("ai_edge_litert")
        else:
            require_keras()

    from keras_drnn.cli.progress import console, progress_bars
    from keras_drnn.experiments.watched import watch

    watched = watch(clip, model=model, data=data, layout=layout)
    for remark in watched.remarks:
        console.print(remark, style="yellow", markup=False, highlight=False)
    if path.suffix.lower() in _PAGES:
        from keras_drnn.animation import animation_html
        from keras_drnn.system.atomic_writes import write_text

        write_text(path, animation_html(watched.clip, watched.layout, **watched.about))
    else:
        from keras_drnn.animation import write_film

        with progress_bars() as bars:
            task = bars.add_task(f"painting {path.name}", total=len(watched.clip.joints))

            def show(done: int, total: int) -> None:
                bars.update(task, completed=done)

            write_film(path, watched.clip, watched.layout, progress=show, **watched.about)
    print(path)


def _check(path: Path) -> None:
    """Refuse a file that could not be written when all is done."""
    kind = path.suffix.lower()
    if kind not in _PAGES + _FILMS or path.is_dir() or not path.resolve().parent.is_dir():
        raise ValueError(
            "--out must be a file in a folder that exists, with the end .html, .gif or .mp4. "
            f"Received: {path}"
        )
    if kind in _PAGES:
        require("jinja2")
    else:
        require("imageio_ffmpeg", "PIL", "matplotlib")
