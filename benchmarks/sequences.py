"""Accuracy on plain sequences, from a table: JapaneseVowels and BasicMotions, standard split.

    python benchmarks/sequences.py --write sequences  # where aeon is, whose wheel has both
    KERAS_BACKEND=jax python benchmarks/sequences.py sequences

The first command writes each data set as `.npy` files and a table with the columns `file`, `label`
and `split` (train or test, as the archive has it). The second trains D-RNN, SimpleRNN, LSTM and GRU
by the same recipe, as `drnn compare --data clips.csv --models drnn,rnn,lstm,gru` does, but exports
nothing. A tenth of the training clips of each class is held out to watch the training by, and used
for nothing else. Writes `results/sequences.json`: accuracy on the test clips by clip, of each seed,
mean and sample standard deviation. Times are not measured.

Data: Bagnall et al., "The UEA multivariate time series classification archive, 2018".
"""

import argparse
import csv
import json
import tempfile
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results" / "sequences.json"
DATA = ("JapaneseVowels", "BasicMotions")
MODELS = ("drnn", "rnn", "lstm", "gru")


def write(folder: Path) -> None:
    """Write both data sets from aeon's wheel."""
    from aeon.datasets import load_basic_motions, load_japanese_vowels

    for name, load in zip(DATA, (load_japanese_vowels, load_basic_motions), strict=True):
        (folder / name).mkdir(parents=True, exist_ok=True)
        rows = [("file", "label", "split")]
        for split in ("train", "test"):
            for number, (clip, label) in enumerate(zip(*load(split=split), strict=True)):
                rows.append((f"{split}{number:03}.npy", label, split))
                np.save(folder / name / rows[-1][0], np.asarray(clip, "float32").T)
        with open(folder / name / "clips.csv", "w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows(rows)


def train(folder: Path, seeds: int, steps: int) -> dict:
    """Train all models on both data sets."""
    from keras_drnn.experiments.comparison import ComparisonSettings
    from keras_drnn.experiments.data import open_data
    from keras_drnn.experiments.evaluation import clip_scores
    from keras_drnn.experiments.training import build_and_train
    from keras_drnn.reporting.metrics import summarise
    from keras_drnn.system.environment import environment

    settings = ComparisonSettings(models=MODELS, seeds=seeds, steps=steps)
    found: dict = {**environment(), "steps": steps, "seeds": seeds}
    for name in DATA:
        with tempfile.TemporaryDirectory() as temporary:
            cache = Path(temporary)
            data = open_data(str(folder / name / "clips.csv"), root=None, cache=cache / "clips")
            test, labels = data.split.test, data.split.labels[data.split.test]
            found[name] = {"clips": data.description()["clips"], "channels": data.shape[1]}
            for model_name in MODELS:
                recipe = settings.recipe(model_name, data.data_set)
                accuracies = []
                for seed in range(seeds):
                    run = cache / f"{model_name}-{seed}"
                    run.mkdir()
                    model, _ = build_and_train(
                        recipe, data, data.split, name=model_name, seed=seed, folder=run
                    )
                    scores = clip_scores(model, data.clips, test, labels)
                    accuracies.append(summarise(scores, "test")["test/sequence_accuracy"])
                    print(name, model_name, seed, accuracies[-1], flush=True)
                found[name][model_name] = {
                    "parameters": model.count_params(),
                    "units": recipe.units,
                    "delays": list(recipe.delays) if model_name == "drnn" else None,
                    "accuracy": [round(float(accuracy), 4) for accuracy in accuracies],
                    "mean": round(float(np.mean(accuracies)), 4),
                    "spread": round(float(np.std(accuracies, ddof=1)), 4),
                }
    return found


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Accuracy on plain sequences, from a table.")
    parser.add_argument("folder", type=Path, help="folder of the tables")
    parser.add_argument("--write", action="store_true", help="write them; needs aeon")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300)
    arguments = parser.parse_args()
    if arguments.write:
        write(arguments.folder)
        return
    found = train(arguments.folder, arguments.seeds, arguments.steps)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
