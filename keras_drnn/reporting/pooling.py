"""One result out of several folds, in which every test clip counts once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from keras_drnn.reporting.metrics import mean_and_spread
from keras_drnn.reporting.run_folder import Run
from keras_drnn.reporting.when_it_knows import Knowing, together

Seeds = Mapping[int, Mapping[str, Run]]  # runs by their seed and their protocol

# What a share is of, by the name of the accuracy; of clips where it is not here.
_UNITS = {"frame_accuracy": "frames"}
_COUNTS = ("clips", "frames", "settled", "background_seconds")
# What is no share, but a mean over so many.
_MEANS = {
    "delay_frames": "settled",
    "delay_seconds": "settled",
    "false_alarms_per_hour": "background_seconds",
}
# What is no share either, and is the mean over the folds.
_OVER_FOLDS = "segment_f1_"


def finished_folds(seeds: Seeds) -> dict[int, dict[str, Run]]:
    """The runs of a model that are finished, of the seeds that have any.

    Args:
        seeds: The runs.
    """
    found = {
        seed: {
            protocol: run
            for protocol, run in of_seed.items()
            if run.description["status"] == "finished" and run.outcome()
        }
        for seed, of_seed in seeds.items()
    }
    return {seed: of_seed for seed, of_seed in found.items() if of_seed}


def that_count(finished: Seeds, folds: Sequence[str]) -> Seeds:
    """The seeds that a mean is over: those with all folds, or, if there is none, all of them.

    Args:
        finished: As from `finished_folds`.
        folds: The names of all folds.
    """
    whole = {seed: of_seed for seed, of_seed in finished.items() if len(of_seed) == len(folds)}
    return whole or finished


def fraction_curve(folds: Sequence[Run]) -> np.ndarray:
    """Accuracy by clip against the share of a clip that was seen, over all folds of one seed.

    Args:
        folds: Their finished runs.
    """
    outcomes = [run.outcome() for run in folds]
    curves = np.array([outcome["accuracy_by_fraction"] for outcome in outcomes])
    if len(curves) == 1:
        return curves[0]
    return pooled_share(curves, np.array([outcome["confusion"].sum() for outcome in outcomes]))


def knowing(runs: Iterable[Run]) -> Knowing | None:
    """When a model knew the test clips of some runs, all of them together.

    Args:
        runs: Finished runs.

    Returns:
        `None` if a run does not say: its model reads backwards, or it is of an older version.
    """
    outcomes = [run.outcome() for run in runs]
    if not outcomes or not all("first_right" in outcome for outcome in outcomes):
        return None
    keys = ("clip_labels", "clip_frames", "first_right", "settled")
    return together([Knowing(*(outcome[key] for key in keys)) for outcome in outcomes])


def pooled(folds: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """The metrics of one model over all folds, from those of each.

    Accuracies on test clips, and on parts of them, are shares of all these clips, or of all their
    frames; a delay is the mean over all clips that have one, and false alarms are over all time.
    Everything else, the segment F1, validation and costs among it, is the mean over the folds.

    Args:
        folds: The content of `metrics.json` of each fold. Of one fold alone it is the result.

    Example:

    >>> right = {"test/sequence_accuracy": 1.0, "test/clips": 9, "test/frames": 90}
    >>> wrong = {"test/sequence_accuracy": 0.0, "test/clips": 1, "test/frames": 90}
    >>> pooled([right, wrong])["test/sequence_accuracy"]
    0.9
    """
    if len(folds) == 1:
        return dict(folds[0])
    result: dict[str, float | None] = {**mean_and_spread(folds)[0]}
    parts = {key.removesuffix("/clips") for fold in folds for key in fold if key.endswith("/clips")}
    for part in sorted(parts):
        having = [fold for fold in folds if fold.get(f"{part}/clips")]
        counts = {
            unit: np.array([fold[f"{part}/{unit}"] for fold in having], np.float64)
            for unit in _COUNTS
            if f"{part}/{unit}" in having[0]
        }
        for key in having[0]:
            of, _, name = key.rpartition("/")
            if of != part or name.startswith(_OVER_FOLDS):
                continue
            if name in counts:
                result[key] = _sum([fold[key] for fold in having])
            elif name in _MEANS:
                result[key] = _mean([fold[key] for fold in having], counts[_MEANS[name]])
            else:
                shares = np.array([fold[key] for fold in having], np.float64)
                result[key] = float(pooled_share(shares, counts[_UNITS.get(name, "clips")]))
    return result


def pooled_share(shares: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The share of all of what there are some shares of.

    Args:
        shares: `(folds, ...)`, the share of those that are right.
        counts: `(folds,)`, of how many each is the share.

    Returns:
        One share in place of those of the folds, as exact as if all had been counted together.
    """
    right = np.rint(np.moveaxis(shares, 0, -1) * counts).sum(axis=-1)
    return right / counts.sum()


def _sum(counts: Sequence[float | None]) -> float | None:
    """The sum, `None` where something is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _mean(means: Sequence[float | None], counts: np.ndarray) -> float | None:
    """The mean over all, of means over so many each; `None` where there is nothing."""
    known = np.array([mean is not None for mean in means])
    if not known.any():
        return None
    return float(np.average(np.array(means, np.float64)[known], weights=counts[known]))
