"""A candidate that is a recipe: what those on skeletons and on arrays share."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from keras_drnn.data_sets.recipe import Recipe

AnyObjective = TypeVar("AnyObjective")


@dataclass(frozen=True, eq=False)
class RecipeCandidate(Generic[AnyObjective]):
    """The model of one trial.

    Args:
        objective: The data.
        recipe: What is built, and how it is trained.
    """

    objective: AnyObjective
    recipe: Recipe

    @property
    def steps(self) -> int:
        """Batches to train on."""
        return self.recipe.steps
