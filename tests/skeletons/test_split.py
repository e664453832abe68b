"""Protocols and splits: who trains, who validates, who is never looked at."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_drnn.data_sets import ntu, ntu120, nucla
from keras_drnn.skeletons.index import ClipIndex
from keras_drnn.skeletons.split import split, unused_clips, unused_warning

NTU_CROSS_VIEW, NTU_CROSS_SUBJECT = ntu.CROSS_VIEW, ntu.CROSS_SUBJECT
NUCLA_CROSS_VIEW = nucla.CROSS_VIEW


def index_of(clips):
    """An index of clips given as (subject, camera, action), or (..., setup)."""
    return ClipIndex.of_records(
        [
            {
                **{"name": str(n), "subject": subject, "camera": camera, "action": action},
                **{
                    "frames": 1,
                    "offset": n,
                    "sha256": str(n),
                    "coordinates": str(n),
                    "setup": setup,
                },
            }
            for n, (subject, camera, action, setup) in enumerate((*clip, 1)[:4] for clip in clips)
        ]
    )


def full(subjects, cameras=(1, 2, 3), actions=(1, 2)):
    return index_of((s, c, a) for a in actions for s in subjects for c in cameras)


def test_cross_view():
    index = full(range(1, 11))
    parts = split(index, NUCLA_CROSS_VIEW)
    assert set(index.camera[parts.test]) == {3} and len(parts.test) == 20
    assert set(index.camera[parts.train]) == set(index.camera[parts.validation]) == {1, 2}
    assert parts.validation_subjects == (6,)
    assert set(index.subject[parts.validation]) == {6}
    assert set(index.subject[parts.train]) == set(range(1, 11)) - {6}
    # Somebody held out for validation is still somebody to test on.
    assert 6 in index.subject[parts.test]


def test_cross_subject():
    index = full(range(1, 41))
    parts = split(index, NTU_CROSS_SUBJECT)
    assert set(index.subject[parts.test]) == set(NTU_CROSS_SUBJECT.test)
    assert len(parts.validation_subjects) == 2
    assert set(parts.validation_subjects) < set(NTU_CROSS_SUBJECT.train)
    assert set(index.subject[parts.validation]) == set(parts.validation_subjects)
    assert set(index.camera[parts.test]) == {1, 2, 3}


@given(
    st.lists(
        st.tuples(st.integers(1, 45), st.integers(1, 4), st.sampled_from([3, 7, 60, 61])),
        max_size=60,
    ),
    st.sampled_from([NTU_CROSS_VIEW, NTU_CROSS_SUBJECT]),
    st.floats(0.01, 0.99),
)
def test_parts_never_overlap_and_nothing_disappears(clips, protocol, fraction):
    index = index_of(clips)
    try:
        parts = split(index, protocol, validation_fraction=fraction)
    except ValueError:
        return
    all_parts = [parts.train, parts.validation, parts.test, parts.left_out]
    assert sorted(np.concatenate(all_parts).tolist()) == list(range(len(clips)))
    for part in all_parts:
        assert part.dtype == np.int64 and (np.diff(part) > 0).all()
    assert all(len(part) for part in all_parts[:3])
    assert not set(index.subject[parts.train]) & set(index.subject[parts.validation])
    values = getattr(index, protocol.attribute)
    assert set(values[parts.test]) <= set(protocol.test)
    assert set(values[parts.train]) | set(values[parts.validation]) <= set(protocol.train)
    assert (parts.labels[parts.left_out] == -1).all()
    assert set(parts.labels[parts.train]) == set(range(len(parts.class_names)))


def test_cross_setup_validates_by_training_subjects_alone():
    # Everybody is in all setups of his action, so on both sides, as under cross-view.
    clips = [(s, 1, a, setup) for s in range(1, 21) for a in (1, 61) for setup in (1, 2, 31, 32)]
    index = index_of(clips)
    parts = split(index, ntu120.CROSS_SETUP)
    assert set(index.setup[parts.test]) == {1, 31} and len(parts.test) == 80
    held_out = np.isin(index.subject, parts.validation_subjects)
    assert len(parts.validation_subjects) == 2
    even = index.setup % 2 == 0
    np.testing.assert_array_equal(parts.validation, np.flatnonzero(held_out & even))
    np.testing.assert_array_equal(parts.train, np.flatnonzero(~held_out & even))
    # Who is seen by the test side alone has no say in it.
    more = split(index_of([*clips, (0, 1, 1, 3), (90, 1, 1, 5)]), ntu120.CROSS_SETUP)
    assert more.validation_subjects == parts.validation_subjects


def test_the_same_split_every_time():
    index = full(range(1, 41))
    one, other = split(index, NTU_CROSS_VIEW), split(index, NTU_CROSS_VIEW)
    for part in ("train", "validation", "test", "labels"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))
    assert one.validation_subjects == other.validation_subjects


@pytest.mark.parametrize(
    "subjects, fraction, held_out",
    [(2, 0.1, 1), (10, 0.1, 1), (20, 0.1, 2), (40, 0.1, 4), (10, 0.5, 5), (10, 0.3, 3)],
)
def test_share_of_the_subjects_held_out(subjects, fraction, held_out):
    parts = split(full(range(1, subjects + 1)), NTU_CROSS_VIEW, validation_fraction=fraction)
    assert len(parts.validation_subjects) == held_out


def test_the_test_side_does_not_decide_who_validates():
    seen_by_1 = [(subject, 1, 1) for subject in range(41, 60)]
    trained = [(subject, camera, 1) for subject in range(1, 11) for camera in (2, 3)]
    with_them = split(index_of(trained + seen_by_1), NTU_CROSS_VIEW)
    without = split(index_of([*trained, (1, 1, 1)]), NTU_CROSS_VIEW)
    assert with_them.validation_subjects == without.validation_subjects


def test_labels_are_contiguous_over_the_actions_there_are():
    index = full((1, 2), actions=(12, 8, 1))
    parts = split(index, NUCLA_CROSS_VIEW)
    assert parts.class_names == ("pick up with one hand", "donning", "carry")
    assert {int(a): int(x) for a, x in zip(index.action, parts.labels, strict=True)} == {
        1: 0,
        8: 1,
        12: 2,
    }


def test_clips_on_no_side_are_left_out():
    index = index_of([(1, 2, 1), (2, 3, 1), (1, 1, 1), (1, 4, 1), (1, 2, 61)])
    parts = split(index, NTU_CROSS_VIEW)
    assert parts.left_out.tolist() == [3, 4]
    assert parts.labels.tolist() == [0, 0, 0, -1, -1]


def test_clips_that_are_not_used_are_counted_and_told_why():
    clips = [(1, 2, 1), (2, 3, 1), (1, 1, 1), (1, 4, 1), (1, 2, 61), (1, 5, 62), (1, 4, 2)]
    index = index_of(clips)
    reasons = unused_clips(index, NTU_CROSS_VIEW)
    assert sorted(map(list, reasons.values())) == [[3, 6], [4, 5]]
    assert (
        sorted(np.concatenate(list(reasons.values())))
        == split(index, NTU_CROSS_VIEW).left_out.tolist()
    )
    assert unused_warning(index, NTU_CROSS_VIEW) == (
        "cross-view does not use 4 of the 7 clips: 2 of action 61-62, not among the protocol's "
        "actions 1-60; 2 of camera 4, on no side of the protocol"
    )
    used = index_of(clips[:3])
    assert unused_clips(used, NTU_CROSS_VIEW) == {} and unused_warning(used, NTU_CROSS_VIEW) is None


def test_subjects_chosen_by_hand():
    index = full(range(1, 11))
    parts = split(index, NTU_CROSS_VIEW, validation_subjects=[7, 2])
    assert parts.validation_subjects == (2, 7)
    assert set(index.subject[parts.validation]) == {2, 7}
    everybody = split(index, NTU_CROSS_VIEW, validation_subjects=())
    assert len(everybody.validation) == 0 and len(everybody.train) == 40


@pytest.mark.parametrize(
    "index, settings, says",
    [
        (full((1, 2), cameras=(2, 3)), {}, "camera 1 and .*test side.*found none.*camera 2-3"),
        (full((1, 2), cameras=(1,)), {}, "camera 2-3 and .*training side.*found none.*camera 1 "),
        (full((1, 2), actions=(77,)), {}, "actions 1-60.*found none.*actions 77"),
        (index_of([]), {}, "found none. Received: 0 clips of camera .none."),
        (full((5,)), {}, "at least 2 subjects.*Received: subjects 5"),
        # The camera is what is to be mended first: more subjects would not help.
        (
            index_of([(8, 1, 1), (8, 1, 2), (8, 2, 3), (8, 1, 3)]),
            {},
            "training side.*camera 2-3.*found none of action 1-2",
        ),
        (full((1, 2)), {"validation_subjects": (1, 2)}, "subjects 1-2 held out.*found none"),
        (full((1, 2)), {"validation_subjects": (1, 9)}, "are 1-2. Received: .*1, 9"),
        (full((1, 2)), {"validation_fraction": 0.0}, "above 0 and below 1.*=0.0"),
        (full((1, 2)), {"validation_fraction": 1.0}, "above 0 and below 1.*=1.0"),
        (full((1, 2)), {"validation_fraction": 0.9}, "subjects 1-2 held out.*found none"),
        (
            index_of([(1, 2, 1), (2, 2, 1), (2, 2, 3), (1, 1, 1), (1, 1, 4)]),
            {"validation_subjects": [2]},
            "every action on the training side.*camera 2-3.*found none of action 4",
        ),
        (
            index_of([(1, 2, 1), (2, 2, 1), (2, 2, 3), (1, 1, 1)]),
            {"validation_subjects": [2]},
            "training clip of every action, found none of 3 beside those of the subjects 2",
        ),
    ],
)
def test_a_split_with_an_empty_side_says_what_there_is(index, settings, says):
    with pytest.raises(ValueError, match=says):
        split(index, NTU_CROSS_VIEW, **settings)


def test_a_protocol_of_your_own():
    mine = replace(NTU_CROSS_VIEW, train=(5,), test=(6,), actions={9: "b", 2: "a"})
    parts = split(full((1, 2), cameras=(5, 6), actions=(2, 9)), mine)
    assert parts.class_names == ("a", "b") and len(parts.test) == 4


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"train": (1, 2), "test": (2,)}, r"none on two.*train=\(1, 2\)"),
        ({"test": ()}, r"test=\(\)"),
        ({"actions": {}}, "at least one action"),
    ],
)
def test_a_protocol_that_contradicts_itself(changes, says):
    with pytest.raises(ValueError, match=says):
        replace(NTU_CROSS_VIEW, **changes)


def test_where_nobody_has_a_name_clips_of_each_action_are_held_out():
    clips = [(0, camera, 1) for camera in (1, 2, 3) * 20] + [(0, 1, 2)] * 5 + [(0, 2, 3), (0, 3, 3)]
    index = index_of(clips)
    parts = split(index, NUCLA_CROSS_VIEW)
    assert parts.validation_subjects == ()
    assert np.bincount(index.action[parts.validation]).tolist() == [0, 4, 1]
    # An action with a single clip trains on it; the test side is what it is with names.
    assert 3 in index.action[parts.train] and set(index.camera[parts.test]) == {3}
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(together) == list(range(len(clips)))
    everything = split(index, NUCLA_CROSS_VIEW, validation_subjects=())
    assert not len(everything.validation) and len(everything.train) == 46
    with pytest.raises(ValueError, match="validation_fraction=1"):
        split(index, NUCLA_CROSS_VIEW, validation_fraction=1)
    # One who has a name is a person whom a held-out clip would show twice.
    with pytest.raises(ValueError, match="at least 2 subjects"):
        split(index_of([(7, *rest) for _, *rest in clips]), NUCLA_CROSS_VIEW)
