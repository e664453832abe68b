"""The callback that logs gradients by distance and by group, against float64 NumPy."""

import keras
import numpy as np
import pytest
from arrays import call, numpy

from keras_drnn import DelayedRNN
from keras_drnn.influence import GradientByDistance

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 7, 2)).astype("float32"), RNG.normal(size=(6, 1)).astype("float32")
EACH = (1, 2, 3, 4, 5, 6)  # a band for each step


def fitted(recurrent, watch, *, loss="mse", y=Y, head=(), epochs=1):
    model = keras.Sequential([keras.Input((7, 2)), *head, recurrent, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss)
    history = model.fit(
        X, y, batch_size=3, epochs=epochs, shuffle=False, verbose=0, callbacks=[watch]
    )
    return model, history.history


def linear_gradients(model, x, y, delays):
    """`(groups, samples, steps, features)`, in float64: of a linear layer, factor by factor."""
    *weights, head, _ = (np.asarray(w, "float64") for w in model.get_weights())
    groups = list(zip(weights[::2], weights[1::2], strict=True))
    steps, features = x.shape[1:]
    J = [np.zeros((steps, features, U.shape[1])) for U, _ in groups]
    for t in range(steps):
        below = np.zeros((steps, features, features))
        below[t] = np.eye(features)
        for i, (U, W) in enumerate(groups):
            J[i] = below @ U + J[i] @ W if t % delays[i] == 0 else J[i]
            below = J[i]
    errors = 2 * (numpy(call(model, x)) - y) / len(x)  # of the mean squared error
    rows = np.split(head[:, 0], np.cumsum([U.shape[1] for U, _ in groups])[:-1])
    return np.stack([errors[:, :, None] * (j @ row) for j, row in zip(J, rows, strict=True)])


@pytest.mark.every_backend
def test_what_is_logged_are_the_gradients_of_the_weights_at_the_epochs_end():
    layer = DelayedRNN((3, 2), (1, 3), activation="linear", use_bias=False)
    model, history = fitted(layer, GradientByDistance(X[:4], Y[:4], distances=EACH), epochs=2)
    gradients = linear_gradients(model, X[:4], Y[:4], (1, 3))
    names = [f"gradient/{d}_to_{d}" for d in range(6)] + ["gradient/6_up"]
    for values, suffix in (
        (gradients.sum(axis=0), ""),
        (gradients[0], "/group_1"),
        (gradients[1], "/group_2"),
    ):
        expected = np.linalg.norm(values, axis=-1).mean(axis=0)[::-1]
        found = [history[name + suffix][-1] for name in names]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)
        assert history[names[0] + suffix][0] != found[0]  # another epoch, other weights
    assert len(history) == 1 + 3 * len(names)
    # The model is as it was: called as its class calls it.
    assert "call" not in vars(layer)
    np.testing.assert_allclose(
        model.evaluate(X, Y, verbose=0), np.mean((numpy(call(model, X)) - Y) ** 2), rtol=1e-5
    )


def test_bands_are_means_over_their_steps():
    whole, bands = (
        GradientByDistance(X, Y, distances=distances) for distances in (EACH, (2, 5, 30))
    )
    keras.utils.set_random_seed(1)
    model, one = fitted(keras.layers.LSTM(3), whole)
    keras.utils.set_random_seed(1)
    _, other = fitted(keras.layers.LSTM(3), bands)
    single = [one[f"gradient/{d}_to_{d}"][0] for d in range(6)] + one["gradient/6_up"]
    assert set(other) == {"loss", "gradient/0_to_1", "gradient/2_to_4", "gradient/5_to_29"}
    for name, part in (("0_to_1", slice(2)), ("2_to_4", slice(2, 5)), ("5_to_29", slice(5, 7))):
        assert other[f"gradient/{name}"][0] == pytest.approx(np.mean(single[part]), rel=1e-4)


@pytest.mark.every_backend
def test_an_output_at_each_step_padding_and_layers_in_front():
    """Masked steps get no gradient, and stand as far from the end as they stand."""
    x = X[:3].copy()
    x[:, :2] = 0
    y = np.zeros((6, 7, 1), "float32")
    watch = GradientByDistance(x, y[:3], layer="delayed", distances=EACH)
    head = [keras.layers.Masking(), keras.layers.SimpleRNN(4, return_sequences=True)]
    layer = DelayedRNN(4, (1, 2), activation="tanh", return_sequences=True, name="delayed")
    _, history = fitted(layer, watch, y=y, head=head)
    assert history["gradient/6_up"] == history["gradient/5_to_5"] == [0.0]
    assert all(history[f"gradient/{d}_to_{d}"][0] > 0 for d in range(5))


def test_layers_of_both_directions_are_one_group():
    watch = GradientByDistance(X[:2], Y[:2], distances=(3,))
    both = keras.layers.Bidirectional(DelayedRNN(4, (1, 2)))
    _, history = fitted(both, watch)
    assert set(history) == {"loss", "gradient/0_to_2", "gradient/3_up"}


def test_wrong_arguments_are_refused():
    for arguments, match in [
        ((X[0], Y), r"shape \(7, 2\)"),
        ((np.full((2, 5, 1), np.nan), Y[:2]), "finite"),
        ((X[:0], Y[:0]), r"shape \(0, 7, 2\)"),
        ((X, Y[:2]), "6 sequences, 2 targets"),
    ]:
        with pytest.raises(ValueError, match=match):
            GradientByDistance(*arguments)
    for distances in [(0, 5), (5, 5), (5, 3), (2.5,)]:
        with pytest.raises(ValueError, match="`distances` must be"):
            GradientByDistance(X, Y, distances=distances)


def test_models_that_it_cannot_watch_are_refused():
    watch = GradientByDistance(X, Y)
    with pytest.raises(ValueError, match="a recurrent layer. Received: one with the layers flatt"):
        fitted(keras.layers.Flatten(), watch)
    named = GradientByDistance(X, Y, layer="nowhere")
    with pytest.raises(ValueError, match="a recurrent layer 'nowhere'"):
        fitted(keras.layers.LSTM(2), named)
    with pytest.raises(ValueError, match="one loss for one output"):
        fitted(keras.layers.LSTM(2), watch, loss=["mse"])
    x = keras.Input((7, 2))
    y, _ = keras.layers.SimpleRNN(2, return_state=True)(x)
    model = keras.Model(x, y)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="return_state=True"):
        model.fit(X, Y[:, [0, 0]], verbose=0, callbacks=[watch])
