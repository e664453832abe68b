"""`DelayedRNNClassifier`: the D-RNN as a classifier of scikit-learn."""

import copy
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import (
        _check_sample_weight,
        assert_all_finite,
        check_consistent_length,
        check_is_fitted,
        column_or_1d,
    )
except ImportError as error:
    raise ImportError(
        "DelayedRNNClassifier needs scikit-learn 1.6 or newer. Install it with: "
        "pip install 'keras-drnn[sklearn]'"
    ) from error

from keras_drnn.classifier.model import classifier_model, compile_classifier, model_of_padded
from keras_drnn.classifier.order import batches_of_numbers
from keras_drnn.classifier.sequences import checked_sequences, padded
from keras_drnn.delays import check_delays, is_integer
from keras_drnn.schedule import proposed_delays

_SILENT: Any = 0  # its default, a string, misleads type checkers


class DelayedRNNClassifier(ClassifierMixin, BaseEstimator):
    """Classifier of sequences for scikit-learn: a D-RNN, trained with Keras.

    Works in `cross_val_score`, `GridSearchCV`, `Pipeline` and what else takes an estimator.
    Sequences of different lengths are padded and masked inside; a frame of zeros is data.

    Args:
        units: Units of the `DelayedRNN`, spread over the groups as evenly as they go; or a sequence
            with one size per group.
        delays: Delays of the groups, in steps. By default powers of 3, as many as the median length
            of the training sequences asks for by the rule of "How to choose delays".
        first_step: The number that the first step of a sequence bears, as in `DelayedRNN`.
        activation: Activation of the `DelayedRNN`.
        head_units: Units of a Dense(relu) layer before the scores; 0 for none.
        dropout: Share of the outputs of the `DelayedRNN` that is dropped in training.
        standardise: Whether the model begins with a `keras.layers.Normalization` by mean and
            deviation of each channel over all steps of the training sequences.
        learning_rate: Learning rate of Adam.
        epochs: Passes over the training sequences.
        batch_size: Sequences in a batch.
        class_weight: `None`, `"balanced"`, or a weight for each label, as in scikit-learn.
        validation_fraction: Share of the training sequences that is held out to watch the training
            by (`val_loss`, `val_accuracy`), the same share of each class; 0 for none.
        callbacks: Keras callbacks, or `None`. Each call of `fit` trains with copies of them, so
            that folds of a cross-validation share nothing.
        random_state: `None`, an integer or a `RandomState`, as in scikit-learn. Two fits with the
            same integer give the same model. Keras' own seeds are left alone.
        verbose: What Keras prints in training: 0, 1 or 2.

    Attributes:
        classes_: The labels.
        delays_: The delays.
        n_features_in_: The number of channels.
        history_: For each metric a list with one value per epoch.
        model_: The Keras model, from sequences `(batch, steps, channels)` to one score (logit) per
            class, in the order of `classes_`. It is saved and exported like any other.

    Input shape:
        `X`: an array `(samples, steps, channels)`; a list of arrays `(steps, channels)`, whose
        lengths may differ; or an array or a table `(samples, steps)`: one channel.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=(length, 3)) for length in (20, 35, 28, 40)]
    >>> y = ["walk", "run", "walk", "run"]
    >>> classifier = DelayedRNNClassifier(units=20, epochs=1, random_state=0).fit(X, y)
    >>> classifier.delays_
    (1, 3, 9)
    >>> classifier.predict_proba(X).shape
    (4, 2)
    """

    def __init__(
        self,
        units: int | Sequence[int] = 60,
        delays: Sequence[int] | None = None,
        *,
        first_step: int = 0,
        activation: str = "relu",
        head_units: int = 0,
        dropout: float = 0.0,
        standardise: bool = True,
        learning_rate: float = 0.003,
        epochs: int = 50,
        batch_size: int = 32,
        class_weight: dict | str | None = None,
        validation_fraction: float = 0.0,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.units = units
        self.delays = delays
        self.first_step = first_step
        self.activation = activation
        self.head_units = head_units
        self.dropout = dropout
        self.standardise = standardise
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.class_weight = class_weight
        self.validation_fraction = validation_fraction
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose: Any = verbose

    def fit(self, X, y, sample_weight=None) -> "DelayedRNNClassifier":
        """Train a model with fresh weights.

        Args:
            X: The training sequences.
            y: The label of each, integers or strings.
            sample_weight: A weight for each sequence; one of weight 0 is left out.

        Raises:
            ValueError: If sequences, labels, weights or parameters are not as described.
        """
        self._check_parameters()
        sequences = checked_sequences(X, self)
        y = self._checked_labels(y, len(sequences))
        weights = _checked_weights(sample_weight, sequences)
        if not weights.all():
            sequences = [sequences[number] for number in np.flatnonzero(weights)]
            y, weights = y[weights > 0], weights[weights > 0]
        classes, numbers = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                "A classifier needs sequences of two classes or more. Received: one class, "
                f"{classes.tolist()[0]!r}"
            )
        weights = weights * compute_sample_weight(self.class_weight, y)
        rng = check_random_state(self.random_state)
        split_seed, model_seed, order_seed = rng.randint(np.iinfo("int32").max, size=3).tolist()
        train, validation = self._split(numbers, split_seed)

        learnt = [sequences[number] for number in train]
        self.delays_ = (
            proposed_delays(int(np.median([len(sequence) for sequence in learnt])))
            if self.delays is None
            else check_delays(self.delays)
        )
        with _keras_seeded(model_seed):
            model = self._build(learnt, len(classes), model_seed)
            trained = model_of_padded(model)
            compile_classifier(trained, self.learning_rate)
        x = padded(sequences)

        def chosen(numbers_of: np.ndarray) -> tuple:
            inputs = {name: values[numbers_of] for name, values in x.items()}
            return inputs, numbers[numbers_of], weights[numbers_of].astype("float32")

        size = min(self.batch_size, len(train))
        history = trained.fit(
            (chosen(batch) for batch in batches_of_numbers(train, size, order_seed)),
            steps_per_epoch=-(-len(train) // size),
            epochs=self.epochs,
            shuffle=False,
            validation_data=chosen(validation) if len(validation) else None,
            callbacks=copy.deepcopy(list(self.callbacks or ())),
            verbose=self.verbose,
        )
        if not all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise ValueError(
                "The training has diverged: weights are NaN or infinite. Try a smaller "
                f"`learning_rate`. Received: learning_rate={self.learning_rate}, "
                f"standardise={self.standardise}"
            )
        self.classes_ = classes
        self.n_features_in_ = sequences[0].shape[1]
        self.history_ = history.history
        self.model_, self._padded_model = model, trained
        return self

    def predict_proba(self, X) -> np.ndarray:
        """The probability of each class.

        Args:
            X: Sequences with the channels of the training ones, of any length.

        Returns:
            `(samples, classes)`, in the order of `classes_`.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If `X` is not as described.
        """
        check_is_fitted(self)
        sequences = checked_sequences(X, self)
        channels = sequences[0].shape[1]
        if channels != self.n_features_in_:
            raise ValueError(
                f"`X` must have the channels of the training sequences, {self.n_features_in_}. "
                f"Received: {channels}. Sequences are (steps, channels); one alone is "
                "[sequence]."
            )
        scores = self._padded_model.predict(
            padded(sequences), batch_size=self.batch_size, verbose=_SILENT
        ).astype("float64")
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    def predict(self, X) -> np.ndarray:
        """The most probable label.

        Args:
            X: Sequences with the channels of the training ones, of any length.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If `X` is not as described.
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def __getstate__(self) -> dict:
        # Pickled as well, it would come back with weights of its own, and an optimizer.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_padded_model"}

    def __setstate__(self, state: dict) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self._padded_model = model_of_padded(self.model_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def _build(self, sequences: list[np.ndarray], classes: int, seed: int) -> keras.Model:
        normalization = None
        if self.standardise:
            scaler = StandardScaler().fit(np.concatenate(sequences).astype("float64"))
            # Its scale of a channel that never changes is 1.
            normalization = keras.layers.Normalization(
                mean=scaler.mean_, variance=np.square(np.asarray(scaler.scale_)), name="standardise"
            )
        return classifier_model(
            sequences[0].shape[1],
            keras.layers.Dense(classes, name="scores"),
            units=_spread(self.units, len(self.delays_)),
            delays=self.delays_,
            first_step=self.first_step,
            activation=self.activation,
            dropout=self.dropout,
            head_units=self.head_units,
            normalization=normalization,
            # On torch a dropout layer without a seed of its own draws from torch's.
            dropout_seed=seed,
        )

    def _split(self, numbers: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        everything = np.arange(len(numbers))
        if not self.validation_fraction:
            return everything, everything[:0]
        try:
            train, validation = train_test_split(
                everything,
                test_size=self.validation_fraction,
                stratify=numbers,
                random_state=seed,
            )
        except ValueError as error:
            raise ValueError(
                "`validation_fraction` must leave sequences of each class on both sides. "
                f"Received: validation_fraction={self.validation_fraction}, {len(numbers)} "
                f"sequences, of the rarest class {np.bincount(numbers).min()}. {error}"
            ) from error
        return np.asarray(train), np.asarray(validation)

    def _check_parameters(self) -> None:
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            if not is_integer(value) or value < 1:
                raise ValueError(
                    f"`{name}` must be an integer from 1 up. Received: {name}={value!r}"
                )
        fraction = self.validation_fraction
        if isinstance(fraction, bool | str) or not 0 <= fraction < 1:
            raise ValueError(
                "`validation_fraction` must be a number from 0 to below 1. Received: "
                f"validation_fraction={fraction!r}"
            )

        if isinstance(self.callbacks, keras.callbacks.Callback):
            raise ValueError(
                f"`callbacks` must be a list of callbacks. Received: callbacks={self.callbacks!r}"
            )

    def _checked_labels(self, y: Any, samples: int) -> np.ndarray:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None"
            )
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        check_consistent_length(range(samples), y)
        return y


def _checked_weights(sample_weight: Any, sequences: list[np.ndarray]) -> np.ndarray:
    weights = _check_sample_weight(sample_weight, np.empty(len(sequences)))
    if weights.min() < 0 or not weights.any():
        raise ValueError(
            "The weights of `sample_weight` must be 0 or above, not all of them zero. Received: "
            f"{weights.min()} to {weights.max()}"
        )
    return weights


def _spread(units: Any, groups: int) -> Any:
    """Sizes as equal as they can be; what is no number of units is left to the layer to judge."""
    if not is_integer(units) or units < groups:
        return units
    return tuple(units // groups + (group < units % groups) for group in range(groups))


@contextmanager
def _keras_seeded(seed: int) -> Iterator[None]:
    """Layers and initializers made inside get the same seeds, and the user's are left alone.

    Where none is given, Keras draws them from Python's `random`.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
