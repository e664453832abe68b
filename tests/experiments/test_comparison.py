"""A comparison as a whole."""

from types import SimpleNamespace

import pytest

from keras_drnn.experiments.comparison import Settings, compare
from keras_drnn.system.locks import LockHeldError, hold


def test_two_comparisons_in_one_folder_are_refused(tmp_path):
    untouched = SimpleNamespace()
    with hold(tmp_path / ".lock", "held"):
        with pytest.raises(LockHeldError, match="this comparison .* give another --out"):
            compare(tmp_path, Settings(("drnn",)), untouched, "", on_run=pytest.fail)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
