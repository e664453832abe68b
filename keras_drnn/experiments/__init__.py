"""The comparison: recipes, models, training that resumes, evaluation, run folders."""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.experiments.array_comparison import compare_arrays
    from keras_drnn.experiments.comparison import ComparisonSettings
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "ComparisonSettings": "keras_drnn.experiments.comparison",
            "compare_arrays": "keras_drnn.experiments.array_comparison",
        },
    )

__all__ = ["ComparisonSettings", "compare_arrays"]
