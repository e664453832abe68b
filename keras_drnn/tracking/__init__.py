"""Shows run folders in MLflow. The folder is the truth; MLflow is a view of it.

A comparison first lives on disk. `ComparisonMirror.sync` then sends to MLflow whatever MLflow does
not have yet, so a server that is away for an hour, or for good, costs no result and no training.
"""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.tracking.errors import TrackingError
    from keras_drnn.tracking.mirror import ComparisonMirror
    from keras_drnn.tracking.store import check_store
    from keras_drnn.tracking.uri import how_to_look, resolve_uri
else:
    # Lazily: `loader` runs where nothing but a model's own requirements is installed.
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "ComparisonMirror": "keras_drnn.tracking.mirror",
            "TrackingError": "keras_drnn.tracking.errors",
            "check_store": "keras_drnn.tracking.store",
            "how_to_look": "keras_drnn.tracking.uri",
            "resolve_uri": "keras_drnn.tracking.uri",
        },
    )

__all__ = ["ComparisonMirror", "TrackingError", "check_store", "how_to_look", "resolve_uri"]
