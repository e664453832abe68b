"""The report, the tables and the pictures of a comparison folder."""

import io
import json

import numpy as np
import pytest
from rich.console import Console
from run_folders import begin_run, finish_run, run_path, set_status, write_comparison, write_history

from keras_drnn.reporting.pictures import save_pictures
from keras_drnn.reporting.report import report
from keras_drnn.reporting.tables import caption, comparison_tables, duration


def shown(found, width=80):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(comparison_tables(found, width))
    return console.export_text()


def row(text, label):
    return next(line for line in text.splitlines() if line.strip().startswith(label))


def test_the_report_is_json_and_means_are_over_seeds(tmp_path):
    write_comparison(tmp_path, ("drnn", "lstm"), seeds=2, clean=True)
    found = report(tmp_path)
    assert json.loads(json.dumps(found)) == found
    assert found["complete"]
    assert list(found["models"]) == ["drnn", "lstm"]
    model = found["models"]["drnn"]
    each = [run["metrics"]["test/sequence_accuracy"] for run in model["runs"]]
    assert len(set(each)) == 2
    assert model["mean"]["test/sequence_accuracy"] == pytest.approx(np.mean(each))
    assert model["spread"]["test/sequence_accuracy"] == pytest.approx(np.std(each, ddof=1))
    confusions = [
        np.load(run_path(tmp_path, "drnn", seed) / "outcome.npz")["confusion"] for seed in (0, 1)
    ]
    assert model["confusion"] == np.sum(confusions, axis=0).tolist()


def test_the_tables_hold_the_figures(tmp_path):
    write_comparison(tmp_path, ("drnn", "lstm"), seeds=2, clean=True)
    found = report(tmp_path)
    text = shown(found, 140)
    mean, spread = (
        found["models"]["drnn"][key]["test/sequence_accuracy"] for key in ("mean", "spread")
    )
    assert f"{100 * mean:.1f}±{100 * spread:.1f}" in row(text, "D-RNN")
    clean = found["models"]["lstm"]["mean"]["clean/frame_accuracy"]
    assert f"{100 * clean:.1f}±" in row(text, "LSTM")
    assert "11,560" in row(text, "D-RNN")
    assert "clean 369" in text
    narrow = shown(found, 80)
    assert max(map(len, narrow.splitlines())) <= 80
    assert f"{100 * clean:.1f}±" in narrow


def test_what_is_reached_left_running_stands_in_a_table_of_its_own(tmp_path):
    write_comparison(tmp_path, ("drnn", "bidirectional-drnn"), seeds=1, clean=True)
    assert "Left running" not in shown(report(tmp_path))
    path = run_path(tmp_path, "drnn", 0) / "metrics.json"
    left_running = {"clips": 464, "frame_accuracy": 0.512, "sequence_accuracy": 0.623}
    left_running |= {"last_frame_accuracy": 0.634, "delay_frames": 12.25, "delay_seconds": None}
    more = {f"stream/{key}": value for key, value in left_running.items()}
    more |= {"stream/segment_f1_25": 0.712, "stream/background_seconds": 90.0}
    more |= {
        "stream/false_alarms_per_hour": 40.0,
        "stream/clean/sequence_accuracy": 0.545,
        "stream/clean/delay_seconds": 0.41,
    }
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
    text = shown(report(tmp_path))
    assert max(map(len, text.splitlines())) <= 80
    text = text[text.index("Left running") :]
    assert row(text, "D-RNN").split() == "D-RNN all 464 51.2 62.3 63.4 12.2 -".split()
    events = text[text.index("Events told") :]
    assert row(events, "D-RNN").split() == "D-RNN - 71.2 - 40.0".split()
    assert row(text, "clean 369").split() == "clean 369 - 54.5 - - 0.41".split()
    assert row(text, "Bi-D-RNN").split() == "Bi-D-RNN all 464 - - - - -".split()


FOLDS = [("without-ana", 8), ("without-ben", 2)]


