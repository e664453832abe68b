"""The whole comparison on sequences of your own, in Python."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_drnn.experiments.comparison import ComparisonSettings, compare, comparison_folder
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.folds import Folds
from keras_drnn.system.atomic_writes import write_whole
from keras_drnn.system.locks import hold

Sequences = np.ndarray | Sequence[np.ndarray]


def compare_arrays(
    folder: str | Path,
    x: "Sequences | keras.utils.PyDataset",
    y: np.ndarray | Sequence | None = None,
    *,
    test: "tuple[Sequences, np.ndarray | Sequence] | keras.utils.PyDataset",
    groups: np.ndarray | Sequence | None = None,
    settings: ComparisonSettings | None = None,
    frame_rate: float | None = None,
    tracking_uri: str | None = None,
    on_run: Callable[[str, int], Callable[[int], None]] = lambda name, steps: lambda step: None,
) -> dict[str, Any]:
    """Compare models on sequences of your own, as `drnn compare` does for recordings in files.

    Every model is trained with every seed, evaluated on the test side and exported; pictures,
    models and figures are kept. Called again with the same arguments it goes on where it was
    interrupted. It takes the extras `jax`, `tensorflow` or `torch`, `compare` and `export`.

    Args:
        folder: Where everything is kept, the sequences too: in `data` as files that
            `drnn tune --data FOLDER/data/clips.toml` and other commands take.
        x: The training sequences: an array `(sequences, steps, channels)`, a list of arrays
            `(steps, channels)` of any lengths, or a `keras.utils.PyDataset` whose batches are such
            arrays and their classes. It is read once, and must fit into memory. A step whose
            channels are all exactly zero counts as absent.
        y: The class of each, whole numbers or text; with a `PyDataset` it is left out.
        test: Sequences and classes of the test side, as a pair or a `PyDataset`.
        groups: For each training sequence whom or what it comes from: some groups are held out, as
            a whole, to watch the training by. By default it is a tenth of each class.
        settings: What is compared; by default D-RNN, RNN and LSTM with one seed.
        frame_rate: Steps per second, if they are equally far apart in time.
        tracking_uri: An MLflow tracking address, `None` for none.
        on_run: Called with the name of a run and its steps as it begins; returns what is to be
            called with the number of steps done.

    Returns:
        The content of `report.json`, described at `keras_drnn.reporting.report.report`.

    Raises:
        ValueError: If sequences, classes or groups are not as described.
        LockHeldError: If another process is at work on the same comparison.

    Example:

    >>> report = compare_arrays("my-comparison", x, y, test=(x_test, y_test))  # doctest: +SKIP
    >>> report["models"]["drnn"]["mean"]["test/sequence_accuracy"]  # doctest: +SKIP
    0.94
    """
    folder, settings = Path(folder), settings or ComparisonSettings(("drnn", "rnn", "lstm"))
    train_x, train_y = _sequences("x, y", x, y)
    test_x, test_y = _sequences("test", *(test if isinstance(test, tuple) else (test, None)))
    channels = {sequence.shape[1] for sequence in train_x + test_x}
    if len(channels) > 1:
        raise ValueError(
            "All sequences, those of `test` too, must have as many channels as each other. "
            f"Received: sequences of {', '.join(map(str, sorted(channels)))} channels"
        )
    if groups is not None and len(groups) != len(train_y):
        raise ValueError(
            f"`groups` must be one for each of {len(train_y)} training sequences. "
            f"Received: {len(groups)}"
        )
    if tracking_uri is not None:
        from keras_drnn.tracking import check_store

        check_store(tracking_uri)
    busy = f"Another process is at work in {folder}. Wait for it, or give another folder."
    with hold(folder / ".lock", busy):
        description = _kept(
            folder / "data", train_x + test_x, train_y + test_y, len(train_y), groups, frame_rate
        )
        folds = Folds.of(open_data(str(description), root=None, cache=folder / "cache"))
        return compare(
            comparison_folder(folder, settings, folds), settings, folds, tracking_uri, on_run=on_run
        )


def _sequences(name: str, x: Any, y: Any) -> tuple[list[np.ndarray], list[str]]:
    """Sequences `(steps, channels)`, and the classes as text."""
    if isinstance(x, keras.utils.PyDataset):
        if y is not None:
            raise ValueError(f"`{name}`: a PyDataset gives the classes itself; leave `y` out")
        if x.num_batches is None:
            raise ValueError(f"`{name}` must be a PyDataset with an end. Received: {x}")
        batches = [x[number] for number in range(x.num_batches)]
        x = [sequence for batch in batches for sequence in np.asarray(batch[0])]
        y = [label for batch in batches for label in np.asarray(batch[1])]
    found = [np.asarray(sequence, "float32") for sequence in x]
    labels = [] if y is None else list(y)
    if len(labels) != len(found) or not found:
        raise ValueError(
            f"`{name}` must be sequences and a class for each. Received: {len(found)} sequences "
            f"and {len(labels)} classes"
        )
    for number, sequence in enumerate(found):
        if sequence.ndim != 2 or not sequence.size or not np.isfinite(sequence).all():
            raise ValueError(
                f"Each sequence of `{name}` must be finite numbers (steps, channels). Received: "
                f"shape {sequence.shape}, or some that are not finite, in sequence {number}"
            )
    for number, label in enumerate(labels):
        if not isinstance(label, str | int | np.integer):
            raise ValueError(
                f"The classes of `{name}` must be whole numbers or text. Received: {label!r} of "
                f"sequence {number}"
            )
    return found, [str(label) for label in labels]


def _kept(
    folder: Path,
    x: list[np.ndarray],
    y: list[str],
    training: int,
    groups: Any,
    frame_rate: float | None,
) -> Path:
    """Keep the sequences in a folder, as arrays and a description of them; gives the latter."""
    lengths = np.array([len(sequence) for sequence in x])
    padded = np.full((len(x), lengths.max(), x[0].shape[1]), np.nan, "float32")
    for row, sequence in zip(padded, x, strict=True):
        row[: len(sequence)] = sequence
    sides = np.where(np.arange(len(x)) < training, "train", "test")
    arrays = {"x": padded, "y": np.array(y), "lengths": lengths, "split": sides}
    if groups is not None:
        # Nobody of the test side is one of those who are trained on, as far as anybody says.
        others = ["of the test side"] * (len(x) - training)
        arrays["groups"] = np.array([*map(str, groups), *others])
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, array in arrays.items():
        path = folder / f"{name}.npy"
        # What is the same stays untouched, so that its clips need not be read again.
        if not path.is_file() or not _is_same(np.load(path), array):
            write_whole(path, lambda path, array=array: np.save(path, array))
        lines.append(f'{name} = "{name}.npy"')
    if frame_rate is not None:
        lines.append(f"fps = {frame_rate!r}")
    description = folder / "clips.toml"
    write_whole(description, lambda path: path.write_text("\n".join(lines) + "\n"))
    return description


def _is_same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()
