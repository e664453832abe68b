"""Rows of the benchmarks that train on poses: N-UCLA and the demo's orders of movements."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.long_memory.table import spread

RESULTS = Path(__file__).parents[1] / "results"
COLUMNS = ("data", "model", "test", "parameters", "seeds")
_NAMES = {"rnn": "simple_rnn", "drnn-large": "drnn"}

# The file of a comparison, what its rows are called, and which accuracy is shown.
_COMPARISONS = (
    ("nucla_cross_view.json", "N-UCLA, clips", "test/sequence_accuracy"),
    ("demo_cross_view.json", "the demo, order of movements", "order/sequence_accuracy"),
)


def rows(results: Path = RESULTS) -> list[dict[str, str]]:
    """Models as these benchmarks have them: neither budgets nor recipes are those of this one."""
    found = [row for each in _COMPARISONS for row in _of_comparison(results, *each)]
    return found + list(_of_streams(results / "streams.json"))


def _of_comparison(results: Path, file: str, data: str, metric: str) -> Iterator[dict[str, str]]:
    models = json.loads((results / file).read_text("utf-8"))["models"]
    for name, model in models.items():
        values = [run["metrics"][metric] for run in model["runs"] if run["status"] == "finished"]
        yield _row(data, name, model["parameters"], values)


def _of_streams(path: Path) -> Iterator[dict[str, str]]:
    runs = json.loads(path.read_text("utf-8"))["runs"]
    together: dict[tuple, list[float]] = {}
    for name, run in runs.items():
        data, _, model, _ = name.split("/")
        if data == "nucla":
            place = (model, run["parameters"])
            together.setdefault(place, []).append(run["stream/sequence_accuracy"])
    for (model, parameters), values in together.items():
        yield _row("N-UCLA, one stream", model, parameters, values)


def _row(data: str, model: str, parameters: int, values: list[float]) -> dict[str, str]:
    test = spread(values, "accuracy")
    cells = (data, f"`{_NAMES.get(model, model)}`", test, f"{parameters:,}", str(len(values)))
    return dict(zip(COLUMNS, cells, strict=True))
