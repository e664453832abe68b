"""Shows run folders in MLflow. The folder is the truth; MLflow is a view of it.

A comparison first lives on disk. `ComparisonMirror.sync` then sends to MLflow whatever MLflow does
not have yet, so a server that is away for an hour, or for good, costs no result and no training.
"""

from keras_drnn.tracking.errors import TrackingError
from keras_drnn.tracking.mirror import ComparisonMirror
from keras_drnn.tracking.store import check_store
from keras_drnn.tracking.uri import how_to_look, resolve_uri

__all__ = ["ComparisonMirror", "TrackingError", "check_store", "how_to_look", "resolve_uri"]
