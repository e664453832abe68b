"""How far back the last answer looks, of a run before and after its training."""

import json

import numpy as np
import pytest

from benchmarks.long_memory.build import build
from benchmarks.long_memory.groups import grouped
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.reach import BEYOND, of_group, reaches
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.report import tables
from benchmarks.long_memory.results import Run, read
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks.adding import AddingTask
from benchmarks.long_memory.tasks.measures import SQUARED_ERROR
from keras_drnn.influence import input_influence, share_beyond

TASK = AddingTask(
    "adding20", 20, 2, 1, SQUARED_ERROR, solved=0.001, training_samples=40, held_out_samples=16
)


@pytest.fixture
def content(tmp_path):
    run = Run(
        "adding20", "drnn", 300, PEERS["drnn"].options({"delays": [1, 3]}),
        Recipe(epochs=2, batch=20, learning_rate=0.05, dropout=0.3), 5,
    )  # fmt: skip
    perform(run, TASK, results=tmp_path, work=tmp_path, test=True, say=lambda line: None)
    return read(run.path(tmp_path))


def test_the_reach_is_that_of_the_weights_drawn_and_of_the_weights_trained(tmp_path, content):
    (name, found), *others = reaches([content], TASK, tmp_path, (), lambda line: None)
    assert not others and name == f"drnn-300-{name.split('-')[2]}-seed5" and found["epochs"] == 2
    model, _ = build(PEERS["drnn"], TASK, 300, content["options"], dropout=0.3, seed=5)
    fall = np.mean([input_influence(model, x)[-1, ::-1] for x in TASK.validation().x[:8]], axis=0)
    # Of 20 steps the distances of 100 and 300 do not exist.
    assert found["before"]["beyond"] == {"10": pytest.approx(share_beyond(fall, [10])[0], rel=1e-3)}
    assert found["after"]["beyond"]["10"] != pytest.approx(
        found["before"]["beyond"]["10"], rel=0.01
    )


def test_what_was_measured_is_not_measured_again_and_what_cannot_be_is_named(tmp_path, content):
    lines = []
    other = {**content, "seed": 6}
    known = dict(reaches([content], TASK, tmp_path, (), lambda line: None))
    assert not list(reaches([content, other], TASK, tmp_path, known, lines.append))
    assert len(lines) == 1 and "seed6: left out, no checkpoint" in lines[0]


def test_a_model_whose_answer_nothing_moves_has_no_reach(tmp_path, content):
    (checkpoint,) = tmp_path.glob("adding20/*.npz")
    with np.load(checkpoint) as arrays:
        saved = dict(arrays)
    dead = {
        name: value * 0 if "kernel" in name and "optimizer" not in name else value
        for name, value in saved.items()
    }
    assert any(not value.any() and saved[name].any() for name, value in dead.items())
    np.savez(checkpoint, **dead)
    ((_, found),) = reaches([content], TASK, tmp_path, (), lambda line: None)
    assert found["before"]["beyond"]["10"] > 0 and found["after"] is None


def test_the_page_shows_the_mean_of_the_seeds_that_were_measured(content):
    runs = [json.loads(json.dumps({**content, "seed": seed})) for seed in range(3)]
    (group,) = grouped(runs)
    name = (
        f"{Run('adding20', 'drnn', 300, content['options'], Recipe(**content['recipe']), 0).name}"
    )

    def said(*shares):
        return {"beyond": dict(zip(map(str, BEYOND), shares, strict=False))}

    known = {
        name: {"before": said(0.2, 0.001), "after": said(0.9, 0.0001)},
        name.replace("seed0", "seed1"): {"before": said(0.4, 0.003), "after": said(0.7, 0.0)},
        name.replace("seed0", "seed2"): {"before": said(0.4, 0.003), "after": None},
    }
    assert len(of_group(group, known)) == 3 and of_group(group, {}) == []
    lines = tables([group], [], {}, {"adding20": known}).splitlines()
    table = lines[lines.index("#### How far back the last answer looks: adding20") :]
    assert table[4].endswith("| 2, of 1 more nothing is left | 30 % | 0.2 % | 80 % | < 0.1 % |")
    assert "beyond 300" not in table[2]
    assert "####" not in tables([group], [], {})
