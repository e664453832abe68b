"""Recognisers left running over ten million frames of everything: never past their bound.

    KERAS_BACKEND=jax python benchmarks/endless.py all_sqe

A D-RNN trained on N-UCLA's joints by the preset `stream`, and one with random weights at the very
limit of its constraint, are exported as streams and given clips, noise, one frame for ever, frames
up to the largest numbers of float32 and down to the smallest, lost frames, a person who comes and
goes. Then what each says of a clip is compared with what it said before all that. Writes
`benchmarks/results/endless.json`, after each of the two.
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

from keras_drnn import SpectralNorm
from keras_drnn.experiments.data import Data, open_data
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.experiments.runs import recipe_params
from keras_drnn.experiments.training import build_and_train
from keras_drnn.export import export_streaming
from keras_drnn.system.environment import machine, versions
from keras_drnn_runtime import StreamingClassifier

RESULT = Path(__file__).parent / "results" / "endless.json"
LARGEST, SMALLEST = float(np.finfo("float32").max), 1.4e-45
RECIPE = recipe_for("drnn", preset="stream", data="nucla")
STRETCH = 2000
WARM = 4000  # frames of clips before the one that is compared
KINDS = ("clips", "noise", "constant", "frozen", "extreme", "small", "lost", "coming and going")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder of N-UCLA's .json files")
    parser.add_argument("--frames", type=int, default=10_000_000)
    arguments = parser.parse_args()
    found: dict = {
        "machine": machine(),
        "versions": versions(("keras", "ai-edge-litert")),
        "recipe": json.loads(json.dumps(recipe_params(RECIPE))),
        "models": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        data = open_data("nucla", root=arguments.root, protocol="cross-view", cache=Path(folder))
        for name, make in {"trained": trained_model, "random weights": random_model}.items():
            model, path = make(data, Path(folder)), Path(folder) / "stream.tflite"
            report, began = export_streaming(model, path), time.process_time()
            found["models"][name] = {
                "parameters": model.count_params(),
                "score_bound": report.score_bound,
                **left_alone(StreamingClassifier(path), data, arguments.frames),
                "processor_seconds": round(time.process_time() - began),
            }
            RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(name, json.dumps(found["models"][name], indent=1), flush=True)


def trained_model(data: Data, folder: Path) -> keras.Model:
    """The model that the preset `stream` trains, with seed 0."""
    return build_and_train(RECIPE, data, data.split, name="drnn", seed=0, folder=folder)[0]


def random_model(data: Data, folder: Path) -> keras.Model:
    """The same model, its weights random, each recurrent one at its maximum."""
    keras.utils.set_random_seed(0)
    bodies, _, axes = data.shape
    model = build_model(RECIPE, layout=data.layout, bodies=bodies, classes=10, axes=axes)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if isinstance(weight.constraint, SpectralNorm):
            random = keras.ops.convert_to_tensor(rng.normal(size=weight.shape), "float32")
            weight.assign(weight.constraint(10 * random))
        elif len(weight.shape) == 1:
            weight.assign(rng.normal(size=weight.shape))
    return model


def left_alone(classifier: StreamingClassifier, data: Data, frames: int) -> dict:
    """What comes of so many frames."""
    rng = np.random.default_rng(0)
    clips = [data.clips[int(index)].joints for index in data.split.test]
    clips = [clip[clip.reshape(len(clip), -1).any(axis=1)] for clip in clips]  # none is lost
    clip, warm = clips[0], ordinary(np.random.default_rng(1), clips, WARM)
    state = dict(classifier._start)
    state = run(classifier, warm, state)[1]
    before = run(classifier, clip, state)[0]

    # In the same stream, on and on.
    counts: Counter = Counter()
    largest, largest_state, not_finite, wrong_clocks, taken = 0.0, 0.0, 0, 0, WARM
    delays = np.concatenate([clock["delays"] for clock in classifier.metadata["clocks"]])
    while sum(counts.values()) < frames:
        kind = KINDS[int(rng.integers(len(KINDS)))]
        stretch = made(kind, rng, clips)[: frames - sum(counts.values())]
        scores, state = run(classifier, stretch, state)
        counts[kind] += len(stretch)
        # A frame of numbers that are too small to be normal ones counts as lost.
        there = np.abs(stretch).reshape(len(stretch), -1).max(axis=1) >= np.finfo("float32").tiny
        taken += int(there.sum())
        not_finite += int((~np.isfinite(scores)).sum() + (~np.isfinite(state["state"])).sum())
        largest = max(largest, float(np.abs(scores).max()))
        largest_state = max(largest_state, float(np.abs(state["state"]).max()))
        wrong_clocks += int((state["clock"][0] != taken % delays).any())

    # Until the groups stand as they stood at the beginning; then the same frames once more.
    full = int(np.lcm.reduce(delays))
    state = run(classifier, ordinary(rng, clips, -taken % full), state)[1]
    start = dict(classifier._start)
    expected = run(classifier, warm, start)[0]
    again, state = run(classifier, warm, state)
    after = run(classifier, clip, state)[0]
    far = np.abs(again - expected).max(axis=1) > 1e-3 * np.abs(expected).max()
    return {
        "frames": dict(sorted(counts.items())),
        "largest_score": largest,
        "largest_score_of_clips": float(np.abs(np.concatenate([before, expected])).max()),
        "largest_number_of_the_state": largest_state,
        "numbers_not_finite": not_finite,
        "steps_of_the_clock": taken,
        "stretches_with_a_wrong_clock": wrong_clocks,
        "frames_until_the_past_is_forgotten": int(np.flatnonzero(far)[-1]) + 1 if far.any() else 0,
        "largest_difference_of_the_clip_after_all": float(np.abs(after - before).max()),
    }


def run(classifier: StreamingClassifier, frames: np.ndarray, state: dict):
    """The scores of some more frames, and the state behind them: without the checks of a step."""
    scores = []
    for frame in np.ascontiguousarray(frames, "float32"):
        found, state = classifier._run(frame[None], state)
        scores.append(found)
    return np.array(scores), state


def made(kind: str, rng: np.random.Generator, clips: list) -> np.ndarray:
    """A stretch of frames of some kind."""
    shape = (STRETCH, *clips[0].shape[1:])
    if kind == "clips":
        return ordinary(rng, clips, STRETCH)
    if kind == "noise":
        return rng.normal(size=shape, scale=10.0 ** rng.uniform(-2, 2)).astype("float32")
    if kind == "constant":
        return np.full(shape, rng.uniform(-5, 5), "float32")
    if kind == "frozen":
        return np.repeat(ordinary(rng, clips, 1), STRETCH, axis=0)
    if kind == "lost":
        return np.zeros(shape, "float32")
    if kind == "coming and going":
        frames = ordinary(rng, clips, STRETCH)
        there = np.repeat(rng.random((STRETCH // 20, shape[1])) < 0.5, 20, axis=0)
        return frames * there[:, :, None, None]
    signs = np.sign(rng.normal(size=shape))
    # Of one size for a while, or each number of another one.
    places = rng.random((STRETCH, 1, 1, 1)) if rng.random() < 0.5 else rng.random(shape)
    if kind == "small":
        return (signs * SMALLEST * 10.0 ** (40 * places)).astype("float32")
    return (signs * LARGEST * 10.0 ** (-36 * places * rng.integers(2))).astype("float32")


def ordinary(rng: np.random.Generator, clips: list, frames: int) -> np.ndarray:
    """Clips one after the other."""
    parts = [clips[0][:0]]
    while sum(map(len, parts)) < frames:
        parts.append(clips[int(rng.integers(len(clips)))])
    return np.concatenate(parts)[:frames].astype("float32")


if __name__ == "__main__":
    main()