def test_one_result_over_all_folds_has_every_clip_once(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=2, folds=FOLDS)
    found = report(tmp_path)
    assert json.loads(json.dumps(found)) == found and found["complete"]
    model = found["models"]["drnn"]
    assert [(run["seed"], run["protocol"]) for run in model["runs"]] == [
        (seed, fold) for seed in (0, 1) for fold, _ in FOLDS
    ]
    # Of 10 clips 2 are wrong with seed 0, and 4 with seed 1: not the mean of the folds.
    of_seeds = [seed["metrics"]["test/sequence_accuracy"] for seed in model["seeds"]]
    assert of_seeds == [0.8, 0.6] and all(seed["complete"] for seed in model["seeds"])
    assert model["mean"]["test/sequence_accuracy"] == pytest.approx(0.7)
    assert model["spread"]["test/sequence_accuracy"] == pytest.approx(np.std(of_seeds, ddof=1))
    assert model["accuracy_by_fraction"] == pytest.approx([0.7] * 10)
    assert np.sum(model["confusion"]) == 20 and np.trace(model["confusion"]) == 14
    ana, ben = model["folds"]
    assert (ana["protocol"], ben["protocol"]) == ("without-ana", "without-ben")
    assert ana["mean"]["test/sequence_accuracy"] == pytest.approx((7 / 8 + 6 / 8) / 2)
    means = [fold["mean"]["test/sequence_accuracy"] for fold in (ana, ben)]
    assert model["fold_mean"]["test/sequence_accuracy"] == pytest.approx(np.mean(means))
    assert model["fold_spread"]["test/sequence_accuracy"] == pytest.approx(np.std(means, ddof=1))

    text = shown(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "70.0±14.1" in row(text, "D-RNN") and "loso, 2 folds" in text and "2 seeds" in text
    assert row(text, "without-ana").split() == ["without-ana", "8", "81.2±8.8"]
    spread = 100 * model["fold_spread"]["test/sequence_accuracy"]
    assert f"±{spread:.1f}" in row(text, "mean of the folds")
    assert {path.name for path in save_pictures(tmp_path)} >= {"confusion_drnn.png"}


def test_a_fold_that_fails_is_named_and_its_seed_counts_only_where_none_is_whole(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=2, folds=FOLDS)
    set_status(run_path(tmp_path, "drnn", 1, "without-ben"), "failed", "it diverged")
    found = report(tmp_path)
    model = found["models"]["drnn"]
    assert not found["complete"] and [seed["complete"] for seed in model["seeds"]] == [True, False]
    assert (model["mean"]["test/sequence_accuracy"], np.sum(model["confusion"])) == (0.8, 10)
    assert "seed 1, without-ben: failed (it diverged)" in shown(found, 140)
    assert "no seed has all" not in shown(found, 140)
    set_status(run_path(tmp_path, "drnn", 0, "without-ben"), "failed", "it diverged")
    found = report(tmp_path)
    assert found["models"]["drnn"]["mean"]["test/clips"] == 8
    assert "D-RNN: no seed has all 2 folds; its accuracies are of 8 clips" in shown(found, 140)


def test_a_fold_that_cannot_be_split_is_told(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=1, folds=FOLDS)
    about = json.loads((tmp_path / "comparison.json").read_text())
    about["data"]["not_split"] = {"without-cyd": "nobody else jumps"}
    (tmp_path / "comparison.json").write_text(json.dumps(about))
    found = report(tmp_path)
    assert not found["complete"] and found["models"]["drnn"]["seeds"][0]["complete"]
    assert "without-cyd cannot be split and is left out: nobody else jumps" in shown(found)
    assert "Every clip of these folds is tested once" in shown(found)  # not those of cyd


def test_a_run_that_a_callback_has_ended_is_told(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=2, evaluations=5)
    path = run_path(tmp_path, "drnn", 1) / "metrics.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"trained_steps": 300}))
    text = shown(report(tmp_path))
    assert "D-RNN, seed 1: ended by a callback at step 300 of 500" in text
    assert "seed 0" not in text


def test_published_figures_stand_beside_ours_and_only_for_the_thesis(tmp_path):
    write_comparison(tmp_path / "thesis", preset="thesis")
    write_comparison(tmp_path / "best", preset="best")
    thesis, best = (shown(report(tmp_path / name)) for name in ("thesis", "best"))
    assert "published" in thesis
    assert "published" not in best
    assert report(tmp_path / "best")["published"] is None


def test_delays_are_in_frames_and_where_the_rate_is_known_in_seconds():
    settings = {"delays": "1,3,9", "preset": "best"}
    data = {"name": "x", "protocol": "y", "synthetic": False, "clips": {}, "frame_rate": 20}
    found = {"data": data, "settings": settings, "environment": {}, "backend": "jax"}
    said = caption(found | {"models": {"bidrnn": {"runs": []}}})
    assert "1, 3, 9 frames (0.05, 0.15, 0.45 s at 20 frames per second)" in said
    settings["delays"] = "1,3001"  # neither 1.5e+02 s nor more digits than anybody reads
    assert "(0.05, 150 s at" in caption(found | {"models": {"drnn": {"runs": []}}})
    settings["delays"] = "1,3,9"
    del data["frame_rate"]  # of a comparison made before it was kept
    assert "delays of 1, 3, 9 frames, preset" in caption(found | {"models": {"drnn": {"runs": []}}})
    assert "delays" not in caption(found | {"models": {"lstm": {"runs": []}}})


def test_a_batch_is_told_to_be_of_clips_or_of_streams():
    data = {"name": "x", "protocol": "y", "synthetic": False, "clips": {}}
    found = {"data": data, "environment": {}, "backend": "jax", "models": {}}
    for preset, what in (("best", "clips"), ("stream", "streams")):
        settings = {"steps": 40, "batch_size": 24, "preset": preset}
        assert f"40 steps of 24 {what}," in caption(found | {"settings": settings})


def test_synthetic_data_is_called_so(tmp_path):
    write_comparison(tmp_path / "demo", synthetic=True)
    write_comparison(tmp_path / "real")
    assert "synthetic" in shown(report(tmp_path / "demo"))
    assert "synthetic" not in shown(report(tmp_path / "real"))


def test_a_failed_and_a_running_run_are_told_and_do_not_count(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=2)
    set_status(run_path(tmp_path, "drnn", 1), "failed", "ValueError: it diverged")
    write_history(begin_run(tmp_path, "lstm", 0), 2)
    found = report(tmp_path)
    assert not found["complete"]
    text = shown(found)
    assert "it diverged" in text
    assert "running" in text
    only = found["models"]["drnn"]["runs"][0]["metrics"]
    assert found["models"]["drnn"]["mean"]["test/frame_accuracy"] == only["test/frame_accuracy"]
    assert save_pictures(tmp_path)


def test_a_failed_export_is_told_and_costs_no_accuracy(tmp_path):
    write_comparison(tmp_path, ("drnn",), seeds=2)
    run = run_path(tmp_path, "drnn", 1)
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(about | {"export_error": "differs by 0.38"}))
    metrics = json.loads((run / "metrics.json").read_text())
    lite = [key for key in metrics if key.startswith("litert")]
    (run / "metrics.json").write_text(
        json.dumps({key: value for key, value in metrics.items() if key not in lite})
    )
    found = report(tmp_path)
    assert not found["complete"]
    text = shown(found)
    assert "differs by 0.38" in text
    accuracies, cost = (line for line in text.splitlines() if line.strip().startswith("D-RNN  "))
    assert f"{100 * found['models']['drnn']['mean']['test/frame_accuracy']:.1f}±" in accuracies
    assert cost.rstrip().endswith("failed")


