"""How to do it again: the command, the settings, versions and machine."""

from keras_drnn.report.blocks import Block, Code, Note, Table
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.reporting.pooling import Seeds
from keras_drnn.reporting.run_folder import Run


def blocks(subject: Subject) -> list[Block]:
    """What was typed, what decided the trainings, and where they ran.

    Args:
        subject: What the report is about.
    """
    description = subject.description
    command = description.get("command")
    shown: list[Block] = [
        Code(command)
        if command
        else Note("The command was not kept when this was made; its settings were:")
    ]
    settings = description.get("command_settings", {})
    shown.append(_pairs("Settings", settings | {"data.root": subject.data.get("root", "-")}))
    shown += _recipes(subject)
    environment = {"backend": description.get("backend", "-")} | description.get("environment", {})
    shown.append(_pairs("Versions and machine", environment))
    return shown


def _recipes(subject: Subject) -> list[Block]:
    """A table of what decided the training of each model."""
    recipes = {
        model: _first(of_seeds).description.get("params", {})
        for model, of_seeds in subject.seeds.items()
    }
    names = dict.fromkeys(name for params in recipes.values() for name in params)
    if not names:
        return []
    rows = [(name, *(str(params.get(name, "-")) for params in recipes.values())) for name in names]
    head = ["Name", *(model_style(model).label for model in recipes)]
    return [Table(head, rows, title="Recipes")]


def _first(of_seeds: Seeds) -> Run:
    return next(run for of_seed in of_seeds.values() for run in of_seed.values())


def _pairs(title: str, pairs: dict) -> Table:
    rows = [(str(key), "-" if value is None else str(value)) for key, value in pairs.items()]
    return Table(["Name", "Value"], rows, title=title)
