"""The page's tables and pictures, and what a step costs in a stream."""

import re

import matplotlib
import numpy as np
import pytest
from long_memory_runs import run
from matplotlib.figure import Figure as Picture
from stream_files import write_stream

from benchmarks.long_memory import stepping
from benchmarks.long_memory.groups import best, grouped, read_groups, shown
from benchmarks.long_memory.pictures import Point, _apart, _panel, draw
from benchmarks.long_memory.published import Figure, read_figures
from benchmarks.long_memory.report import BEGIN, END, PAGE, measured, write
from benchmarks.long_memory.result_tables import tables
from benchmarks.long_memory.results import RESULTS
from benchmarks.long_memory.tasks import TASKS
from benchmarks.long_memory.tasks.shapes import shape
from benchmarks.long_memory.titles import place, title


def judged(seed, value, **more):
    details = {"width": 2, "multiply_adds": 1234, "test": value, **more}
    return run(seed, more.pop("held_out", value), **details)


def with_epochs(epochs, of_run):
    return {**of_run, "recipe": {**of_run["recipe"], "epochs": epochs}}


def test_of_each_model_the_tested_settings_of_most_seeds_are_shown():
    runs = [
        run(0, 0.99, rate=0.01, width=2),
        *(judged(seed, 0.5 + seed / 10, rate=0.02) for seed in range(2)),
        judged(0, 0.95, rate=0.03),
    ]
    (group,) = shown(grouped(runs))
    assert group.tested == [0.5, 0.6] and group.first["recipe"]["learning_rate"] == 0.02
    # A longer training is another row.
    longer = with_epochs(20, judged(0, 0.7))
    both = shown(grouped([*runs, longer]))
    assert [each.tested for each in both] == [[0.5, 0.6], [0.7]]


def test_of_equals_that_with_the_smaller_spread_is_shown_in_whatever_order_files_are_read():
    # Neither what does better on the test data, nor what a file is called.
    spread = [run(seed, value, rate=0.01, test=0.9) for seed, value in enumerate((0.4, 0.6))]
    level = [run(seed, 0.5, rate=0.02, test=0.1) for seed in range(2)]
    lost = [
        run(seed, float("nan"), rate=rate, task="adding9") for rate in (0.1, 0.2) for seed in (0,)
    ]
    for runs in ([*spread, *level], [*level, *spread]):
        (group,) = shown(grouped(runs))
        assert group.tested == [0.1, 0.1]
    # A single seed has no spread to be small.
    alone = [run(0, 0.5, rate=0.01)]
    assert grouped([*alone, *level])[0].recipe.learning_rate == 0.02
    longer = [with_epochs(20, each) for each in spread]
    for runs in ([*longer, *level], [*level, *longer]):
        (point,) = best(grouped(runs))
        assert point.tested == [0.1, 0.1]
    # In pictures the last step comes before the mean over steps.
    pooled = [grouped([run(0, 0.5, pooling=pooling, test=0.2)])[0] for pooling in ("mean", "last")]
    for groups in (pooled, pooled[::-1]):
        (point,) = best(groups)
        assert point.recipe.pooling == "last"
    for runs in (lost, lost[::-1]):
        assert [each.recipe.learning_rate for each in grouped(runs)] == [0.1, 0.2]


def test_a_point_of_a_picture_is_what_does_best_on_what_is_held_out():
    # Neither what has more epochs, nor what does better on the test data.
    settings = ((20, 0.9, 0.7), (30, 0.8, 0.75), (10, 0.85, 0.8))
    both = [
        group
        for epochs, held_out, test in settings
        for group in grouped([with_epochs(epochs, judged(0, test, held_out=held_out))])
    ]
    assert [each.tested for each in best(both)] == [[0.7]]
    assert [each.tested for each in best(both[::-1])] == [[0.7]]
    # Where less is better too.
    errors = [
        group
        for epochs, error in ((20, 0.1), (30, 0.2))
        for group in grouped([with_epochs(epochs, judged(0, error, measure="squared_error"))])
    ]
    assert [each.tested for each in best(errors)] == [[0.1]]
    # What was not tested, or diverged with a seed, is none.
    diverged = [with_epochs(5, judged(seed, value)) for seed, value in ((0, 0.95), (1, np.nan))]
    untested = with_epochs(3, run(0, 0.99, width=2))
    assert [each.tested for each in best([*both, *grouped([*diverged, untested])])] == [[0.7]]
    # Of each size, model and task by itself.
    others = grouped(
        [
            judged(0, 0.1, parameters=200),
            judged(0, 0.2, model="lstm"),
            judged(0, 0.3, task="smnist"),
        ]
    )
    found = best([*both, *others])
    assert sorted(each.tested[0] for each in found) == [0.1, 0.2, 0.3, 0.7]


