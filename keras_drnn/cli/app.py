"""The command `drnn`, put together."""

import sys

import typer

from keras_drnn.cli import data
from keras_drnn.cli.backend import choose_backend
from keras_drnn.cli.compare import compare, train
from keras_drnn.cli.predict import predict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="The delayed RNN (D-RNN) on skeletons: train, compare, predict.",
)
app.command()(compare)
app.command()(train)
app.command()(predict)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command; what a person can put right is told without a traceback."""
    choose_backend()
    try:
        app()
    except ValueError as error:
        from keras_drnn.cli.progress import console

        console.print(f"[red]Error:[/] {error}", highlight=False, markup=True, soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        from keras_drnn.cli.progress import console

        console.print("Interrupted. The same command goes on from here.")
        sys.exit(130)
