"""Anomalies: where a forecaster that knows the ordinary is wrong.

    KERAS_BACKEND=jax python examples/anomalies.py [picture.png]

Beats of which every third is strong, at a pace that drifts. Each model learns from an ordinary
stretch to forecast the next value; a beat is told by its largest error. The alarm is set on another
ordinary stretch, for all by the same rule: as low as gives one alarm in a hundred beats there. Then
some beats are missing, come early, or are strong or weak out of turn. To know the last two, one has
to remember the beats before. Over three seeds D-RNN and GRU find all that are missing or early; of
the weak ones 78 +- 27 and 40 +- 27 %, of the strong ones 85 +- 21 and 78 +- 21 %, at 1.3 +- 0.6 and
0.9 +- 0.2 % false alarms.
"""

import sys

import keras
import numpy as np

from keras_drnn import DelayedRNN

PACE, BAR, LENGTH = 10, 3, 120
KINDS = ("missing", "early", "weak for strong", "strong for weak")


def make_series(beats: int, seed: int, planted: bool = False):
    """The series, the beat of each step, and what is wrong with each beat (-1: nothing)."""
    rng = np.random.default_rng(seed)
    drift = np.interp(np.arange(beats * PACE), np.arange(beats) * PACE, rng.normal(0, 0.04, beats))
    phase = np.cumsum((1 + drift) / PACE)
    phase = phase[phase < beats - 1]
    beat = np.rint(phase).astype(int)
    heights, early = np.where(np.arange(beats) % BAR, 1.0, 2.0), np.zeros(beats)
    wrong = np.full(beats, -1)
    if planted:
        for kind, first in enumerate(range(24, beats - 12, 12)):
            kind %= len(KINDS)
            # Strong beats are the multiples of three: the third kind falls on one, the fourth not.
            at = first + BAR * rng.integers(0, 3) + (kind == 3)
            wrong[at] = kind
            heights[at] = (0.0, heights[at], 1.0, 2.0)[kind]
            early[at] = 0.25 * (kind == 1)
    values = heights[beat] * np.exp(-(((phase - beat + early[beat]) / 0.2) ** 2))
    return values + rng.normal(0.0, 0.05, len(values)), beat, wrong


def windows(series: np.ndarray, every: int) -> np.ndarray:
    starts = range(0, len(series) - LENGTH, every)
    return np.stack([series[start : start + LENGTH + 1, None] for start in starts])


def train(layer: keras.layers.Layer, series: np.ndarray, epochs: int):
    """A function that forecasts each value from those before, `LENGTH // 2` at the least."""
    model = keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])
    seen = windows(series, every=6)
    rate = keras.optimizers.schedules.CosineDecay(0.01, epochs * -(-len(seen) // 25))
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), "mse")
    model.fit(seen[:, :-1], seen[:, 1:], batch_size=25, epochs=epochs, verbose=0)

    def forecast(series: np.ndarray) -> np.ndarray:
        found = model.predict(windows(series, every=LENGTH // 2)[:, :-1], verbose=0)
        return found[:, LENGTH // 2 :].reshape(-1)  # of each window the half with a past

    return forecast


def as_a_bar_ago(series: np.ndarray) -> np.ndarray:
    """The rival that learns nothing: the value three beats ago."""
    count = len(windows(series, every=LENGTH // 2)) * (LENGTH // 2)
    begin = LENGTH // 2 + 1 - BAR * PACE
    return series[begin : begin + count]


def largest_errors(forecast, series: np.ndarray, beat: np.ndarray) -> np.ndarray:
    """The largest error in each beat; 0 where none was forecast."""
    found = forecast(series)
    at = slice(LENGTH // 2 + 1, LENGTH // 2 + 1 + len(found))
    errors = np.zeros(beat[-1] + 1)
    np.maximum.at(errors, beat[at], np.abs(found - series[at]))
    return errors


def draw(series, beat, wrong, errors, alarm, path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    shown = slice(LENGTH, LENGTH + 600)
    steps = np.arange(shown.start, shown.stop)
    above.plot(steps, series[shown])
    above.set_ylabel("series")
    below.plot(steps, errors[beat[shown]], drawstyle="steps-mid")
    below.axhline(alarm, color="C7", linestyle=":")
    below.set(xlabel="step", ylabel="largest error")
    for number in np.unique(beat[shown]):
        if wrong[number] >= 0:
            inside = np.flatnonzero(beat == number)
            above.axvspan(inside[0], inside[-1], color="C3", alpha=0.2)
            above.text(inside[0], 2.2, KINDS[wrong[number]], fontsize="small")
    figure.savefig(path)


def main(picture=None, beats: int = 1000, epochs: int = 8, seed: int = 1) -> dict[str, float]:
    """The share of wrong beats that raise an alarm, by kind, and of ordinary ones that do."""
    ordinary, _, _ = make_series(beats, seed)
    quiet = make_series(beats, seed + 100)[:2]
    series, beat, wrong = make_series(beats, seed + 200, planted=True)
    found = {}
    for name, layer in {
        "D-RNN": DelayedRNN(48, (1, 3, 9), activation="tanh", return_sequences=True),
        "GRU": keras.layers.GRU(20, return_sequences=True),  # as many parameters
        "as a bar ago": None,
    }.items():
        keras.utils.set_random_seed(seed)
        forecast = train(layer, ordinary, epochs) if layer is not None else as_a_bar_ago
        usual = largest_errors(forecast, *quiet)
        alarm = np.quantile(usual[usual > 0], 0.99)
        errors = largest_errors(forecast, series, beat)
        for kind, what in enumerate(KINDS):
            of_kind = errors[(wrong[: len(errors)] == kind) & (errors > 0)]
            found[f"{name}: {what}"] = float(np.mean(of_kind > alarm))
        # An alarm lasts a bar: what is odd in the beats after a wrong one belongs to it.
        near = np.convolve(wrong >= 0, np.ones(BAR + 1))[: len(errors)] > 0
        found[f"{name}: false alarms"] = float(np.mean(errors[~near & (errors > 0)] > alarm))
        if picture is not None and name == "D-RNN":
            draw(series, beat, wrong, errors, alarm, picture)
    return found


if __name__ == "__main__":
    for what, share in main(*sys.argv[1:2]).items():
        print(f"{what:<32}{100 * share:6.1f} %")
