"""Training on sequences as they are and on the same ones made harder."""

import jax
import keras
from jax import numpy as jnp


class AdversarialModel(keras.Model):
    """A model each batch of which counts twice: as it is, and with each sequence moved in the
    direction in which its loss grows fastest; under JAX.

    Goodfellow, Shlens and Szegedy 2015, "Explaining and Harnessing Adversarial Examples", section
    6, with both halves alike; the change is of a Euclidean length, as in Miyato et al. 2018,
    "Virtual Adversarial Training". Dropout is the same in both. The loss of an epoch is that of the
    sequences as they are.

    Args:
        change: The length of a sequence's change, in its own units.
        padded: Whether steps of zeros alone pad a sequence, and stay as they are.
        **layers: `inputs` and `outputs`.
    """

    def __init__(self, *, change: float, padded: bool = False, **layers) -> None:
        super().__init__(**layers)
        self.change = change
        self.padded = padded

    def train_step(self, state, data):
        trained, others, optimizer, metrics = state
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)

        def loss_of(trained, x):
            answers, updated = self.stateless_call(trained, others, x, training=True)
            return self.compute_loss(x, y, answers), updated

        of_both = jax.value_and_grad(loss_of, argnums=(0, 1), has_aux=True)
        (loss, _), (plain, upward) = of_both(trained, x)
        if self.padded:
            # If moved, they would count in the mean over steps, and take up length that belongs to
            # real steps.
            upward = upward * jnp.any(x != 0, axis=-1, keepdims=True)
        harder = x + self.change * _directions(upward)
        hard, others = jax.grad(loss_of, has_aux=True)(trained, harder)
        gradients = [(one + other) / 2 for one, other in zip(plain, hard, strict=True)]
        trained, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trained)
        # Its only metric: recipes have a loss and nothing beside it.
        (metric,) = self.metrics
        metrics = metric.stateless_update_state(metrics, loss, sample_weight=len(x))
        return {metric.name: metric.stateless_result(metrics)}, (
            trained,
            others,
            optimizer,
            metrics,
        )


def _directions(gradients):
    """Of each sequence's gradient the direction, of length 1; 0 where it is 0."""
    axes = tuple(range(1, gradients.ndim))
    largest = jnp.max(jnp.abs(gradients), axes, keepdims=True)
    # Squares of small numbers would be 0: first the largest is made 1, and the length 1 or more.
    scaled = gradients / jnp.maximum(largest, jnp.finfo(gradients.dtype).tiny)
    return scaled / jnp.maximum(jnp.sqrt(jnp.sum(jnp.square(scaled), axes, keepdims=True)), 1)
