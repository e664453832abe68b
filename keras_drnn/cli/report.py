"""`drnn report`: a comparison or a search as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from keras_drnn.cli.requirements import require, require_keras


def report(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER_OR_RUN",
            help="The folder of a comparison or a search; or a run in MLflow: runs:/ID, its id, "
            "models:/NAME/VERSION, or the name of a comparison or search.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write.", show_default="report.html, in the folder if it is one"
        ),
    ] = None,
) -> None:
    """Write the whole story of a comparison or a search into one HTML file.

    It needs no network: tables, pictures and moving clips are in it. What is not there, because a
    run is of an older version or not finished, is named in the report.
    """
    require_keras()
    require("jinja2", "matplotlib", "mlflow")
    from keras_drnn.cli.consoles import make_console
    from keras_drnn.report import write_report

    written = write_report(source, out)
    size = written.stat().st_size / 2**20
    make_console().print(
        f"{written} ({size:.1f} MiB)", markup=False, highlight=False, soft_wrap=True
    )