def test_both_poolings_have_a_row_and_of_equals_the_picture_has_the_last_step():
    runs = [judged(0, 0.9, pooling="mean", held_out=1.0), judged(0, 0.8, held_out=1.0)]
    for order in (runs, runs[::-1]):
        groups = shown(grouped(order))
        assert [each.tested for each in best(groups)] == [[0.8]]
        rows = tables(groups, [], {})["psmnist"].splitlines()
        assert rows[0].startswith("| model | pooling | test |")
        assert rows[2].startswith("| `drnn` | mean | 90.00 % |")
        assert rows[3].startswith("| `drnn` | last | 80.00 % |")
    better = judged(0, 0.7, pooling="mean", held_out=1.1)
    assert [each.tested for each in best(grouped([*runs[1:], better]))] == [[0.7]]


def test_adversarial_training_has_a_row_and_no_place_in_pictures():
    runs = [judged(0, 0.8, held_out=0.9), judged(0, 0.9, adversarial=0.1, held_out=1.0)]
    # Of two settings with it the one that does better on what is held out.
    groups = shown(grouped([*runs, judged(0, 0.95, adversarial=0.2, held_out=0.95)]))
    assert [each.tested for each in best(groups)] == [[0.8]]
    rows = tables(groups, [], {})["psmnist"].splitlines()
    assert rows[0].startswith("| model | adversarial | test |")
    assert rows[2].startswith("| `drnn` | 0.1 | 90.00 % |")
    assert rows[3].startswith("| `drnn` |  | 80.00 % |")
    assert len(rows) == 4


def test_a_training_takes_as_often_the_median_epoch_as_it_has_had_epochs():
    history = [{"processor_seconds": used} for used in (50.0, 8.0, 10.0)]
    (group,) = grouped([judged(0, 0.5, history=history)])
    assert group.epoch_seconds == 10.0 and group.processor_seconds == 3 * 10.0
    # The quickest seed of those that came to the end.
    slow = judged(
        1, 0.5, history=[{"processor_seconds": 2 * each["processor_seconds"]} for each in history]
    )
    diverged = judged(2, 0.5, history=[{"processor_seconds": 1.0}])
    (group,) = grouped([slow, diverged, judged(0, 0.5, history=history)])
    assert group.epoch_seconds == 10.0 and group.processor_seconds == 3 * 10.0
    (group,) = grouped([judged(0, 0.5, history=[{"loss": 1.0}])])
    assert group.processor_seconds is None


def test_what_a_processor_does_beside_a_gpu_is_no_time_of_a_training():
    waited = [{"processor_seconds": 1.0}]
    on_a_gpu = judged(1, 0.5, history=waited, environment={"accelerator": "NVIDIA H200"})
    (group,) = grouped([on_a_gpu])
    assert group.processor_seconds is None
    (group,) = grouped([judged(0, 0.5), on_a_gpu])
    assert group.processor_seconds == 9.0


def test_the_tables_have_what_was_measured_and_what_is_published_with_its_source():
    groups = shown(grouped([judged(0, 0.5), judged(0, 0.9, model="lstm")]))
    figures = [Figure("psmnist", "Other", 97.15, "Someone, 2019", "somewhere", 102_027)]
    steps = {stepping.key(groups[1]): {"microseconds": 12.34}}
    found = tables(groups, figures, steps)
    lines = [line for line in found["psmnist"].splitlines() if line.startswith("| `")]
    # The best first; µs where they are known.
    assert lines[0].startswith("| `lstm` | 90.00 % |  | 99 | 2 | 1 | 90.00 % |")
    assert lines[1].startswith("| `drnn` | 50.00 % |") and lines[1].endswith("| 12.3 | 1,234 |")
    assert "| Other |  | 97.15 % | 102,027 |" in found["psmnist"]
    assert found["sources"] == "- Other: Someone, 2019; somewhere"
    # Columns that say nothing are left out, and so is a table of no rows.
    bare = tables(groups, [], {})
    header = bare["psmnist"].splitlines()[0]
    assert not {"steps", "published", "µs a step"} & set(header.strip("| ").split(" | "))
    assert "held out" in header and "sources" not in bare
    assert "| N-UCLA, clips | `drnn` | 87.28 ± 0.78 % | 19,808 | 3 |" in found["poses"]


