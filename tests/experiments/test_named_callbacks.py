"""Callbacks by name: made anew for each training, and a wrong name is told beforehand."""

import sys
from types import SimpleNamespace

import keras
import pytest

from keras_drnn.experiments.comparison import ComparisonSettings
from keras_drnn.experiments.named_callbacks import check_callbacks, make_callbacks
from keras_drnn.tuning.objective import SCORE
from keras_drnn.tuning.settings import SearchSettings

CODE = """
import keras

def plain():
    return keras.callbacks.TerminateOnNaN()

def board(folder, name="board"):
    return keras.callbacks.LambdaCallback(on_epoch_end=(folder / name))

def wants(folder, key, *more):
    ...

def gives_none():
    ...

NUMBER = 3
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, with a module of callbacks and one that is broken."""
    (tmp_path / "my_own_callbacks.py").write_text(CODE)
    (tmp_path / "broken_callbacks.py").write_text("raise RuntimeError('no key')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("my_own_callbacks", None)


def test_every_training_gets_its_own_and_its_folder_if_it_is_asked_for(here):
    names = ["my_own_callbacks:plain", "my_own_callbacks:board", "keras.callbacks:TerminateOnNaN"]
    check_callbacks(names)
    first, again = make_callbacks(names, here / "a"), make_callbacks(names, here / "b")
    assert all(isinstance(each, keras.callbacks.Callback) for each in first)
    assert not set(map(id, first)) & set(map(id, again))
    assert [made[1].on_epoch_end for made in (first, again)] == [
        here / "a" / "board",
        here / "b" / "board",
    ]


@pytest.mark.parametrize(
    "name, words",
    [
        ("my_own_callbacks", "named as module:factory.*Received: 'my_own_callbacks'"),
        (":plain", "named as module:factory"),
        ("my_own_callbacks:", "named as module:factory"),
        ("absent_callbacks:plain", "current folder or installed.*No module named"),
        ("broken_callbacks:plain", "RuntimeError: no key"),
        ("my_own_callbacks:plane", "class plane in the module.*where there is none"),
        ("my_own_callbacks:NUMBER", "which is 3"),
        ("my_own_callbacks:wants", "no arguments but `folder`.*which needs key$"),
    ],
)
def test_a_wrong_name_is_told_before_anything_is_trained(name, words):
    for settings in (
        lambda: ComparisonSettings(("drnn",), callbacks=(name,)),
        lambda: SearchSettings.of({"callbacks": [name]}),
    ):
        with pytest.raises(ValueError, match=words):
            settings()


def test_what_is_no_callback_is_refused(here):
    with pytest.raises(ValueError, match="gives_none to give a Keras callback.*Received: None"):
        make_callbacks(["my_own_callbacks:gives_none"], here)


def test_other_callbacks_are_another_search_and_none_are_as_before():
    named = SearchSettings(callbacks=("my_own_callbacks:plain",))
    assert named.decisive()["callbacks"] == ("my_own_callbacks:plain",)
    assert "callbacks" not in SearchSettings().decisive()
    assert SearchSettings.of({"callbacks": ["my_own_callbacks:plain"]}) == named


def test_trials_and_winners_of_a_search_get_them(here, monkeypatch):
    from keras_drnn.tuning import skeletons
    from keras_drnn.tuning.skeletons import SkeletonCandidate

    given = []
    monkeypatch.setattr(
        skeletons,
        "build_and_train",
        lambda *arguments, callbacks, **how: (given.append(callbacks), [])[::1],
    )
    monkeypatch.setattr(skeletons.runs, "run", lambda *a, callbacks, **how: given.append(callbacks))
    names = ("my_own_callbacks:plain",)
    objective = SimpleNamespace(data=None, callbacks=names, splits=[None], score=SCORE)
    candidate = SkeletonCandidate(objective, SimpleNamespace(cell="drnn"))
    candidate.train_fold(here / "fold", 0, lambda step: None)
    candidate.train_winner(here / "winner", 0, SimpleNamespace(on_step=None, on_evaluation=None))
    assert isinstance(given[0][-1], keras.callbacks.TerminateOnNaN) and given[1] == names
