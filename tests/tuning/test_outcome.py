"""The front, the best trial, and the pictures and tables made of them."""

import pytest
from rich.console import Console

from keras_drnn.tuning.outcome import best_of, front
from keras_drnn.tuning.pictures import draw_delays, save_search_pictures
from keras_drnn.tuning.tables import search_tables


def trial(number, score, parameters, groups=2, base=2.0, **more):
    values = {"groups": groups} | ({"base": base} if groups > 1 else {})
    return {
        "trial": f"trial-{number:04d}",
        "status": "finished" if score is not None else "failed",
        "score": score,
        "parameters": parameters,
        "multiply_adds": parameters / 2,
        "delays": "1,2",
        "units": [30, 30],
        "values": values,
        "error": None if score is not None else "NaN",
        "infeasible": False,
        **more,
    }


TRIALS = [
    trial(0, 0.50, 100),
    trial(1, 0.70, 400, groups=3),
    trial(2, 0.60, 500, groups=1),
    trial(3, None, 50),
    trial(4, 0.70, 300, groups=3, base=3.0),
    trial(5, 0.40, 100),
    trial(6, 0.65, 300),
]


def test_the_front_is_what_no_other_trial_beats():
    assert [each["trial"][-1] for each in front(TRIALS)] == ["0", "4"]
    assert [each["trial"][-1] for each in front(TRIALS, "multiply_adds")] == ["0", "4"]
    assert front([TRIALS[3]]) == []


def test_of_equal_trials_the_smaller_is_the_best():
    assert best_of(TRIALS)["trial"] == "trial-0004"
    assert best_of([TRIALS[3]]) is None


@pytest.fixture
def outcome():
    return {
        "cell": "drnn",
        "settings": {"objective": "clips"},
        "data": {"name": "demo", "protocol": "cross-view", "synthetic": True},
        "counts": {"finished": 6, "failed": 1, "infeasible": 0},
        "front": front(TRIALS),
        "best": best_of(TRIALS),
        "trials": TRIALS,
        "winner": {
            "runs": ["drnn-seed0", "drnn-seed1"],
            "params": {"delays": "1,3,9"},
            "mean": {"test/sequence_accuracy": 0.812, "parameters": 300},
            "spread": {"test/sequence_accuracy": 0.011, "parameters": 0.0},
            "export_errors": ["drnn-seed1: too large"],
        },
    }


def test_every_cell_of_the_picture_is_its_best_trial(outcome):
    axes = draw_delays(outcome).axes[0]
    shown = {
        (text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts
    }
    # Rows are bases 2 and 3, columns 1 to 3 groups; one group is the same for every base.
    assert shown == {
        (0, 0): "60.0\n(1)",
        (1, 0): "60.0\n(1)",
        (0, 1): "65.0\n(3)",
        (0, 2): "70.0\n(1)",
        (1, 2): "70.0\n(1)",
    }


def test_pictures_are_drawn_of_what_there_is(outcome, tmp_path):
    assert [path.name for path in save_search_pictures(tmp_path, outcome)] == [
        "front.png",
        "delays.png",
    ]
    for each in outcome["trials"]:
        each["values"] = {"units": 9}
    assert [path.name for path in save_search_pictures(tmp_path, outcome)] == ["front.png"]
    outcome["trials"] = [TRIALS[3]]
    assert save_search_pictures(tmp_path, outcome) == []


def test_the_tables_tell_winner_and_front(outcome):
    console = Console(width=100)
    with console.capture() as capture:
        console.print(search_tables([outcome]))
    text = capture.get()
    assert "81.2±1.1" in text and "1,3,9" in text and "too large" in text
    assert "6 trials finished, 1 failed" in text
    assert text.index("0004") < text.index("0001")
    outcome["counts"]["finished"] = 1
    with console.capture() as capture:
        console.print(search_tables([outcome]))
    assert "1 trial finished" in capture.get()


def test_the_subsets_of_a_data_set_have_columns_of_their_own(outcome):
    parts = {"validation": 0.5, "jumps": 0.25, "test": 0.75}
    winner = outcome["winner"]
    winner["mean"] = {f"{name}/sequence_accuracy": value for name, value in parts.items()}
    winner["mean"] |= {"parameters": 300, "jumps/frame_accuracy": 0.1}
    winner["runs"] = ["drnn-seed0"]
    console = Console(width=100)
    with console.capture() as capture:
        console.print(search_tables([outcome]))
    text = capture.get().partition("The winners")[2]
    assert text.index("Test, %") < text.index("Jumps, %") < text.index("Validation, %")
    assert text.index("75.0") < text.index("25.0") < text.index("50.0")
