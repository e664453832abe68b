"""N-UCLA as its own files, and written out as tables: `.npy`, COCO joints in 3-D and in 2-D.

    python benchmarks/nucla_tables.py path/to/all_sqe tables --write
    KERAS_BACKEND=jax python benchmarks/nucla_tables.py path/to/all_sqe tables

The first command writes three tables, each with a description: the 20 joints as they are (`npy`);
the 17 of COCO, metres (`coco_3d`), where nose, eyes and ears are all the one joint of the head; and
these as the depth camera saw them, in pixels with y pointing down (`coco_2d`). The second trains
D-RNN, SimpleRNN and LSTM on all four, cross-view, with one recipe: that of N-UCLA, changed only
where joints in pixels ask for it (no turning, scaled by the torso). It exports nothing. What is
finished is in `results/nucla_tables.json` and is not done again.
"""

import argparse
import csv
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results" / "nucla_tables.json"
FORMS = ("native", "npy", "coco_3d", "coco_2d")
MODELS = ("drnn", "rnn", "lstm")
_PIXELS = 580.0  # focal length of the first Kinect's depth camera
_CENTRE = (320.0, 240.0)
_HEAD = [3]
# Shoulders, elbows, wrists, hips, knees and ankles, left and right in turn.
_COCO = [*_HEAD * 5, 4, 8, 5, 9, 6, 10, 12, 16, 13, 17, 14, 18]


def write(root: Path, folder: Path) -> None:
    """Write the three tables."""
    from keras_drnn.skeletons.nucla import read_clip

    descriptions = {
        "npy": 'layout = "kinect_v1"\nunits = "metres"\nup = "y"\n',
        "coco_3d": 'layout = "coco_17"\nunits = "metres"\nup = "y"\n',
        "coco_2d": 'layout = "coco_17"\nunits = "pixels"\nup = "-y"\n',
    }
    rows = [("file", "label", "subject", "camera", "split")]
    for path in sorted(root.glob("*.json")):
        clip = read_clip(path)
        split = "test" if clip.camera == 3 else "train"
        rows.append((f"{clip.name}.npy", f"{clip.action:02}", clip.subject, clip.camera, split))
        for form, joints in _forms(clip.joints).items():
            (folder / form).mkdir(parents=True, exist_ok=True)
            np.save(folder / form / rows[-1][0], joints)
    for form, description in descriptions.items():
        with open(folder / form / "clips.csv", "w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows(rows)
        text = f'table = "clips.csv"\nsplit = "split"\n{description}'
        (folder / form / "clips.toml").write_text(text, encoding="utf-8")


def _forms(joints: np.ndarray) -> dict[str, np.ndarray]:
    coco = joints[:, :, _COCO]
    absent = ~coco.any(axis=(2, 3), keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.moveaxis(coco[..., :2] / coco[..., 2:], -1, 0)
    pixels = np.stack([_CENTRE[0] + _PIXELS * x, _CENTRE[1] - _PIXELS * y], axis=-1)
    return {
        "npy": joints,
        "coco_3d": coco,
        "coco_2d": np.where(absent, np.nan, pixels).astype(np.float32),
    }


def train(root: Path, folder: Path, forms: list[str], seeds: int, steps: int | None) -> None:
    """Train every model with every seed on every form, but for what is done."""
    from keras_drnn.data_sets import find_data_set
    from keras_drnn.experiments.data import open_data
    from keras_drnn.experiments.recipes import recipe_for
    from keras_drnn.experiments.results import measure
    from keras_drnn.experiments.training import build_and_train
    from keras_drnn.system.environment import environment

    general = find_data_set("nucla").recipe
    for form in forms:
        with tempfile.TemporaryDirectory() as temporary:
            cache = Path(temporary)
            data = (
                open_data("nucla", root=root, cache=cache / "clips")
                if form == "native"
                else open_data(str(folder / form / "clips.toml"), root=None, cache=cache / "clips")
            )
            own = data.data_set.recipe
            recipe = replace(
                general,
                align=own.align,
                torso=own.torso,
                augmentation=replace(general.augmentation, relative=own.augmentation.relative),
            )
            data = replace(data, data_set=replace(data.data_set, recipe=recipe))
            for seed in range(seeds):
                for name in MODELS:
                    done = _done()
                    if f"{form}/{name}/{seed}" in done["runs"]:
                        continue
                    run = cache / f"{name}-{seed}"
                    run.mkdir()
                    chosen = recipe_for(name, preset="best", data=data.data_set, steps=steps)
                    model, history = build_and_train(
                        chosen, data, data.split, name=name, seed=seed, folder=run
                    )
                    metrics, *_ = measure(model, chosen, data, history)
                    kept = ("parameters", "test/sequence_accuracy", "test/frame_accuracy")
                    kept += ("clean/sequence_accuracy", "validation/sequence_accuracy")
                    done |= environment()
                    done["steps"] = chosen.steps
                    done["runs"][f"{form}/{name}/{seed}"] = {key: metrics[key] for key in kept}
                    done["summary"] = _summary(done["runs"])
                    RESULTS.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
                    print(form, name, seed, metrics["test/sequence_accuracy"], flush=True)


def _done() -> dict:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"runs": {}}


def _summary(runs: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and sample standard deviation over the seeds."""
    summary: dict[str, dict[str, float]] = {}
    for which in dict.fromkeys(name.rpartition("/")[0] for name in runs):
        seeds = [found for name, found in runs.items() if name.rpartition("/")[0] == which]
        summary[which] = {"seeds": len(seeds)}
        for key in ("test/sequence_accuracy", "clean/sequence_accuracy"):
            values = [found[key] for found in seeds]
            summary[which][f"{key}/mean"] = round(float(np.mean(values)), 4)
            if len(values) > 1:
                summary[which][f"{key}/spread"] = round(float(np.std(values, ddof=1)), 4)
    return summary


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="N-UCLA as its own files, and as tables.")
    parser.add_argument("root", type=Path, help="folder of N-UCLA's files")
    parser.add_argument("folder", type=Path, help="folder of the tables")
    parser.add_argument("--write", action="store_true", help="write the tables")
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="batches; by default as the recipe has it")
    arguments = parser.parse_args()
    if arguments.write:
        write(arguments.root, arguments.folder)
        return
    forms = arguments.forms.split(",")
    train(arguments.root, arguments.folder, forms, arguments.seeds, arguments.steps)


if __name__ == "__main__":
    main()
