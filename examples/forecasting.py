"""Forecasting: the next hour from the hours before, and from that the next two days.

    KERAS_BACKEND=jax python examples/forecasting.py

The delays are those of the data: a group that updates once a day holds what was a day ago.
"""

import keras
import numpy as np

from keras_drnn import DelayedRNN

DAY, KNOWN, AHEAD = 24, 5 * 24, 2 * 24
UNITS, DELAYS = 48, (1, 3, 8, 24)


def make_data(count: int, seed: int) -> np.ndarray:
    """Seven days of hours, noise on a daily wave of any height and phase, `(count, hours, 1)`."""
    rng = np.random.default_rng(seed)
    hours = np.arange(KNOWN + AHEAD) * 2 * np.pi / DAY
    height, phase = rng.uniform(0.5, 1.5, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    series = height * np.sin(hours + phase) + rng.normal(0.0, 0.2, (count, KNOWN + AHEAD))
    return series[..., None].astype("float32")


def main(count: int = 1000) -> float:
    keras.utils.set_random_seed(1)
    layer = DelayedRNN(UNITS, DELAYS, return_sequences=True, return_state=True)
    head = keras.layers.Dense(1)
    values = keras.Input((None, 1))
    h, clock = keras.Input((UNITS,)), keras.Input((len(DELAYS),))
    model = keras.Model(values, head(layer(values)[0]))
    hidden, *state = layer(values, initial_state=[h, clock])
    onwards = keras.Model([values, h, clock], [head(hidden), *state])  # the same weights

    series = make_data(count, seed=0)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(series[:, :-1], series[:, 1:], batch_size=25, epochs=5, verbose=0)

    series = make_data(200, seed=1)
    known, future = series[:, :KNOWN], series[:, KNOWN:]
    state = [np.zeros((200, UNITS)), np.zeros((200, len(DELAYS)))]  # zeros: a series begins
    value, *state = onwards.predict([known, *state], verbose=0)
    forecast = [value[:, -1:]]
    for _ in range(AHEAD - 1):  # what was forecast is the next input
        value, *state = onwards.predict([forecast[-1], *state], verbose=0)
        forecast.append(value)
    error = np.mean((np.concatenate(forecast, axis=1) - future) ** 2)
    as_yesterday = np.mean((np.tile(known[:, -DAY:], (1, AHEAD // DAY, 1)) - future) ** 2)
    return float(error / as_yesterday)


if __name__ == "__main__":
    print(f"The error is {main():.2f} times that of 'as at this hour yesterday'")
