"""Writes folders as a comparison leaves them, for the tests of reporting and tracking."""

import json
from pathlib import Path

import numpy as np

ACCURACIES = ("frame_accuracy", "sequence_accuracy", "last_frame_accuracy", "ever_correct")
REACHED = {"drnn": 0.72, "rnn": 0.55, "lstm": 0.61, "gru": 0.64, "bidirectional-drnn": 0.84}
PARAMETERS = {
    "drnn": 11_560,
    "rnn": 33_160,
    "lstm": 128_110,
    "gru": 97_360,
    "bidirectional-drnn": 26_890,
}


def write_comparison(
    folder: Path,
    models=("drnn", "lstm"),
    seeds=2,
    *,
    classes=4,
    synthetic=False,
    preset="best",
    clean=False,
    evaluations=5,
    folds=(),
) -> Path:
    """A comparison with every run finished; with folds, each has a name and its test clips."""
    folder.mkdir(parents=True, exist_ok=True)
    clips = {"train": 918, "validation": 102, "test": 464} | ({"clean": 369} if clean else {})
    about = {
        "id": folder.name,
        "created": "2026-01-02T03:04:05+00:00",
        "command_settings": {
            "models": list(models),
            "steps": 100 * evaluations,
            "batch_size": 60,
            "preset": preset,
        },
        "data": {
            "name": "Demo" if synthetic else "N-UCLA",
            "root": "data",
            "protocol": "cross-view",
            "synthetic": synthetic,
            "classes": [f"action {index + 1}" for index in range(classes)],
            "clips": clips,
        },
        "backend": "jax",
        "environment": {"python": "3.11.9", "keras": "3.15.1", "machine": "test machine, 2 cores"},
    }
    if folds:
        about["data"] |= {
            "protocol": "loso",
            "clips": clips | {"test": sum(dict(folds).values())},
            "folds": [{"protocol": name, "clips": {"test": count}} for name, count in folds],
            "not_split": {},
        }
    (folder / "comparison.json").write_text(json.dumps(about))
    for model in models:
        for seed in range(seeds):
            if not folds:
                how = {"classes": classes, "evaluations": evaluations, "clean": clean}
                write_run(folder, model, seed, **how)
            for name, count in folds:
                write_fold(folder, model, seed, name, count)
    return folder


def write_fold(folder: Path, model, seed, fold, clips) -> Path:
    """A finished run of one fold: of its clips all are right but `seed + 1`."""
    run = begin_run(folder, model, seed, fold)
    write_history(run, 3)
    finish_run(run)
    metrics = json.loads((run / "metrics.json").read_text())
    right = clips - seed - 1
    metrics |= {"test/clips": clips, "test/frames": 10 * clips}
    metrics |= {f"test/{name}": right / clips for name in ACCURACIES}
    (run / "metrics.json").write_text(json.dumps(metrics))
    outcome = dict(np.load(run / "outcome.npz"))
    outcome["confusion"] = np.diag([right, 0, 0, 0])
    outcome["confusion"][0, 1] = clips - right
    outcome["accuracy_by_fraction"] = np.full(10, right / clips)
    np.savez(run / "outcome.npz", **outcome)
    return run


def run_path(folder: Path, model: str, seed: int, fold: str = "") -> Path:
    return folder / "runs" / f"{model}-seed{seed}{fold and '-'}{fold}"


def write_run(folder: Path, model, seed, *, classes=4, evaluations=5, clean=False) -> Path:
    run = begin_run(folder, model, seed)
    write_history(run, evaluations, REACHED[model] - 0.02 * seed)
    finish_run(run, classes=classes, clean=clean)
    return run


def begin_run(folder: Path, model, seed, fold="") -> Path:
    run = run_path(folder, model, seed, fold)
    run.mkdir(parents=True)
    about = {
        "model": model,
        "seed": seed,
        "status": "running",
        "params": {"units": 150, "delays": [1, 3, 9]},
        "error": None,
        "export_error": None,
    }
    if fold:
        about["protocol"] = fold
    (run / "run.json").write_text(json.dumps(about))
    return run


def set_status(run: Path, status, error=None) -> None:
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(about | {"status": status, "error": error}))


def write_history(run: Path, evaluations, reached=0.7) -> None:
    lines = []
    for index in range(1, evaluations + 1):
        accuracy = reached * (1 - 0.5**index)
        lines.append(
            {
                "step": 100 * index,
                "seconds": 2.0 * index,
                "train/loss": 2.0 / index,
                "train/frame_accuracy": accuracy + 0.05,
                "validation/loss": 2.2 / index,
                "validation/frame_accuracy": accuracy,
                "validation/sequence_accuracy": accuracy + 0.03,
            }
        )
    (run / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def finish_run(run: Path, *, classes=4, clean=False) -> None:
    about = json.loads((run / "run.json").read_text())
    model, seed = about["model"], about["seed"]
    reached = REACHED[model] - 0.02 * seed
    metrics = {"parameters": PARAMETERS[model]}
    for part, less in [("test", 0.0), ("validation", 0.01)] + [("clean", 0.07)] * clean:
        for more, name in enumerate(ACCURACIES):
            metrics[f"{part}/{name}"] = reached - less + 0.01 * more
    metrics |= {
        "train_seconds": 250.0 + 10 * seed,
        "step_milliseconds": 13.25 + seed,
        "latency_milliseconds": 0.66,
        "litert_bytes": 88_064,
        "litert_max_difference": 2.4e-7 * (1 + seed),
    }
    (run / "metrics.json").write_text(json.dumps(metrics))
    rng = np.random.default_rng(seed)
    confusion = rng.integers(0, 3, (classes, classes)) + 20 * np.eye(classes, dtype=int)
    fractions = np.linspace(0.1, 1.0, 10)
    np.savez(
        run / "outcome.npz",
        confusion=confusion,
        fractions=fractions,
        accuracy_by_fraction=reached * fractions**0.3,
    )
    (run / "model.tflite").write_bytes(b"TFL3" + bytes(60))
    set_status(run, "finished")
