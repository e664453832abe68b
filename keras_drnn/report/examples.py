"""The clip on which all models of a report are looked at."""

from collections.abc import Iterable

from keras_drnn.reporting.examples import load_examples
from keras_drnn.reporting.run_folder import Run
from keras_drnn.skeletons.clip import Clip


def clip_of(runs: Iterable[Run]) -> Clip | None:
    """A test clip that was kept with one of some runs, `None` if none was.

    Args:
        runs: The runs.
    """
    for run in runs:
        path = run.folder / "examples.npz"
        if path.is_file():
            examples, _ = load_examples(path)
            if examples:
                return examples[0].clip
    return None
