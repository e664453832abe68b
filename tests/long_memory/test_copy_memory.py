"""What a D-RNN of one layer cannot say again, and one with a second layer can."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from arrays import call

from benchmarks.long_memory.build import build
from benchmarks.long_memory.longer import asked, main
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.peers.delay_line import Line, line_drnn
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import Run
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks.adding import adding
from benchmarks.long_memory.tasks.copying import BLANK, KINDS, MARKS, copying
from benchmarks.long_memory.training import judge
from keras_drnn import DelayedRNN

UNITS, PLACES = KINDS * MARKS, MARKS + 1


def copier(steps: int) -> keras.Model:
    """Two layers whose weights are written by hand; `docs/copy_memory.md` says why two.

    The first group of the lower layer is a delay line of marks, and another of GO, which says how
    many marks have been said. The slow group takes the marks over at the tenth step, and holds
    them. A unit of the upper layer is on where its place is due and its mark stands there.
    """
    x = keras.Input((steps, KINDS + 2))
    lower = DelayedRNN((UNITS + PLACES, UNITS), (1, MARKS), first_step=1, return_sequences=True)
    upper, last = DelayedRNN(UNITS, (1,), return_sequences=True), keras.layers.Dense(KINDS + 1)
    model = keras.Model(x, last(upper(lower(x))))

    read, shifted = np.zeros((KINDS + 2, UNITS + PLACES)), np.zeros([UNITS + PLACES] * 2)
    read[:KINDS, :KINDS], read[KINDS + 1, UNITS] = np.eye(KINDS), 1
    shifted[:UNITS, :UNITS], shifted[UNITS:, UNITS:] = np.eye(UNITS, k=KINDS), np.eye(PLACES, k=1)
    lower.cell.kernels[0].assign(read)
    lower.cell.recurrent_kernels[0].assign(shifted)
    lower.cell.kernels[1].assign(np.eye(UNITS + PLACES, UNITS))
    lower.cell.recurrent_kernels[1].assign(np.eye(UNITS))

    chosen = np.zeros((2 * UNITS + PLACES, MARKS, KINDS))
    held = chosen[UNITS + PLACES :].reshape(MARKS, KINDS, MARKS, KINDS)
    for place in range(MARKS):
        chosen[UNITS + 1 + place, place] = 1
        held[MARKS - 1 - place, :, place] = np.eye(KINDS)  # the last mark stands first
    upper.cell.kernels[0].assign(chosen.reshape(-1, UNITS))
    upper.cell.recurrent_kernels[0].assign(np.zeros((UNITS, UNITS)))
    upper.cell.biases[0].assign(-np.ones(UNITS))
    last.kernel.assign(np.eye(KINDS, KINDS + 1)[None].repeat(MARKS, 0).reshape(UNITS, -1))
    last.bias.assign([0.5 * (kind == BLANK) for kind in range(KINDS + 1)])
    return model


def test_a_second_layer_can_say_marks_again_after_a_long_wait():
    task = copying(1_000)
    x, y = task.draw(8, np.random.default_rng(0))
    np.testing.assert_array_equal(np.argmax(call(copier(task.steps), x), axis=-1), y)


def test_a_line_has_the_last_frames_in_it():
    layer = DelayedRNN(
        10, (1,), kernel_initializer=Line(0), recurrent_initializer=Line(3), return_sequences=True
    )
    x = np.random.default_rng(0).random((2, 6, 3)).astype("float32")
    found = np.asarray(call(layer, x))
    np.testing.assert_array_equal(found[:, 5, :9], x[:, [5, 4, 3]].reshape(2, 9))
    np.testing.assert_array_equal(found[:, 5, 9], x[:, 2, 0])


@pytest.mark.parametrize(("steps", "at"), ((12, 4), (5, 4)))
def test_the_second_group_takes_the_line_over_once_and_holds_it(steps, at):
    sequence = keras.Input((steps, 3))
    model = keras.Model(sequence, line_drnn(sequence, 15, True, at=at, hidden=0))
    x = np.random.default_rng(0).random((2, steps, 3)).astype("float32")
    line, held = np.split(np.asarray(call(model, x)), 2, axis=-1)
    assert line[:, at].all() and not held[:, :at].any()
    np.testing.assert_array_equal(held[:, at:], line[:, at : at + 1].repeat(steps - at, axis=1))
    assert not model.trainable_weights


def test_what_answers_is_hidden_and_the_last_step_alone_where_that_is_wanted():
    x = keras.Input((6, 3))
    model = keras.Model(x, line_drnn(x, 8, False, at=2, hidden=0.5, trained=True))
    assert model.output.shape == (None, 4) and len(model.trainable_weights) == 8


def test_what_was_learnt_is_asked_at_another_wait(tmp_path):
    small = {"training_samples": 40, "held_out_samples": 9}
    learnt, longer = (replace(adding(steps), **small) for steps in (6, 9))
    options = PEERS["line_drnn"].options({"at": 3, "trained": True})
    run = Run("adding6", "line_drnn", 300, options, Recipe(epochs=1, batch=20), seed=0)
    found = perform(run, learnt, results=tmp_path, work=tmp_path, test=False, say=lambda line: None)
    checkpoint = tmp_path / "adding6" / f"{run.name}.npz"
    same = asked(found, checkpoint, learnt, {6: learnt, 9: longer})
    assert same["6"] == pytest.approx(found["validation"]) and np.isfinite(same["9"])
    untrained, _ = build(PEERS["line_drnn"], learnt, 300, options)
    assert same["6"] != pytest.approx(judge(untrained, learnt, learnt.validation(), 20))
    with pytest.raises(ValueError, match="checkpoint of a training"):
        asked(found, tmp_path / "none.npz", learnt, {})


def test_what_was_asked_at_other_waits_before_stays(tmp_path, monkeypatch):
    run = Run("copy20", "drnn", 300, {}, Recipe(), 0)
    run.write(tmp_path, {"validation": 0.5, "longer": {"200": 0.25}})
    monkeypatch.setattr("benchmarks.long_memory.longer.asked", lambda *given: {"1000": 0.125})
    main([str(run.path(tmp_path)), "--steps", "1000"])
    assert run.read(tmp_path)["longer"] == {"200": 0.25, "1000": 0.125}
