"""What both kinds of file have in common: convert, compare with Keras, report, then write."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

import numpy as np

from keras_drnn.export.check import Comparison, accept, accuracies
from keras_drnn.export.conversion import Content, check_request
from keras_drnn.export.costs import delayed_cells
from keras_drnn.export.models import loaded
from keras_drnn.export.report import ExportReport
from keras_drnn.system.atomic_writes import write_bytes
from keras_drnn.version import __version__

if TYPE_CHECKING:
    import keras


class ExportOptions(TypedDict, total=False):
    """Options of `export_litert` and `export_streaming`.

    Attributes:
        check_inputs: Clips, `(frames, ...)`, on which the file is compared with Keras; random ones
            by default. Under JAX, Keras compiles anew for each length.
        tolerance: Largest difference that is accepted in float32, 1e-4 by default; where outputs of
            Keras are above 1, as a share of the largest one so far.
        form: `"float32"`, the default; `"float16"` or `"dynamic"`: weights in float16 or int8;
            `"int8"`: the arithmetic as well, which the converter cannot do to the loop of a
            recurrent layer, but to a single frame. What goes in and out is float32 in all forms.
        representative: Clips of the training set; `"int8"` needs them.
        validation: Clips with the numbers of their classes, for the accuracy before and after.
        accuracy_loss: Largest loss of sequence accuracy on `validation` that is accepted, 0.02 by
            default.
        metadata: What the file shall say about itself, as JSON can hold it; see
            `keras_drnn_runtime.read_metadata`.
    """

    check_inputs: Sequence[np.ndarray] | None
    tolerance: float
    form: str
    representative: Sequence[np.ndarray] | None
    validation: Sequence[tuple[np.ndarray, int]] | None
    accuracy_loss: float
    metadata: dict | None


@dataclass(frozen=True)
class Check:
    """What came of running a file.

    Args:
        comparison: How far it is from Keras.
        others: Comparisons of other numbers than its outputs, which have to hold as well.
        score: From a clip to the file's scores.
        costs: What `ExportReport` says of time, memory and multiply-adds.
    """

    comparison: Comparison
    others: Sequence[Comparison]
    score: Callable[[np.ndarray], np.ndarray]
    costs: dict[str, Any]


class FileKind(Protocol):
    """A kind of file that a model can be exported to."""

    #: The model.
    model: "keras.Model"
    #: The names of the file's signatures.
    signatures: tuple[str, ...]
    #: How many clips it reads at once.
    batch_size: int
    #: What it says about itself beside what is asked for.
    metadata: dict
    #: Endings of further files beside the one that is asked for.
    companions: tuple[str, ...]

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        """Write the file, not yet compared with Keras."""
        ...

    def clips(self, given: Sequence[np.ndarray] | None, form: str) -> list[np.ndarray]:
        """The clips to compare on, from those that the caller has given, if any."""
        ...

    def check(self, converted: Path, clips: list[np.ndarray]) -> Check:
        """Run the file on the clips."""
        ...


def export_file(
    kind_of: "Callable[[keras.Model], FileKind]",
    model: "keras.Model | str | Path",
    path: str | Path,
    *,
    check_inputs: Sequence[np.ndarray] | None = None,
    tolerance: float = 1e-4,
    form: str = "float32",
    representative: Sequence[np.ndarray] | None = None,
    validation: Sequence[tuple[np.ndarray, int]] | None = None,
    accuracy_loss: float = 0.02,
    metadata: dict | None = None,
) -> ExportReport:
    """Export a model to a file of some kind; nothing is left at `path` if the check fails.

    Args:
        kind_of: The kind, made of the model.
        model: The model, or the path of its `.keras` file.
        path: Where to write the file.

    The others are `ExportOptions`.
    """
    from keras_drnn.export.bounds import bound_of_file  # imports Keras

    path = Path(path)
    check_request(path, check_inputs, form, representative)
    kind = kind_of(loaded(model))
    inside = {**(metadata or {}), "version": __version__, "form": form, **kind.metadata}
    cells = delayed_cells(kind.model)
    inside["delays"] = [list(cell.delays) for cell in cells]
    inside["first_steps"] = [cell.first_step for cell in cells]
    bound, unbounded = bound_of_file(kind.model, form)
    inside |= {"score_bound": bound} | ({"unbounded": unbounded} if unbounded else {})
    clips = kind.clips(check_inputs, form)
    with tempfile.TemporaryDirectory() as scratch:
        converted = (Path(scratch) / "file").with_suffix(path.suffix.lower())
        content = kind.write(converted, inside, form, representative)
        check = kind.check(converted, clips)
        for comparison in (check.comparison, *check.others):
            accept(comparison, form, tolerance)
        beside = {path.with_suffix(each): converted.with_suffix(each) for each in kind.companions}
        report = ExportReport(
            path=path,
            form=form,
            bytes=sum(each.stat().st_size for each in (converted, *beside.values())),
            operators=content.operators,
            signatures=kind.signatures,
            largest_difference=check.comparison.difference,
            largest_output=check.comparison.largest,
            top1_agreement=check.comparison.agreement,
            checked_frames=sum(map(len, clips)),
            **check.costs,
            **accuracies(kind.model, check.score, validation, accuracy_loss),
            batch_size=kind.batch_size,
            least_runtime=content.least_runtime,
            score_bound=bound,
            unbounded=unbounded,
        )
        for target, written in {**beside, path: converted}.items():
            write_bytes(target, written.read_bytes())
    return report
