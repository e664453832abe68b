"""NTU RGB+D 120: the 60 actions of NTU RGB+D and 60 more.

Facts: Liu, Shahroudy, Perez, Wang, Duan and Kot, "NTU RGB+D 120: A Large-Scale Benchmark for 3D
Human Activity Understanding", TPAMI 2019.
"""

from keras_drnn.data_sets import ntu
from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.skeletons.action_names import NTU120_ACTIONS
from keras_drnn.skeletons.ntu import READER
from keras_drnn.skeletons.protocol import Protocol

# The people of NTU RGB+D are on the side that they are on there.
TRAIN_SUBJECTS = (
    *ntu.TRAIN_SUBJECTS,
    *(45, 46, 47, 49, 50, 52, 53, 54, 55, 56, 57, 58, 59, 70, 74, 78, 80, 81, 82, 83, 84, 85, 86),
    *(89, 91, 92, 93, 94, 95, 97, 98, 100, 103),
)
TEST_SUBJECTS = tuple(sorted(set(range(1, 107)) - set(TRAIN_SUBJECTS)))

CROSS_SUBJECT = Protocol(
    "cross-subject", "subject", train=TRAIN_SUBJECTS, test=TEST_SUBJECTS, actions=NTU120_ACTIONS
)
CROSS_SETUP = Protocol(
    "cross-setup",
    "setup",
    train=tuple(range(2, 33, 2)),
    test=tuple(range(1, 33, 2)),
    actions=NTU120_ACTIONS,
)

DATA_SET = DataSet(
    name="ntu120",
    title="NTU RGB+D 120, your copy of the .skeleton files",
    reader=READER,
    protocols=(CROSS_SUBJECT, CROSS_SETUP),
    recipe=ntu.DATA_SET.recipe,
    extent=ntu.EXTENT_120,
)
