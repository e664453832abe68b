"""What a terminal, a pipe and `NO_COLOR` get: tables of 80 columns, plain text, a telling bar."""

import io
import json
import sys

import pytest
from rich.console import Console
from run_folders import run_path, write_comparison

from keras_drnn.cli import main, progress
from keras_drnn.cli.consoles import make_console
from keras_drnn.reporting.report import report
from keras_drnn.reporting.tables import comparison_tables
from keras_drnn.tuning.tables import search_tables

MODELS = ("drnn", "rnn", "lstm", "gru", "bidirectional-drnn")


def written(monkeypatch, *, terminal, **environment):
    """What a console writes, to a terminal or to a pipe."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stdout", stream)
    make_console().print("[bold red]failed[/] [dim]12[/]")
    return stream.getvalue()


def test_a_terminal_gets_colours_and_a_pipe_or_no_color_plain_text(monkeypatch):
    assert "\x1b[" in written(monkeypatch, terminal=True)
    assert written(monkeypatch, terminal=False) == "failed 12\n"
    # Neither colours nor bold type, which Rich itself would leave.
    assert written(monkeypatch, terminal=True, NO_COLOR="1") == "failed 12\n"


def shown(tables):
    console = Console(width=80, file=io.StringIO())
    console.print(tables)
    return console.file.getvalue()


def test_no_table_of_a_comparison_is_wider_than_80_columns_or_cut(tmp_path):
    folds = [("without-somebody-of-a-long-name", 8), ("without-ben", 2)]
    write_comparison(tmp_path, MODELS, seeds=2, folds=folds, preset="thesis")
    more = {"clips": 8, "frames": 80, "settled": 4, "background_seconds": 10.0}
    more |= {"frame_accuracy": 1.0, "sequence_accuracy": 0.5, "last_frame_accuracy": 1.0}
    more |= {"delay_frames": 123.4, "delay_seconds": 41.1, "false_alarms_per_hour": 1234.5}
    more |= {"segment_f1_10": 1.0, "segment_f1_25": 0.5, "segment_f1_50": 0.1}
    for model in MODELS:
        for seed in (0, 1):
            for fold, _ in folds:
                path = run_path(tmp_path, model, seed, fold) / "metrics.json"
                metrics = json.loads(path.read_text()) | {
                    f"stream/{key}": value * (1 - 0.1 * seed) for key, value in more.items()
                }
                metrics |= {"parameters": 12_345_678, "clean/frame_accuracy": 1 - 0.3 * seed}
                path.write_text(json.dumps(metrics))
    text = shown(comparison_tables(report(tmp_path)))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for title in ("Left running", "Events told", "of each fold", "Cost", "printed figures"):
        assert title in text
    assert text.count("mean of the folds") == 2, "five models take two tables of folds"


def test_no_table_of_a_search_is_wider_than_80_columns_or_cut():
    trial = {
        "trial": "trial-0012",
        "status": "finished",
        "score": 0.8765,
        "parameters": 123_456,
        "multiply_adds": 123_456.0,
        "delays": "1,2,3,5,8,13,20,30",
        "units": [40, 30, 20, 20, 10, 10, 10, 10],
        "values": {},
    }
    winner = {
        "params": {"delays": trial["delays"]},
        "runs": ["a", "b"],
        "export_errors": [],
        "mean": {"parameters": 123_456.0},
        "spread": {"parameters": 0.0},
    }
    for part in ("test", "clean", "validation"):
        winner["mean"][f"{part}/sequence_accuracy"] = 0.9999
        winner["spread"][f"{part}/sequence_accuracy"] = 0.1111
    outcome = {
        "cell": "bidrnn",
        "counts": {"finished": 12, "failed": 3, "infeasible": 0},
        "front": [trial],
        "trials": [trial],
        "winner": winner,
        "settings": {},
    }
    text = shown(search_tables([outcome]))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text and "123,456" in text and "100.0±11.1" in text


def test_the_bar_of_a_training_tells_its_best_validation_accuracy_and_the_time_left(monkeypatch):
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system=None)
    monkeypatch.setattr(progress, "console", console)
    with progress.progress_bars() as bars:
        on_run, on_best = progress.training(bars, 2)
        step = on_run("drnn-seed0", 40)
        on_best(0.512)
        step(20)
        on_best(0.75)
        bars.refresh()
        assert "drnn-seed0 (1 of 2), best 75.0 %" in stream.getvalue()
        on_run("lstm-seed0", 40)
        on_best(0.5)
        bars.refresh()
        first, second = (bars.tasks[number].description for number in (0, 1))
    assert (first[-6:], second) == ("75.0 %", "Training lstm-seed0 (2 of 2), best 50.0 %")
    assert any("TimeRemaining" in type(column).__name__ for column in bars.columns)


@pytest.mark.parametrize("place", [1, 3, None])
def test_verbose_lets_what_native_libraries_say_through_wherever_it_stands(monkeypatch, place):
    filtered = []
    arguments = ["drnn", "data", "list"]
    if place is not None:
        arguments.insert(place, "--verbose")
    monkeypatch.setattr(main, "filter_native_messages", lambda: filtered.append(True))
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as done:
        main.main()
    assert done.value.code == 0
    assert bool(filtered) == (place is None)
