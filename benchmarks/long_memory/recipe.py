"""How a model is trained: the same fields for every model."""

import math
from dataclasses import dataclass, fields, replace

import keras

from benchmarks.long_memory.tasks import Task

POOLINGS = ("last", "mean")
# Numbers from 0 up to, but without, what stands here.
_BOUNDS = {
    "learning_rate": math.inf,
    "warmup": 1,
    "weight_decay": math.inf,
    "dropout": 1,
    "input_dropout": 1,
    "adversarial": math.inf,
}


@dataclass(frozen=True)
class Recipe:
    """AdamW with a warm-up and a cosine down to zero.

    Args:
        epochs: Passes over the training data; of drawn data, draws.
        batch: Sequences in a batch.
        learning_rate: The highest.
        warmup: Share of all steps in which the rate rises to it.
        weight_decay: Of matrices; biases and scales have none.
        clipnorm: Largest norm of all gradients together, above 0, or `None`.
        pooling: What the last layer answers from, where a sequence has one answer: what its last
            step left behind (`"last"`), or the mean over its steps (`"mean"`).
        dropout: Of the numbers from which the last layer answers.
        input_dropout: Of the numbers of the sequence, each by itself.
        adversarial: Each batch is learnt also with its sequences moved in the direction in which
            their loss grows fastest, by a change of this Euclidean length; 0 for none. Under JAX.
    """

    epochs: int = 10
    batch: int = 100
    learning_rate: float = 3e-3
    warmup: float = 0.02
    weight_decay: float = 0.004
    clipnorm: float | None = 1.0
    pooling: str = "last"
    dropout: float = 0.0
    input_dropout: float = 0.0
    adversarial: float = 0.0

    def __post_init__(self) -> None:
        if self.pooling not in POOLINGS:
            raise ValueError(
                f"Expected a pooling of {', '.join(POOLINGS)}. Received: {self.pooling}"
            )
        for name in ("epochs", "batch"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"Expected {name}, a whole number from 1. Received: {value}")
        for name, most in _BOUNDS.items():
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not (number and 0 <= value < most):
                below = "" if math.isinf(most) else f" and below {most}"
                raise ValueError(f"Expected {name}, a number from 0{below}. Received: {value}")
        # Keras takes 0 for none: one training would have two names.
        if self.clipnorm is not None and not (
            isinstance(self.clipnorm, (int, float)) and 0 < self.clipnorm < math.inf
        ):
            raise ValueError(
                "Expected clipnorm, a number above 0, or None (clipnorm=null in the command). "
                f"Received: {self.clipnorm}"
            )

    def changed(self, changes: dict) -> "Recipe":
        """With other values of some fields.

        Raises:
            ValueError: If there is no such field.
        """
        known = [field.name for field in fields(self)]
        for name in changes:
            if name not in known:
                raise ValueError(f"Expected a field of {', '.join(known)}. Received: {name}")
        return replace(self, **changes)

    def compile(self, model: keras.Model, task: Task, steps: int) -> None:
        """Prepare a model for `steps` batches in all."""
        rising = max(1, int(self.warmup * steps))
        optimizer = keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                0.0, max(1, steps - rising), warmup_target=self.learning_rate, warmup_steps=rising
            ),
            weight_decay=self.weight_decay,
            global_clipnorm=self.clipnorm,
        )
        # The biases of Keras' GRU are a matrix, of two rows.
        optimizer.exclude_from_weight_decay(
            var_list=[
                weight
                for weight in model.trainable_weights
                if len(weight.shape) < 2 or weight.name == "bias"
            ]
        )
        model.compile(optimizer, task.measure.loss())
