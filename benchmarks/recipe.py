"""Tries changes of the recipe `best` on training subjects of N-UCLA that are held out in turn.

    python benchmarks/recipe.py path/to/all_sqe --models drnn,lstm --steps 2000
    python benchmarks/recipe.py path/to/all_sqe --change augmentation.shear=0 --change dropout=0.5

Five folds of two subjects each, one training per fold; the test view is never looked at. Appends a
line of JSON per model to `benchmarks/results/recipe_validation.jsonl`.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from keras_drnn.data_sets import Recipe
from keras_drnn.data_sets.nucla import CROSS_VIEW, DATA_SET
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.training import TrainingData, compile_model, train
from keras_drnn.skeletons.split import split
from keras_drnn.skeletons.store import ClipStore

FOLDS = ((1, 6), (2, 7), (3, 8), (4, 9), (5, 10))
RESULTS = Path(__file__).parent / "results" / "recipe_validation.jsonl"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as cache:
        clips = ClipStore.open_or_build(arguments.root, DATA_SET.reader, Path(cache))
        for model in arguments.models.split(","):
            recipe = recipe_for(model, preset="best", data=DATA_SET, steps=arguments.steps)
            for change in arguments.change:
                recipe = _changed(recipe, change)
            accuracies = [_validate(recipe, clips, subjects) for subjects in FOLDS]
            line = {
                "model": model,
                "steps": recipe.steps,
                "changes": arguments.change,
                "accuracies": [round(accuracy, 4) for accuracy in accuracies],
                "mean": round(float(np.mean(accuracies)), 4),
                "backend": keras.backend.backend(),
            }
            print(line)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--models", default="drnn")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--change", action="append", default=[], help="field=value of the recipe")
    return parser.parse_args()


def _changed(recipe: Recipe, change: str) -> Recipe:
    field, value = change.split("=")
    value = json.loads(value)
    if field.startswith("augmentation."):
        field = field.removeprefix("augmentation.")
        return replace(recipe, augmentation=replace(recipe.augmentation, **{field: value}))
    return replace(recipe, **{field: tuple(value) if isinstance(value, list) else value})


def _validate(recipe: Recipe, clips: ClipStore, subjects: tuple[int, ...]) -> float:
    """Accuracy by clip on the held-out subjects, at the end of the training."""
    parts = split(clips.index, CROSS_VIEW, validation_subjects=subjects)
    layout = DATA_SET.layout
    keras.utils.set_random_seed(0)
    model = build_model(recipe, layout=layout, bodies=1, classes=len(parts.class_names))
    compile_model(model, recipe)
    with tempfile.TemporaryDirectory() as folder:
        history = train(
            model,
            recipe,
            TrainingData(clips, parts, layout),
            seed=0,
            folder=Path(folder),
        )
    return history[-1]["validation/sequence_accuracy"]


if __name__ == "__main__":
    main()
