"""The trained models that are asked for, side by side."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from keras_drnn.experiments.sources import describe_model
from keras_drnn.report.opening import folder_of
from keras_drnn.report.subject import open_subject
from keras_drnn.reporting.run_folder import Run

_MODEL = "model.keras"


class Training(NamedTuple):
    """A trained model.

    Args:
        model: Its name; several trainings of one model have the same.
        seed: The seed of its training, 0 where it is not known.
        path: Its `.keras` file.
    """

    model: str
    seed: int
    path: Path


@contextmanager
def trainings(sources: Sequence[str]) -> Iterator[list[Training]]:
    """The trained models of some files, folders and runs; fetched ones stay until the block ends.

    Args:
        sources: Each a `.keras` file, the folder of a run, of a comparison or a search, or a run in
            MLflow, `runs:/ID`, its id, `runs:/ID/NAME` of its model, `models:/NAME/VERSION` of one
            that is registered, or the name of a comparison or search. Of folds the first.

    Raises:
        ValueError: If there is no such thing, or no trained model in it.
    """
    with ExitStack() as stack:
        yield [each for source in sources for each in _of_source(source, stack)]


def _of_source(source: str, stack: ExitStack) -> list[Training]:
    path = Path(source)
    if not path.is_dir() and (path.suffix == ".keras" or path.is_file()):
        if not path.is_file() or path.suffix != ".keras":
            raise ValueError(
                "Expected a .keras file, the folder of a comparison, a search or a run, or a run "
                f"in MLflow. Received: {source}"
            )
        return [_of_file(path)]
    folder = stack.enter_context(folder_of(source, every_model=True))
    if (folder / _MODEL).is_file():
        return [_of_file(folder / _MODEL)]
    subject = open_subject(folder)
    found = [
        Training(model, seed, run.folder / _MODEL)
        for model, of_seeds in subject.seeds.items()
        for seed, of_folds in of_seeds.items()
        for run in list(of_folds.values())[:1]
        if (run.folder / _MODEL).is_file()
    ]
    if not found:
        raise ValueError(
            f"Expected a comparison or a search with a trained model. Received: {source}, whose "
            f"runs have no {_MODEL} yet"
        )
    return found


def _of_file(path: Path) -> Training:
    folder = path.parent
    if (folder / "run.json").is_file():
        said = Run(folder).description
        return Training(said["model"], said["seed"], path)
    return Training(path.stem if path.name != _MODEL else folder.resolve().name, 0, path)


def data_of(path: Path) -> tuple[str | None, float | None]:
    """The name of the data that a model was trained on, and its frame rate, where they are known.

    Args:
        path: Its file.
    """
    said = describe_model(path)
    return said.get("data"), said.get("frame_rate")
