"""The demo: synthetic skeletons as NTU files, made on the spot."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from keras_drnn.data_sets import ntu
from keras_drnn.data_sets.data_set import DataSet
from keras_drnn.data_sets.recipe import BEST, for_streams
from keras_drnn.skeletons import demo

ACTIONS = dict(enumerate(demo.ACTIONS, start=1))


def _make(root: Path, progress: Callable[[int, int], None]) -> None:
    demo.generate(root, progress=progress)


# Its clips are longer than those of N-UCLA, and left and right tell some of its actions apart.
_RECIPE = replace(
    BEST,
    delays=(1, 3, 9, 27, 81),
    steps=450,
    frames=128,
    augmentation=replace(BEST.augmentation, mirror=0.0, speed=1.2),
)

DATA_SET = DataSet(
    name="demo",
    title="synthetic skeletons, made on the spot",
    reader=ntu.READER,
    protocols=tuple(replace(protocol, actions=ACTIONS) for protocol in ntu.DATA_SET.protocols),
    recipe=_RECIPE,
    # Order takes longer to learn where nothing says that a clip begins.
    stream_recipe=replace(for_streams(_RECIPE), steps=1800),
    subsets={"order": demo.ORDER_ACTIONS},
    notices=(demo.SYNTHETIC_NOTICE,),
    synthetic=True,
    make=_make,
)
