"""The data sets of the package, by what their authors publish, and what a data set has to say."""

from dataclasses import replace
from hashlib import sha256

import pytest

from keras_drnn.data_sets import (
    DataSet,
    Protocol,
    data_set_names,
    demo,
    find_data_set,
    ntu,
    ntu120,
    nucla,
)
from keras_drnn.skeletons.ntu import READER


def test_the_published_protocols():
    assert (ntu.CROSS_VIEW.train, ntu.CROSS_VIEW.test) == ((2, 3), (1,))
    assert (nucla.CROSS_VIEW.train, nucla.CROSS_VIEW.test) == ((1, 2), (3,))
    train, test = ntu.CROSS_SUBJECT.train, ntu.CROSS_SUBJECT.test
    assert len(train) == len(test) == 20 and set(train) | set(test) == set(range(1, 41))
    assert {1, 19, 25, 38} <= set(train) and {3, 20, 40} <= set(test)
    for protocol in (ntu.CROSS_VIEW, ntu.CROSS_SUBJECT):
        assert list(protocol.actions) == list(range(1, 61))
        assert len(set(protocol.actions.values())) == 60
        assert protocol.actions[43] == "fall down" and protocol.actions[58] == "shake hands"
    actions = nucla.CROSS_VIEW.actions
    assert list(actions) == [1, 2, 3, 4, 5, 6, 8, 9, 11, 12]
    assert list(actions.values())[6:] == ["donning", "doffing", "throw", "carry"]


def test_ntu_120_as_its_authors_evaluate_it():
    assert [protocol.name for protocol in ntu120.DATA_SET.protocols] == [
        "cross-subject",
        "cross-setup",
    ]
    train, test = ntu120.CROSS_SUBJECT.train, ntu120.CROSS_SUBJECT.test
    assert len(train) == len(set(train)) == 53 and sum(train) == 2795
    assert set(train) | set(test) == set(range(1, 107)) and not set(train) & set(test)
    # The people of NTU RGB+D stay on their side.
    assert {subject for subject in train if subject <= 40} == set(ntu.CROSS_SUBJECT.train)
    assert {45, 70, 103} <= set(train) and {41, 48, 51, 60, 101, 104, 106} <= set(test)
    assert ntu120.CROSS_SETUP.train == tuple(range(2, 33, 2))
    assert ntu120.CROSS_SETUP.test == tuple(range(1, 32, 2))
    for protocol in ntu120.DATA_SET.protocols:
        assert list(protocol.actions) == list(range(1, 121))
        assert len(set(protocol.actions.values())) == 120
        assert {number: protocol.actions[number] for number in (43, 61, 80, 105, 112, 120)} == {
            43: "fall down",
            61: "put on headphones",
            80: "squat down",
            105: "blow nose",
            112: "high-five",
            120: "play rock-paper-scissors",
        }


def test_the_samples_without_skeletons_are_those_that_the_authors_list():
    for data_set, count, digest in (
        (ntu, 302, "3ff503429ae912d9"),
        (ntu120, 535, "58d30a6fdf262ab9"),
    ):
        missing = data_set.DATA_SET.extent.missing
        assert len(missing) == count
        assert sha256("\n".join(sorted(missing)).encode()).hexdigest()[:16] == digest
        # Each is one of the data set's own clips.
        assert not any(data_set.DATA_SET.extent.beyond(READER.match(name)) for name in missing)


def test_the_demo_is_split_like_ntu_and_says_that_it_is_computed():
    assert [(p.name, p.train, p.test) for p in demo.DATA_SET.protocols] == [
        (p.name, p.train, p.test) for p in ntu.DATA_SET.protocols
    ]
    assert demo.DATA_SET.synthetic and "ynthetic" in demo.DATA_SET.notices[0]
    assert not ntu.DATA_SET.synthetic and not nucla.DATA_SET.notices
    order = [demo.ACTIONS[number] for number in demo.DATA_SET.subsets["order"]]
    assert len(order) == 6 and all(name.startswith("raise") for name in order)


@pytest.mark.parametrize("name", data_set_names())
def test_each_has_its_own_name_and_a_subset_names_its_actions(name):
    data_set = find_data_set(name)
    assert data_set.name == name
    for actions in data_set.subsets.values():
        assert set(actions) <= set(data_set.protocol().actions)


def test_the_first_protocol_is_taken_unless_another_is_asked_for():
    assert ntu.DATA_SET.protocol() is ntu.DATA_SET.protocol("cross-view") is ntu.CROSS_VIEW
    assert ntu.DATA_SET.protocol("cross-subject") is ntu.CROSS_SUBJECT
    with pytest.raises(ValueError, match="one of cross-view. Received: protocol='cross-subject'"):
        nucla.DATA_SET.protocol("cross-subject")


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"name": ""}, "name=''"),
        ({"name": "../mine"}, "letters, digits"),
        ({"name": "mein übung"}, "letters, digits"),
        ({"name": "--help"}, "does not begin"),
        ({"protocols": ()}, "one protocol or more"),
        (
            {"reader": nucla.DATA_SET.reader, "protocols": (ntu120.CROSS_SETUP,)},
            "what the file names say, action, camera, subject. Received: cross-setup of ntu, by",
        ),
        ({"protocols": (ntu.CROSS_VIEW, nucla.CROSS_VIEW)}, "a name of its own.*'cross-view'"),
    ],
)
def test_a_data_set_that_could_not_be_used_is_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        replace(ntu.DATA_SET, **changes)
    assert isinstance(ntu.DATA_SET, DataSet)


def test_folds_make_one_result_and_divide_the_same_clips():
    def fold(name, train, test, actions=(1,), folds="by-person"):
        named = {action: f"action {action}" for action in actions}
        return Protocol(name, "subject", train, test, actions=named, folds=folds)

    first, second = fold("one", (2, 3), (1,)), fold("two", (1, 3), (2,))
    other = fold("views", (1, 2), (3,), folds="")
    gym = DataSet("gym", "", READER, (first, other, second))
    assert gym.folds() == (first, second) == gym.folds("by-person")
    assert gym.folds("two") == (second,) and gym.folds("views") == (other,)
    assert gym.protocol() is gym.protocol("by-person") is first
    assert ntu.DATA_SET.folds() == (ntu.CROSS_VIEW,)
    for name in ("three", ""):
        with pytest.raises(ValueError, match="one of one, views, two, by-person. Received"):
            gym.folds(name)
    for wrong in (
        fold("two", (2, 3), (1,)),
        fold("two", (1,), (2,)),
        fold("two", (1, 3), (2,), actions=(1, 2)),
    ):
        with pytest.raises(ValueError, match="the folds one, two named by-person of gym"):
            DataSet("gym", "", READER, (first, wrong))
    with pytest.raises(ValueError, match="a name of its own, and so have folds"):
        DataSet("gym", "", READER, (fold("by-person", (1,), (2,)),))
