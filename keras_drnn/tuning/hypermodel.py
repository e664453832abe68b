"""The same search for data of your own, with keras-tuner's own tuners."""

import keras
from keras_tuner import HyperModel, HyperParameters

from keras_drnn.experiments.recipes import Recipe
from keras_drnn.layer import DelayedRNN
from keras_drnn.tuning.space import Space, recipe_of


class DelayedRNNHyperModel(HyperModel):
    """A classifier of sequences, with the delays and what goes with them left open.

    To be given to any tuner of keras-tuner. Override `head` for another task, or `build` for
    another model altogether.

    Args:
        features: Numbers in a step of a sequence.
        classes: Number of classes.
        longest_delay: Length of a sequence that half of yours have at least; groups with a longer
            delay are left out.
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

    def build(self, hp: HyperParameters) -> keras.Model:
        """A compiled model with the hyperparameters of one trial.

        Args:
            hp: keras-tuner's hyperparameters.
        """
        self.space.declare(hp)
        recipe = recipe_of(hp.values, Recipe("drnn"))
        groups = sum(delay <= self.longest_delay for delay in recipe.delays)
        sequence = keras.Input((None, self.features), name="sequence")
        x = DelayedRNN(
            recipe.units[:groups] if isinstance(recipe.units, tuple) else recipe.units,
            recipe.delays[:groups],
            first_step=recipe.first_step,
            activation=recipe.activation,
            name="drnn",
        )(sequence)
        if recipe.dropout:
            x = keras.layers.Dropout(recipe.dropout)(x)
        if recipe.head_units:
            x = keras.layers.Dense(recipe.head_units, activation="relu")(x)
        model = keras.Model(sequence, self.head(x))
        model.compile(
            keras.optimizers.Adam(recipe.learning_rate, clipnorm=1.0),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    def head(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """From the state at the end of a sequence to one score per class.

        Args:
            x: The output of the recurrent layer.
        """
        return keras.layers.Dense(self.classes, name="scores")(x)
