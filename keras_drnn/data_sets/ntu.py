"""NTU RGB+D, the 60 actions."""

from dataclasses import replace

from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.data_sets.ntu_missing import missing_samples
from keras_drnn.data_sets.recipe import BEST
from keras_drnn.skeletons.action_names import NTU_ACTIONS
from keras_drnn.skeletons.extent import Extent
from keras_drnn.skeletons.ntu import READER
from keras_drnn.skeletons.protocol import Protocol

TRAIN_SUBJECTS = (1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38)
TEST_SUBJECTS = tuple(sorted(set(range(1, 41)) - set(TRAIN_SUBJECTS)))

CROSS_VIEW = Protocol("cross-view", "camera", train=(2, 3), test=(1,), actions=NTU_ACTIONS)
CROSS_SUBJECT = Protocol(
    "cross-subject", "subject", train=TRAIN_SUBJECTS, test=TEST_SUBJECTS, actions=NTU_ACTIONS
)

# NTU RGB+D 120 is these clips and those of 60 more actions, in setups of their own.
EXTENT_120 = Extent(
    setups=range(1, 33),
    cameras=range(1, 4),
    subjects=range(1, 107),
    actions=range(1, 121),
    missing=missing_samples(range(1, 33)),
)
EXTENT = Extent(
    setups=range(1, 18),
    cameras=range(1, 4),
    subjects=range(1, 41),
    actions=range(1, 61),
    missing=missing_samples(range(1, 18)),
    larger={"ntu120": EXTENT_120},
)

DATA_SET = DataSet(
    name="ntu",
    title="NTU RGB+D, your copy of the .skeleton files",
    reader=READER,
    protocols=(CROSS_VIEW, CROSS_SUBJECT),
    recipe=replace(BEST, delays=(1, 3, 9, 27, 81), steps=40_000, frames=100),
    extent=EXTENT,
)