def test_a_task_of_many_lengths_has_one_table_in_their_order():
    lengths = {"adding1000": 0.1, "adding200": 0.2, "adding10000": 0.3}
    runs = [judged(0, value, task=task, measure="squared_error") for task, value in lengths.items()]
    runs.append(judged(0, 0.05, task="adding1000", measure="squared_error", model="lstm"))
    lines = tables(shown(grouped(runs)), [], {})["adding"].splitlines()
    assert lines[0].startswith("| steps | model |")
    assert [line.split(" | ")[:2] for line in lines[2:]] == [
        ["| 200", "`drnn`"], ["| 1,000", "`lstm`"], ["| 1,000", "`drnn`"], ["| 10,000", "`drnn`"],
    ]  # fmt: skip


def test_a_model_whose_trainings_diverged_comes_last():
    nan = float("nan")
    values = {"drnn": [nan, nan], "mist": [0.01, nan], "lstm": [0.2, 0.2], "gru": [0.1, 0.1]}
    groups = [
        judged(seed, value, model=model, task="adding9", measure="squared_error")
        for model, of_model in values.items()
        for seed, value in enumerate(of_model)
    ]
    lines = tables(shown(grouped(groups)), [], {})["adding"].splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == ["gru", "lstm", "mist", "drnn"]


def test_smaller_models_come_first_whatever_they_reach():
    groups = shown(
        grouped([judged(0, 0.9, parameters=200), judged(0, 0.5), judged(0, 0.6, model="gru")])
    )
    lines = tables(groups, [], {})["psmnist"].splitlines()
    assert [line.split(" % ")[0][-5:] for line in lines[2:]] == ["60.00", "50.00", "90.00"]


def test_a_model_has_a_source_for_each_paper():
    groups = shown(grouped([judged(0, 0.5), judged(0, 0.5, task="smnist")]))
    papers = {"psmnist": "Someone, 2019", "smnist": "Someone, 2020"}
    figures = [Figure(task, "Other", 97.0, paper, "here") for task, paper in papers.items()]
    twice = [*figures, Figure("psmnist", "Other", 98.0, "Someone, 2019", "here")]
    assert tables(groups, twice, {})["sources"].splitlines() == [
        "- Other: Someone, 2019; here", "- Other: Someone, 2020; here",
    ]  # fmt: skip


def test_each_table_stands_between_the_comments_of_its_name(tmp_path):
    page = tmp_path / "page.md"

    def places(one="", other=""):
        return (
            f"before\n{BEGIN.format('one')}{one}{END}\nbetween\n"
            f"{BEGIN.format('the other')}{other}{END}\nafter\n"
        )

    page.write_text(places("old", "\n\n"), "utf-8")
    write(page, {"the other": "2", "one": "1"})
    write(page, {"the other": r"\2", "one": "1"})
    assert page.read_text("utf-8") == places("\n\n1\n\n", "\n\n\\2\n\n")


@pytest.mark.parametrize("names", [["one"], ["one", "two", "three"], ["one", "three"]])
def test_no_table_is_without_a_place_and_no_place_without_a_table(tmp_path, names):
    page = tmp_path / "page.md"
    text = "".join(f"{BEGIN.format(name)} {END}" for name in ("one", "two"))
    page.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="Expected a place for each table"):
        write(page, dict.fromkeys(names, ""))
    # Nor is one that has no end, or that is there twice.
    wrong = (
        text.replace(END, "", 1),
        text * 2,
        text + END,
        text.replace("table: two", "table:two"),
    )
    for broken in wrong:
        page.write_text(broken, "utf-8")
        with pytest.raises(ValueError, match="Expected a place for each table"):
            write(page, {"one": "", "two": ""})
        assert page.read_text("utf-8") == broken


def test_the_page_shows_what_the_files_of_runs_say(tmp_path):
    copy = tmp_path / PAGE.name
    copy.write_text(PAGE.read_text("utf-8"), "utf-8")
    groups = shown(read_groups(RESULTS))
    write(copy, tables(groups, read_figures(), *measured(RESULTS)))
    assert copy.read_text("utf-8") == PAGE.read_text("utf-8")


