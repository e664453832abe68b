"""Back-propagation through time with numbers one can follow: by hand, and by the library.

    KERAS_BACKEND=jax python examples/back_propagation.py [picture.png]

A linear RNN that is unrolled to three units, which are three steps of one and the same unit: it
reads 0.3, 0.35 and 0.4 and should say 0.8, 0.81 and 0.62. All weights are 0.5, and the loss is half
the squared error, summed over steps. (Three units side by side in one step would have no past to
send gradients to.) Beside it the same for the example of the thesis, whose groups of one unit
update at every step, every second and every third, counted from 1:

    h_1(t) = U x(t) + W h_1(t-1)    h_2(t) = T h_1(t) + P h_2(t-1)    h_3(t) = S h_2(t) + R h_3(t-1)
    o(t) = V_1 h_1(t) + V_2 h_2(t) + V_3 h_3(t)

Why gradients vanish or explode: x(1) reaches o(T) of the plain RNN through T - 1 factors W. With
delays it also has paths of few factors, so it arrives where it would have vanished. Above 1 it
explodes on the long paths as before.
"""

import sys

import keras
import numpy as np

from keras_drnn import DelayedRNN
from keras_drnn.influence import input_influence

INPUTS, TARGETS, WEIGHT = (0.3, 0.35, 0.4), (0.8, 0.81, 0.62), 0.5
PLAIN, THESIS, REACHING = (1,), (1, 2, 3), (1, 3, 9, 27)
STEPS, FACTORS = 60, (0.5, 0.9, 1.0, 1.1)


def by_hand(delays: tuple[int, ...]) -> dict[str, float]:
    """Loss and gradients: forwards through the equations, then backwards, term by term."""
    groups, steps = len(delays), len(INPUTS)
    h = np.zeros((groups + 1, steps + 1))  # h[0] is the input; column 0 is before the first step
    h[0, 1:] = INPUTS
    for t in range(1, steps + 1):
        for i, delay in enumerate(delays, 1):
            due = t % delay == 0
            h[i, t] = WEIGHT * h[i - 1, t] + WEIGHT * h[i, t - 1] if due else h[i, t - 1]
    errors = WEIGHT * h[1:, 1:].sum(axis=0) - TARGETS  # d loss / d o(t)

    reads, recurs = np.zeros(groups + 1), np.zeros(groups + 1)  # d loss / d (U, T, S), (W, P, R)
    delta = np.zeros((groups + 2, steps + 1))  # d loss / d h_i(t), from what was visited so far
    delta[1 : groups + 1, 1:] = WEIGHT * errors
    for t in range(steps, 0, -1):
        for i in range(groups, 0, -1):
            if t % delays[i - 1]:
                delta[i, t - 1] += delta[i, t]  # a state that is held passes its gradient on
                continue
            reads[i] += delta[i, t] * h[i - 1, t]
            recurs[i] += delta[i, t] * h[i, t - 1]
            if i > 1:
                delta[i - 1, t] += delta[i, t] * WEIGHT
            delta[i, t - 1] += delta[i, t] * WEIGHT
    found = {"loss": float(np.sum(errors**2) / 2)}
    for i in range(1, groups + 1):
        found["UTS"[i - 1]], found["WPR"[i - 1]] = float(reads[i]), float(recurs[i])
        found[f"V_{i}"] = float(errors @ h[i, 1:])
    return found


def linear_model(delays: tuple[int, ...], recurrent: float) -> keras.Sequential:
    """One unit in each group, no biases, every weight 0.5 but the recurrent ones."""
    half = keras.initializers.Constant(WEIGHT)
    layer = DelayedRNN(
        len(delays), delays, first_step=1, activation="linear", use_bias=False,
        kernel_initializer=half, recurrent_initializer=keras.initializers.Constant(recurrent),
        return_sequences=True,
    )  # fmt: skip
    head = keras.layers.Dense(1, use_bias=False, kernel_initializer=half)
    return keras.Sequential([keras.Input((None, 1)), layer, head])


def half_squared_error(targets, outputs):
    return 0.5 * keras.ops.sum(keras.ops.square(outputs - targets), axis=(1, 2))


def by_library(delays: tuple[int, ...]) -> dict[str, float]:
    """The same by any backend: a step of gradient descent, rate 1, subtracts the gradient."""
    model = linear_model(delays, recurrent=WEIGHT)
    model.compile(keras.optimizers.SGD(1.0), half_squared_error)
    x, y = np.reshape(INPUTS, (1, -1, 1)), np.reshape(TARGETS, (1, -1, 1))
    found = {"loss": float(model.train_on_batch(x, y))}
    *weights, head = (WEIGHT - weight for weight in model.get_weights())
    for i in range(len(delays)):
        found["UTS"[i]], found["WPR"[i]] = weights[2 * i].item(), weights[2 * i + 1].item()
        found[f"V_{i + 1}"] = head[i].item()
    return found


def influences(delays: tuple[int, ...], factor: float, steps: int) -> np.ndarray:
    """How much each input moves the last output, where every recurrent weight is `factor`."""
    return input_influence(linear_model(delays, factor), np.zeros((steps, 1)))[-1]


def draw(path: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, delays in zip(figure.subplots(1, 2, sharey=True), (PLAIN, REACHING), strict=True):
        for factor in FACTORS:
            axes.plot(range(1, STEPS + 1), influences(delays, factor, STEPS), label=f"W = {factor}")
        axes.set(yscale="log", xlabel="step of the input", title=f"delays {delays}")
    axes.legend(fontsize="small")
    figure.supylabel(f"influence on the output at step {STEPS}", fontsize="medium")
    figure.savefig(path)


def main(picture: str | None = None) -> dict[tuple[int, ...], tuple[dict, dict]]:
    """What was found by hand and by the library, for each choice of delays."""
    if picture is not None:
        draw(picture)
    return {delays: (by_hand(delays), by_library(delays)) for delays in (PLAIN, THESIS)}


if __name__ == "__main__":
    for delays, (hand, library) in main(*sys.argv[1:2]).items():
        print(f"delays {delays!s:<14} by hand  by library")
        for name, value in hand.items():
            what = name if name == "loss" else f"d loss / d {name}"
            print(f"  {what:<16}{value:12.6f}{library[name]:12.6f}")
    paths = WEIGHT**6 + (WEIGHT**5 + WEIGHT**6) + WEIGHT**5
    print("x(1) on o(5), delays (1, 2, 3): V1 W^4 U + V2 (P T W + T W^3) U + V3 S T W U")
    print(f"  by hand {paths:.6f}, by library {influences(THESIS, WEIGHT, 5)[0]:.6f}")
    print(f"x(1) on o({STEPS}), all recurrent weights equal")
    for factor in FACTORS:
        plain, reaching = (influences(delays, factor, STEPS)[0] for delays in (PLAIN, REACHING))
        print(f"  {factor}: delays {PLAIN} {plain:.1e}, delays {REACHING} {reaching:.1e}")
