"""The report of a comparison: what is in it, and what it says of what is not there."""

import html
import json
import re
import shutil

import matplotlib
import numpy as np
import pytest
from run_folders import begin_run, run_path, set_status, write_comparison, write_history

from keras_drnn.report import report_figures, report_html, write_report
from keras_drnn.reporting.examples import load_examples
from keras_drnn.reporting.report import report
from keras_drnn.reporting.tables import duration
from keras_drnn.skeletons.layouts import KINECT_V2

SECTIONS = ["question", "data", "results", "learning", "confusion", "knowing", "running"]
SECTIONS += ["influence", "schedule", "clips", "cost", "reproduce"]


def sections(page):
    """The sections of a page by their names: markup and text."""
    found = dict(re.findall(r'(?s)<section id="(\w+)">(.*?)</section>', page))
    return {
        name: (part, html.unescape(re.sub(r"<[^>]*>", " ", part))) for name, part in found.items()
    }


def cells(markup):
    return [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", markup)]


def test_the_page_tells_the_whole_story(trained, page):
    found = sections(page)
    assert list(found) == SECTIONS
    assert "Left out" not in page
    reached = report(trained)
    text = {name: text for name, (_, text) in found.items()}
    assert "How well do D-RNN and Bi-D-RNN tell 12 actions of demo apart" in text["question"]
    assert "these skeletons were computed" in text["data"]
    clips = reached["data"]["clips"]
    assert f"{clips['train']}" in cells(found["data"][0])
    for name, model in (("drnn", "D-RNN"), ("bidrnn", "Bi-D-RNN")):
        mean = reached["models"][name]["mean"]
        table = cells(found["results"][0])
        row = table[table.index(model) :]
        assert row[1] == f"{mean['parameters']:,.0f}"
        assert row[3] == f"{100 * mean['test/sequence_accuracy']:.1f}"
        assert duration(mean["train_seconds"]) in cells(found["cost"][0])
    assert "Bi-D-RNN: it reads backwards too" in text["knowing"]
    assert "every 1, 3 frames" in text["schedule"]
    assert "drnn compare --root 'my clips' --models drnn,bidrnn --steps 2" in text["reproduce"]
    assert reached["environment"]["keras"] in text["reproduce"]


def test_every_picture_is_in_the_page_and_has_words(page):
    found = sections(page)
    pictures = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)"', page)
    assert len(pictures) == page.count("<img") and all(pictures)
    for name, count in {"learning": 2, "confusion": 2, "knowing": 4, "influence": 1}.items():
        assert found[name][0].count("<img") == count, name


def test_clips_are_in_motion_right_and_wrong(trained, page):
    # Of the model that is best on the validation clips.
    best = max(
        (trained / "runs").iterdir(),
        key=lambda run: json.loads((run / "metrics.json").read_text())[
            "validation/sequence_accuracy"
        ],
    )
    examples, layout = load_examples(best / "examples.npz")
    assert layout == KINECT_V2 and 4 <= len(examples) <= 8
    markup = sections(page)["clips"][0]
    assert markup.count('class="moving"') == len(examples)
    places = [markup.index(each.clip.name) for each in examples]
    assert places == sorted(places)
    assert [each.right for each in examples] == sorted(each.right for each in examples)[::-1]


def test_a_folder_of_an_older_version_gives_what_it_has_and_names_the_rest(tmp_path):
    folder = write_comparison(tmp_path / "old", ("drnn", "lstm"), seeds=2, clean=True)
    set_status(run_path(folder, "lstm", 1), "failed", "it diverged <here>")
    write_history(begin_run(folder, "rnn", 0), 2)
    page = report_html(folder)
    found = {name: text for name, (_, text) in sections(page).items()}
    assert list(found) == SECTIONS
    for name, words in {
        "question": "Mean and standard deviation over 2 seeds",
        "data": "faults was not kept when this was made",
        "results": "LSTM, seed 1: failed (it diverged <here>)",
        "knowing": "when it knew was not kept when this was made",
        "running": "Nothing was measured of models left running",
        "influence": "none was kept when this was made",
        "clips": "No clips were kept",
        "reproduce": "The command was not kept",
    }.items():
        assert words in found[name], name
    assert "it diverged &lt;here&gt;" in page
    assert "Traceback" not in page


def test_what_was_measured_on_a_gpu_says_on_which(tmp_path):
    folder = write_comparison(tmp_path / "gpu", ("drnn",), seeds=1)
    about = json.loads((folder / "comparison.json").read_text())
    about["environment"]["accelerator"] = "NVIDIA H200"
    (folder / "comparison.json").write_text(json.dumps(about))
    found = {name: text for name, (_, text) in sections(report_html(folder)).items()}
    machine = about["environment"]["machine"]
    assert f"Measured on {machine}, NVIDIA H200, {about['backend']}." in found["cost"]


def test_what_one_section_lacks_does_not_cost_the_others(tmp_path):
    folder = write_comparison(tmp_path / "damaged", ("drnn",), seeds=1)
    about = json.loads((folder / "comparison.json").read_text())
    del about["data"]["clips"], about["environment"]
    (folder / "comparison.json").write_text(json.dumps(about))
    outcome = run_path(folder, "drnn", 0) / "outcome.npz"
    np.savez(outcome, fractions=np.ones(3))
    found = {name: text for name, (_, text) in sections(report_html(folder)).items()}
    assert "Left out: the files do not have what it takes (no 'clips')" in found["data"]
    assert "every 1, 3, 9 frames" in found["schedule"]


def test_a_comparison_that_has_only_begun(tmp_path):
    folder = write_comparison(tmp_path / "begun", (), seeds=0)
    found = {name: text for name, (_, text) in sections(report_html(folder)).items()}
    assert "No training is finished yet" in found["question"]
    assert {"data", "reproduce"} <= set(found)


def test_the_folder_of_a_run_stands_for_its_comparison_and_others_are_refused(trained, tmp_path):
    copy = tmp_path / "demo"
    shutil.copytree(trained, copy, ignore=shutil.ignore_patterns("model.keras", "examples.npz"))
    assert write_report(copy / "runs" / "drnn-seed0") == copy / "report.html"
    text = (copy / "report.html").read_text("utf-8")
    assert "No clips were kept" in text
    with pytest.raises(ValueError, match="comparison.json"):
        report_html(tmp_path)


def test_names_of_classes_are_text_and_not_markup(tmp_path):
    folder = write_comparison(tmp_path / "strange", ("drnn",), seeds=1, classes=2)
    about = json.loads((folder / "comparison.json").read_text())
    about["data"]["classes"] = ["<script>alert(1)</script>", "b & c"]
    (folder / "comparison.json").write_text(json.dumps(about))
    page = report_html(folder)
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_figures_for_notebooks_change_no_style(tmp_path):
    folder = write_comparison(tmp_path / "one", ("drnn",), seeds=2)
    before = dict(matplotlib.rcParams)
    figures = report_figures(folder)
    assert dict(matplotlib.rcParams) == before
    assert list(figures) == ["learning-1", "learning-2", "confusion-1", "knowing-1", "schedule-1"]
    drawn = figures["learning-1"].axes[0].lines[0].get_ydata()
    assert len(drawn) == 5 and drawn[-1] == pytest.approx(100 * (0.72 + 0.70) / 2 * (1 - 0.5**5))