def test_published_figures_are_of_known_tasks_and_have_a_source():
    figures = read_figures()
    assert {figure.task for figure in figures} <= set(TASKS)
    assert all(figure.source and figure.paper and 90 < figure.accuracy < 100 for figure in figures)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_a_title(name):
    drawn = name in ("adding", "copy")
    assert title(f"{name}1000" if drawn else name)
    known = shape(f"{name}7" if drawn else name)
    assert known is None if name == "characters" else known.name.startswith(name)


def test_tasks_of_many_lengths_stand_in_the_order_of_these():
    order = [
        "psmnist", "pickup_gesture", "adding200", "adding600", "adding1000", "copy20", "copy200",
    ]  # fmt: skip
    assert sorted(reversed(order), key=place) == order


def test_a_picture_has_the_trainings_that_did_not_diverge(tmp_path):
    values = {"drnn": [0.5, 0.6], "lstm": [0.7, float("nan")], "gru": [float("nan")] * 2}
    groups = grouped(
        judged(seed, value, model=model, trained_parameters=100 * len(model))
        for model, of_model in values.items()
        for seed, value in enumerate(of_model)
    )
    groups += grouped([judged(0, 0.4, model="mist", trained_parameters=1000)])
    path = tmp_path / "picture.svg"
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw(groups, [], "parameters", path)
    names = re.findall(r">(drnn|lstm|gru|mist)<", path.read_text("utf-8"))
    assert sorted(names) == ["drnn", "lstm", "mist"]


def test_a_picture_joins_the_sizes_of_a_model_from_small_to_large_and_names_it_once(tmp_path):
    # The large one is quicker: it is joined by its size, not from left to right.
    seconds = {100: 9.0, 200: 30.0, 300: 5.0}
    groups = grouped(
        judged(
            0,
            parameters / 1000,
            parameters=parameters,
            trained_parameters=parameters,
            history=[{"loss": 0.1, "validation": 0.5, "processor_seconds": seconds[parameters]}],
        )
        for parameters in (300, 100, 200)
    )
    panel = Picture().subplots()
    points = [
        Point(group.processor_seconds, 100 * group.tested[0], 0.0, "drnn", group.parameters, True)
        for group in groups
    ]
    _panel(panel, points)
    joined = next(line for line in panel.lines if len(line.get_xdata()) == 3)
    assert list(joined.get_xdata()) == [9.0, 30.0, 5.0]
    # Its name is at the right edge: what is tied to it is the point nearest to that.
    (name,) = panel.texts
    assert name.get_text() == "drnn" and name.xy == (30.0, 20.0)
    path = tmp_path / "picture.svg"
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        draw(groups, [], "training", path)
    assert len(re.findall(r">drnn<", path.read_text("utf-8"))) == 1


def test_names_are_moved_apart_as_little_as_it_takes():
    found = _apart(np.array([0.0, 0.5, 0.51, 0.99]), 0.1)
    assert (np.diff(found) >= 0.1 - 1e-9).all() and found.max() <= 1
    assert found[0] == 0 and found[1] == 0.5
    # Only those give way that are too near: one far below stays where its point is.
    np.testing.assert_allclose(_apart(np.array([0.1, 0.95, 0.96]), 0.1), [0.1, 0.9, 1.0])


def test_the_cost_of_a_step_is_measured_once_on_the_exported_file_or_it_says_why_not(tmp_path):
    """Of a file that was there: exports take long."""
    exported, cannot = grouped([judged(0, 0.5, model="gru"), judged(0, 0.5, model="tcn")])
    write_stream(tmp_path / f"{stepping.key(exported)}.tflite")
    lines, known = [], {"known": {"microseconds": 1.0}}
    found = stepping.costs([exported, cannot], tmp_path, known, 2, lines.append)
    assert found["known"] == {"microseconds": 1.0} and len(found) == 3
    assert 0 < stepping.cost(exported, found) < 1e5 and stepping.cost(cannot, found) is None
    reason = found[stepping.key(cannot)]["reason"]
    assert "one frame at a time" in reason and reason in lines[1]
    again = stepping.costs([exported, cannot], tmp_path, found, 2, lines.append)
    assert again == found and len(lines) == 2


def test_models_that_cost_the_same_are_measured_once():
    same = [judged(0, 0.5), judged(0, 0.5, rate=0.1)]
    wider = judged(0, 0.5, parameters=200, width=3)
    other = [wider, judged(0, 0.5, task="adding9"), judged(0, 0.5, model="gru")]
    assert len({stepping.key(group) for group in grouped(same)}) == 1
    assert len({stepping.key(group) for group in grouped([*same, *other])}) == 4
