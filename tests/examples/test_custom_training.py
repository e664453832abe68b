"""The loop of each backend learns."""

import keras
import numpy as np
import pytest
from example_files import example

pytestmark = pytest.mark.every_backend


@pytest.fixture(scope="module")
def loops():
    return example("custom_training")


# What torch's compiler says to itself about the hand-written backward pass, and as it looks for
# gradients of tensors that have none.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
def test_it_names_more_marks_than_chance(loops, monkeypatch):
    backend = keras.backend.backend()
    if backend == "torch":
        # Traced as for any other compiler; the usual one calls a C++ compiler, for half a minute.
        # It writes the loop over frames out, of which a fifth will do.
        monkeypatch.setitem(loops.with_torch.__globals__, "STEPS", 12)
        scores = loops.with_torch(100, compiler="eager")
        x, marks = loops.make_data(500, seed=100)
        named = float(np.mean(scores(x).argmax(axis=-1) == marks))
    else:
        named = loops.main(updates=100)
    assert named > 0.4
