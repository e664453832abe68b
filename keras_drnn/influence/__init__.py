"""How far the past reaches: what each input step moves, and what gradients it can send back."""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.influence.bounds import (
        RecurrentGroup,
        group_influence,
        influence_bound,
        recurrent_groups,
    )
    from keras_drnn.influence.callback import GradientByDistance
    from keras_drnn.influence.fall import (
        HalfLife,
        half_life,
        influence_by_distance,
        share_beyond,
    )
    from keras_drnn.influence.jacobian import input_influence
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "GradientByDistance": "keras_drnn.influence.callback",
            "HalfLife": "keras_drnn.influence.fall",
            "RecurrentGroup": "keras_drnn.influence.bounds",
            "group_influence": "keras_drnn.influence.bounds",
            "half_life": "keras_drnn.influence.fall",
            "influence_bound": "keras_drnn.influence.bounds",
            "influence_by_distance": "keras_drnn.influence.fall",
            "input_influence": "keras_drnn.influence.jacobian",
            "recurrent_groups": "keras_drnn.influence.bounds",
            "share_beyond": "keras_drnn.influence.fall",
        },
    )

__all__ = [
    "GradientByDistance",
    "HalfLife",
    "RecurrentGroup",
    "group_influence",
    "half_life",
    "influence_bound",
    "influence_by_distance",
    "input_influence",
    "recurrent_groups",
    "share_beyond",
]