def test_pictures_are_made_for_what_is_known(tmp_path):
    from matplotlib import image

    write_comparison(tmp_path / "whole", ("drnn", "lstm"))
    names = {path.name for path in save_pictures(tmp_path / "whole")}
    assert names == {
        "accuracy_steps.png",
        "accuracy_time.png",
        "accuracy_fraction.png",
        "confusion_drnn.png",
        "confusion_lstm.png",
    }
    for name in names:
        pixels = image.imread(tmp_path / "whole" / name)
        assert min(pixels.shape[:2]) > 300
        assert pixels[..., :3].std() > 0.02, "an empty picture"

    write_comparison(tmp_path / "begun", (), seeds=0)
    assert save_pictures(tmp_path / "begun") == []
    write_history(begin_run(tmp_path / "begun", "drnn", 0), 3)
    assert {path.name for path in save_pictures(tmp_path / "begun")} == {
        "accuracy_steps.png",
        "accuracy_time.png",
    }
    finish_run(run_path(tmp_path / "begun", "drnn", 0))
    assert len(save_pictures(tmp_path / "begun")) == 4


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="comparison.json"):
        report(tmp_path)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(38.24, "38.2 s"), (59.96, "1m00s"), (250, "4m10s"), (3600, "1h00m"), (18_960, "5h16m")],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text
    assert duration(None) == duration(float("nan")) == "-"
