"""The command `drnn`, put together."""

from typing import Annotated

import typer

from keras_drnn.cli import data
from keras_drnn.cli.animate import animate
from keras_drnn.cli.compare import compare, train
from keras_drnn.cli.export import export
from keras_drnn.cli.influence import influence
from keras_drnn.cli.predict import predict
from keras_drnn.cli.report import report
from keras_drnn.cli.tune import tune

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="The delayed RNN (D-RNN) on skeletons: train, compare, tune, predict, export.",
)


@app.callback()
def _options(
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            help="Show what TensorFlow, LiteRT and the drivers say as they start, too.",
        ),
    ] = False,
) -> None:
    """Read by `main`, which starts before this; here it stands for --help."""


app.command()(compare)
app.command()(train)
app.command()(tune)
app.command()(report)
app.command()(predict)
app.command()(animate)
app.command()(influence)
app.command()(export)
app.add_typer(data.app, name="data")
