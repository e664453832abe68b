"""Tries changes of the recipe `best` on clips of the training side that are held out in turn.

    python benchmarks/recipe.py --data nucla --root path/to/all_sqe --models drnn,lstm --steps 2000
    python benchmarks/recipe.py --data clips.csv --change augmentation.shear=0 --change dropout=0.5
    python benchmarks/recipe.py --data clips.csv --each dropout=0 dropout=0.5 gain=1

Some folds, one training each: of subjects, or where nobody is named of clips of every class. The
test side is never looked at. `--change` says what all trainings have in common, `--each` what is
tried one at a time. Appends a line of JSON for each to `results/recipe_validation.jsonl`.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from keras_drnn.data_sets import Recipe
from keras_drnn.experiments.data import Data, open_data
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.training import build_and_train
from keras_drnn.skeletons.split import Split
from keras_drnn.tuning.folds import fold_splits

RESULTS = Path(__file__).parent / "results" / "recipe_validation.jsonl"


def main() -> None:
    """Run the benchmark."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as cache:
        data = open_data(arguments.data, root=arguments.root, cache=Path(cache))
        splits = list(_splits(data, arguments.folds))
        for model in arguments.models.split(","):
            base = recipe_for(model, preset="best", data=data.data_set, steps=arguments.steps)
            for change in arguments.change:
                base = _changed(base, change)
            for change in arguments.each or [None]:
                recipe = base if change in (None, "nothing") else _changed(base, change)
                tried = [*arguments.change, *([change] if change else [])]
                _report(data, splits, model, recipe, tried)


def _report(data: Data, splits: list[Split], model: str, recipe: Recipe, tried: list[str]) -> None:
    accuracies = [_validate(recipe, data, parts) for parts in splits]
    line = {
        "data": data.name,
        "model": model,
        "steps": recipe.steps,
        "changes": tried,
        "accuracies": [round(accuracy, 4) for accuracy in accuracies],
        "mean": round(float(np.mean(accuracies)), 4),
        "backend": keras.backend.backend(),
    }
    print(line, flush=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="nucla", help="a data set, or a table")
    parser.add_argument("--root", type=Path)
    parser.add_argument("--models", default="drnn")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--change", action="append", default=[], help="field=value of the recipe")
    parser.add_argument("--each", nargs="*", help="likewise, one at a time; `nothing` for none")
    parser.add_argument("--folds", type=int, default=5)
    return parser.parse_args()


def _splits(data: Data, folds: int) -> Iterator[Split]:
    side = np.sort(np.concatenate([data.split.train, data.split.validation]))
    if data.clips.index.subject[side].any():
        yield from fold_splits(data, folds)
        return
    # The clips of each class in turn, so that every fold has some of every class.
    order = side[np.argsort(data.split.labels[side], kind="stable")]
    for fold in range(folds):
        held_out = order[fold::folds]
        yield replace(data.split, train=np.setdiff1d(side, held_out), validation=held_out)


def _changed(recipe: Recipe, change: str) -> Recipe:
    field, value = change.split("=")
    value = json.loads(value)
    if field.startswith("augmentation."):
        field = field.removeprefix("augmentation.")
        return replace(recipe, augmentation=replace(recipe.augmentation, **{field: value}))
    return replace(recipe, **{field: tuple(value) if isinstance(value, list) else value})


def _validate(recipe: Recipe, data: Data, parts: Split) -> float:
    """Accuracy by clip on what is held out, at the end of the training."""
    with tempfile.TemporaryDirectory() as folder:
        _, history = build_and_train(
            recipe, data, parts, name=recipe.cell, seed=0, folder=Path(folder)
        )
    return float(history[-1]["validation/sequence_accuracy"])


if __name__ == "__main__":
    main()
