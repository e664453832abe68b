"""The same search for data of your own, with keras-tuner's own tuners."""

import keras
from keras_tuner import HyperModel, HyperParameters
from keras_tuner.errors import FatalValueError

from keras_drnn.classifier.model import classifier_model, compile_classifier
from keras_drnn.data_sets.recipe import Recipe
from keras_drnn.tuning.space import Space
from keras_drnn.tuning.values import misfit, recipe_of


class DelayedRNNHyperModel(HyperModel):
    """A classifier of sequences, with the delays and what goes with them left open.

    To be given to any tuner of keras-tuner. Override `head` for another task, or `build` for
    another model altogether.

    Args:
        features: Numbers in a step of a sequence.
        classes: Number of classes.
        longest_delay: The longest delay that is tried. A good one is a little less than the length
            that half of your sequences have at least.
        space: The values to choose among.

    Example:

    >>> tuner = keras_tuner.RandomSearch(  # doctest: +SKIP
    ...     DelayedRNNHyperModel(75, 10, longest_delay=60), "val_accuracy", max_trials=20
    ... )
    """

    def __init__(
        self, features: int, classes: int, *, longest_delay: int, space: Space | None = None
    ) -> None:
        super().__init__()
        self.features = features
        self.classes = classes
        self.longest_delay = longest_delay
        self.space = space or Space()

    def declare_hyperparameters(self, hp: HyperParameters) -> None:
        """Register the hyperparameters; those that you have registered before the search are kept.

        The others are offered as far as they fit: no delay is longer than `longest_delay`, and each
        group has a unit. With several values of your own registered, such as a range of bases,
        numbers of groups are offered that fit with each of them. Bases, or units, that fit some
        numbers of groups alone are hyperparameters of names such as `4-5 groups/base`.

        Args:
            hp: keras-tuner's hyperparameters.

        Raises:
            ValueError: If nothing fits, or not all that you have registered. It is keras-tuner's
                `FatalValueError`, raised as the tuner is made.
        """
        self.space.declare(hp, longest_delay=self.longest_delay)

    def build(self, hp: HyperParameters) -> keras.Model:
        """A compiled model with the hyperparameters of one trial.

        Args:
            hp: keras-tuner's hyperparameters.

        Raises:
            ValueError: As for `declare_hyperparameters`, and if `hp.values` do not fit.
        """
        self.declare_hyperparameters(hp)
        reason = misfit(hp.values, self.longest_delay)
        if reason is not None:
            raise FatalValueError(
                f"Hyperparameters must fit `longest_delay`, but {reason}. Take values that are on "
                f"offer, or give a larger `longest_delay`. Received: {hp.values}"
            )
        return self.model(recipe_of(hp.values, Recipe("drnn")))

    def model(self, recipe: Recipe) -> keras.Model:
        """A compiled model, with fresh weights.

        Args:
            recipe: Units, delays, first step, activation, head, dropout and learning rate.
        """
        model = classifier_model(
            self.features,
            self.head,
            units=recipe.units,
            delays=recipe.delays,
            first_step=recipe.first_step,
            activation=recipe.activation,
            dropout=recipe.dropout,
            head_units=recipe.head_units,
        )
        compile_classifier(model, recipe.learning_rate)
        return model

    def head(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """From the state at the end of a sequence to one score per class.

        Args:
            x: The output of the recurrent layer.
        """
        return keras.layers.Dense(self.classes, name="scores")(x)
