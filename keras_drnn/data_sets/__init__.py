"""The data sets: what the commands need to know of each, and how another package brings one."""

from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.data_sets.recipe import BEST, Recipe, for_streams
from keras_drnn.data_sets.registry import DataSetError, data_set_names, find_data_set
from keras_drnn.skeletons.extent import Extent
from keras_drnn.skeletons.protocol import Protocol

__all__ = [
    "BEST",
    "DataSet",
    "DataSetError",
    "Extent",
    "Protocol",
    "Recipe",
    "data_set_names",
    "find_data_set",
    "for_streams",
]
