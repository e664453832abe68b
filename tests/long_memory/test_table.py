"""The table of what was found."""

from long_memory_runs import run

from benchmarks.long_memory.groups import grouped
from benchmarks.long_memory.table import rows, spread


def test_seeds_are_one_row_and_the_best_settings_come_first():
    runs = [run(0, 0.5), run(1, 0.7), run(0, 0.9, rate=0.01), run(0, 0.8, model="lstm")]
    best, of_lstm = rows(grouped(runs), every=False)
    assert (best["model"], best["held out"], best["seeds"]) == ("drnn", "90.00 %", 1)
    assert best["differs from the defaults in"] == "learning_rate 0.01"
    assert of_lstm["model"] == "lstm" and of_lstm["test"] == ""
    worst = rows(grouped(runs), every=True)[-1]
    assert (worst["held out"], worst["seeds"]) == ("60.00 ± 14.14 %", 2)
    assert worst["differs from the defaults in"] == ""


def test_of_errors_the_smallest_is_best_and_none_the_worst():
    runs = [
        run(0, value, task="adding9", measure="squared_error", rate=rate, test=value / 2)
        for rate, value in ((0.3, float("nan")), (0.2, 0.2), (0.1, 0.1))
    ]
    (best,) = rows(grouped(runs), every=False)
    assert rows(grouped(runs), every=True)[-1]["held out"] == "diverged"
    assert best["held out"] == "0.1000" and best["test"] == "0.0500"


def test_trainings_that_diverged_are_counted_beside_the_others():
    nan = float("nan")
    assert spread([nan, 0.1, 0.3], "squared_error") == "0.2000 ± 0.1414, 1 of 3 diverged"
    assert spread([0.5, nan, float("inf")], "accuracy") == "50.00 %, 2 of 3 diverged"
    assert spread([nan, nan], "accuracy") == "diverged"
