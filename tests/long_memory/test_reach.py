"""How far back the last answer looks, of a run before and after its training."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from benchmarks.long_memory.build import build
from benchmarks.long_memory.groups import grouped
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.reach import BEYOND, of_group, reaches
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.result_tables import tables
from benchmarks.long_memory.results import Run, read, run_of
from benchmarks.long_memory.running import perform
from benchmarks.long_memory.tasks.adding import AddingTask
from benchmarks.long_memory.tasks.copying import copying
from benchmarks.long_memory.tasks.measures import SQUARED_ERROR
from benchmarks.long_memory.training import train
from keras_drnn.influence import input_influence, share_beyond

TASK = AddingTask(
    "adding20", 20, 2, 1, SQUARED_ERROR, solved=0.001, training_samples=40, held_out_samples=16
)
RECIPE = Recipe(epochs=2, batch=20, learning_rate=0.05, dropout=0.3)


@pytest.fixture
def content(tmp_path):
    run = Run("adding20", "drnn", 300, PEERS["drnn"].options({"delays": [1, 3]}), RECIPE, 5)
    perform(run, TASK, results=tmp_path, work=tmp_path, test=True, say=lambda line: None)
    return read(run.path(tmp_path))


@pytest.mark.parametrize("every_step", (False, True))
def test_the_reach_is_that_of_the_weights_drawn_and_of_the_weights_trained(tmp_path, every_step):
    task = copying(5) if every_step else TASK
    options = PEERS["drnn"].options({"delays": [1, 3]})
    run = Run(task.name, "drnn", 300, options, RECIPE, 5)
    model, _ = build(PEERS["drnn"], task, 300, options, RECIPE, seed=5)

    def share():
        falls = [input_influence(model, x)[-1, ::-1] for x in task.validation().x[:8]]
        return share_beyond(np.mean(falls, axis=0), [10])[0]

    drawn = share()
    checkpoint = tmp_path / task.name / f"{run.name}.npz"
    checkpoint.parent.mkdir()
    small = task if task is TASK else replace(task, training_samples=40)
    train(model, small, RECIPE, 5, checkpoint, lambda line: None)
    trained = share()
    assert trained != pytest.approx(drawn, rel=0.01)
    contents = [{**asdict(run), "data": task.data}]
    ((name, found),) = reaches(contents, task, tmp_path, (), lambda line: None)
    assert name == run.name and found["epochs"] == 2
    # Of 20 and 25 steps the distances of 100 and 300 do not exist.
    assert found["before"]["beyond"] == {"10": pytest.approx(drawn, rel=1e-3)}
    assert found["after"]["beyond"] == {"10": pytest.approx(trained, rel=1e-3)}


def test_what_was_measured_is_not_measured_again_and_what_cannot_be_is_named(tmp_path, content):
    lines = []
    other, of_others = {**content, "seed": 6}, {**content, "seed": 7, "data": "others"}
    (checkpoint,) = tmp_path.glob("adding20/*.npz")
    copy = checkpoint.with_name(checkpoint.name.replace("seed5", "seed7"))
    copy.write_bytes(checkpoint.read_bytes())
    known = dict(reaches([content], TASK, tmp_path, (), lambda line: None))
    assert not list(reaches([content, other, of_others], TASK, tmp_path, known, lines.append))
    assert len(lines) == 2 and "seed6: left out, no checkpoint" in lines[0]
    assert "seed7: left out" in lines[1] and "other data" in lines[1]


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


def test_a_checkpoint_that_cannot_be_read_stops_nothing(tmp_path, content):
    (checkpoint,) = tmp_path.glob("adding20/*.npz")
    other = {**content, "seed": 6}
    for broken in (b"", b"no archive"):
        checkpoint.with_name(checkpoint.name.replace("seed5", "seed6")).write_bytes(broken)
        lines = []
        ((name, _),) = reaches([other, content], TASK, tmp_path, (), lines.append)
        assert name.endswith("seed5") and "seed6: left out" in lines[0]


def test_the_page_shows_the_mean_of_the_seeds_that_were_measured(content):
    runs = [json.loads(json.dumps({**content, "seed": seed})) for seed in range(3)]
    (group,) = grouped(runs)
    name = run_of(runs[0]).name

    def said(*shares):
        return {"beyond": dict(zip(map(str, BEYOND), shares, strict=False))}

    known = {
        name: {"before": said(0.2, 0.001), "after": said(0.9, 0.0001)},
        name.replace("seed0", "seed1"): {"before": said(0.4, 0.003), "after": said(0.7, 0.0)},
        name.replace("seed0", "seed2"): {"before": said(0.4, 0.003), "after": None},
    }
    assert len(of_group(group, known)) == 3 and of_group(group, {}) == []
    found = tables([group], [], {}, {"adding20": known})
    lines = found["reach of adding"].splitlines()
    epochs = group.recipe.epochs
    assert lines[2].endswith(
        f"| {epochs} | 2, of 1 more nothing is left | 30 % | 0.2 % | 80 % | < 0.1 % |"
    )
    assert lines[0].startswith("| steps | model |") and "| epochs | seeds |" in lines[0]
    assert "beyond 300" not in lines[0]
    assert set(tables([group], [], {})) == {"adding", "poses"}
