"""Northwestern-UCLA."""

from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.skeletons.action_names import NUCLA_ACTIONS
from keras_drnn.skeletons.extent import Extent
from keras_drnn.skeletons.nucla import READER
from keras_drnn.skeletons.protocol import Protocol

CROSS_VIEW = Protocol("cross-view", "camera", train=(1, 2), test=(3,), actions=NUCLA_ACTIONS)

# The recipe is the general one as it stands: it was found on the training subjects of this data.
DATA_SET = DataSet(
    "nucla",
    "Northwestern-UCLA, your copy of the .json files",
    READER,
    (CROSS_VIEW,),
    extent=Extent(cameras=range(1, 4), subjects=range(1, 11), actions=tuple(NUCLA_ACTIONS)),
)
