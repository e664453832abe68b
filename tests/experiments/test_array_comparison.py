"""The comparison as a function on sequences in memory."""

import keras
import numpy as np
import pytest

from keras_drnn.experiments import ComparisonSettings, array_comparison, compare_arrays
from keras_drnn.system.locks import LockHeldError

RNG = np.random.default_rng(0)
X = [RNG.normal(size=(6 + number, 3)).astype("float32") for number in range(12)]
Y = ["left", "right"] * 6
TEST = ([sequence[:5] + 1 for sequence in X[:4]], Y[:4])
GROUPS = list("aabbccddeeff")
SETTINGS = ComparisonSettings(("drnn",), steps=7)


@pytest.fixture
def asked(monkeypatch):
    """What a comparison is asked for, without a training."""
    calls = []

    def compare(folder, settings, folds, tracking_uri, *, on_run):
        calls.append((folder, settings, folds.parts[0]))
        return {}

    monkeypatch.setattr(array_comparison, "compare", compare)
    return calls


class Batches(keras.utils.PyDataset):
    """Batches of four."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return -(-len(self.y) // 4)

    def __getitem__(self, number):
        chosen = slice(4 * number, 4 * number + 4)
        return self.x[chosen], self.y[chosen]


def test_every_sequence_is_a_clip_on_its_side_and_groups_are_held_out_whole(tmp_path, asked):
    compare_arrays(tmp_path, X, Y, test=TEST, groups=GROUPS, settings=SETTINGS, frame_rate=20)
    ((folder, settings, data),) = asked
    assert folder.parent == tmp_path and settings == SETTINGS
    assert data.split.class_names == ("left", "right") and data.data_set.frame_rate == 20
    clips = [data.clips[number].joints[:, 0, :, 0] for number in range(16)]
    for clip, sequence in zip(clips, [*X, *TEST[0]], strict=True):
        np.testing.assert_array_equal(clip, sequence)
    assert data.split.labels.tolist() == [0, 1] * 8
    assert data.split.test.tolist() == [12, 13, 14, 15]
    held_out = data.split.validation
    assert len(held_out) == 2 and held_out[0] // 2 == held_out[1] // 2
    assert sorted([*data.split.train, *held_out]) == list(range(12))


def test_arrays_lists_and_batches_of_the_same_are_one_comparison(tmp_path, asked):
    x, y = np.stack([sequence[:6] for sequence in X]), np.arange(12) % 2
    test = (x[:4], y[:4])
    for arguments in (
        {"x": x, "y": y, "test": test},
        {"x": list(x), "y": ["0", "1"] * 6, "test": test},
        {"x": Batches(x, y), "test": Batches(*test)},
        {"x": x + 1, "y": y, "test": test},
    ):
        compare_arrays(tmp_path, **arguments, settings=SETTINGS)
    folders = [folder.name for folder, *_ in asked]
    assert folders[0] == folders[1] == folders[2] != folders[3]
    # Without groups a share of each class is held out.
    data = asked[0][2]
    assert sorted(data.split.labels[data.split.validation]) == [0, 1]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"y": Y[:11]}, "`x, y` must be .* Received: 12 sequences and 11 classes"),
        ({"x": [], "y": []}, "0 sequences"),
        ({"x": [*X[:11], np.ones(4)]}, r"shape \(4,\), or some that .* in sequence 11"),
        ({"x": [*X[:11], X[11] * np.nan]}, "not finite, in sequence 11"),
        ({"x": [*X[:11], np.ones((0, 3))]}, r"shape \(0, 3\)"),
        ({"y": [0.5] * 12}, "whole numbers or text. Received: 0.5 of sequence 0"),
        ({"groups": "ab"}, "one for each of 12 training sequences. Received: 2"),
        ({"test": ([np.ones((3, 2))], ["left"])}, "sequences of 2, 3 channels"),
        ({"x": Batches(X, Y)}, "a PyDataset gives the classes itself"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_kept(tmp_path, asked, changes, message):
    with pytest.raises(ValueError, match=message):
        compare_arrays(tmp_path, **{"x": X, "y": Y, "test": TEST} | changes)
    assert not asked and not list(tmp_path.iterdir())


def test_while_it_is_at_work_nobody_changes_its_sequences(tmp_path, monkeypatch):
    def compare(*arguments, **how):
        with pytest.raises(LockHeldError, match="Another process is at work in"):
            compare_arrays(tmp_path, [x + 1 for x in X], Y, test=TEST, settings=SETTINGS)
        np.testing.assert_array_equal(np.load(tmp_path / "data" / "x.npy")[0, :6], X[0])
        return {"done": True}

    monkeypatch.setattr(array_comparison, "compare", compare)
    assert compare_arrays(tmp_path, X, Y, test=TEST, settings=SETTINGS) == {"done": True}
