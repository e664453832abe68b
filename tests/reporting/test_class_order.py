"""Confusion that stays readable: its order, its worst pairs, its picture with many classes."""

import numpy as np
import pytest

from keras_drnn.reporting.class_order import clustered_order, in_words, worst_pairs
from keras_drnn.reporting.influence_plot import draw_influence
from keras_drnn.reporting.plots import draw_confusion


@pytest.mark.parametrize("classes", [12, 60, 120])
def test_classes_that_are_confused_lie_side_by_side(classes):
    rng = np.random.default_rng(3)
    shuffled = rng.permutation(classes)
    counts = 20 * np.eye(classes, dtype=int)
    for group in shuffled.reshape(-1, 4):  # four of a kind, whatever their numbers
        counts[np.ix_(group, group)] += rng.integers(3, 9, (4, 4))
    order = clustered_order(counts)
    assert sorted(order) == list(range(classes))
    kind = np.empty(classes, int)
    kind[shuffled] = np.arange(classes) // 4
    assert (np.diff(kind[order]) != 0).sum() == classes // 4 - 1
    np.testing.assert_array_equal(clustered_order(counts), order)


def test_the_order_goes_by_shares_and_not_by_how_many_clips_a_class_has():
    counts = [[900, 50, 50, 0], [0, 9, 0, 0], [0, 0, 9, 6], [0, 0, 6, 9]]
    order = clustered_order(counts).tolist()
    assert abs(order.index(2) - order.index(3)) == 1


def test_a_class_without_clips_has_a_place():
    assert sorted(clustered_order([[5, 0], [0, 0]])) == [0, 1]


def test_the_worst_pairs_are_those_with_the_largest_share():
    counts = [[90, 10, 0], [3, 5, 2], [0, 0, 0]]
    pairs = worst_pairs(counts)
    assert [(pair.true, pair.decision, pair.clips) for pair in pairs] == [
        (1, 0, 3),
        (1, 2, 2),
        (0, 1, 10),
    ]
    assert [pair.share for pair in pairs] == [0.3, 0.2, 0.1]
    assert len(worst_pairs(counts, most=1)) == 1
    assert in_words(pairs[:1], ["sit", "stand", "wave"]) == [
        "stand is taken for sit: 30 % (3 clips)"
    ]


@pytest.mark.parametrize("classes", [60, 120])
def test_the_labels_of_many_classes_do_not_touch(classes):
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 3, (classes, classes)) + 9 * np.eye(classes, dtype=int)
    names = [f"an action of some length, {number}" for number in range(classes)]
    figure = draw_confusion(counts, names, model="D-RNN", seeds=2, data="x", synthetic=False)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert not axes.texts  # counts would be unreadable
    for labels, side in ((axes.get_yticklabels(), 1), (axes.get_xticklabels(), 0)):
        edges = sorted(tuple(label.get_window_extent().get_points()[:, side]) for label in labels)
        assert all(a[1] <= b[0] + 1 for a, b in zip(edges, edges[1:], strict=False))
    order = clustered_order(counts)
    assert axes.get_yticklabels()[0].get_text() == f"{names[order[0]]}  {order[0] + 1}"
    drawn = axes.images[0].get_array()
    shares = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn, shares[np.ix_(order, order)])


def test_the_influence_is_counted_from_the_end():
    figure = draw_influence({"lstm": [0, 0, 1, 3]}, data="x", synthetic=False, frame_rate=2)
    line = figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata(), [75, 100, 100, 100])
    np.testing.assert_allclose(line.get_xdata(), [0.5, 1, 1.5, 2])
    for wrong in ([0, 0], [1, np.nan], [[1, 2]]):
        with pytest.raises(ValueError, match="finite numbers"):
            draw_influence({"lstm": wrong}, data="x", synthetic=False)
