"""What the documents show in JavaScript and C++ tells the same events as the Python."""

import json
import re
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from keras_drnn_runtime import Decision, EventDetector

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/guides/events.md").read_text("utf-8")
DECISIONS = [Decision(1.7, 4.0, 0.5, 0.3), Decision(0.6, 1.0, 0.7, 0.2, (3,))]
CXX = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")

JAVASCRIPT = """
import { readFileSync } from "node:fs";
const { scores, decisions } = JSON.parse(readFileSync(0));
for (const decision of decisions) {
  const detector = new EventDetector(decision);
  for (const row of scores) {
    const event = detector.step(row && row.map((s) => s ?? NaN));
    if (event) console.log(event.number, event.begin, event.end ?? -1, event.certainty.toFixed(6));
  }
}
"""

CPLUSPLUS = """
#include <cstdio>
int main() {
  int decisions, frames, classes, backgrounds, seen;
  std::scanf("%d %d %d", &decisions, &frames, &classes);
  std::vector<std::vector<float>> scores(frames);
  for (auto& row : scores) {
    std::scanf("%d", &seen);
    row.resize(seen ? classes : 0);
    for (float& score : row) std::scanf("%f", &score);
  }
  for (int n = 0; n < decisions; ++n) {
    Decision d;
    std::scanf("%lf %lf %lf %lf %d", &d.temperature, &d.smoothing, &d.enter, &d.leave,
               &backgrounds);
    d.background.resize(backgrounds);
    for (int& number : d.background) std::scanf("%d", &number);
    EventDetector detector(d, classes);
    for (auto& row : scores)
      if (auto event = detector.Step(row.empty() ? nullptr : row.data()))
        std::printf("%d %d %d %.6f\\n", event->action, event->begin, event->end, event->certainty);
  }
}
"""


def shown(language):
    """The block of a language that has the detector."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)
    blocks = [
        re.sub(r'--8<-- "(.+)"', lambda found: (ROOT / found[1]).read_text("utf-8"), each)
        for each in blocks
    ]
    (block,) = (block for block in blocks if "class EventDetector" in block)
    return block


def made():
    """Scores that drift and flicker, some of nobody, some that are no numbers."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(600, 4)) + 3 * np.eye(4)[np.repeat(rng.integers(0, 4, 30), 20)]
    scores[100, 1] = np.nan
    return [None if n in (0, *range(200, 230)) else row for n, row in enumerate(scores.round(3))]


def expected():
    lines = []
    for decision in DECISIONS:
        detector = EventDetector(decision)
        for event in map(detector.step, made()):
            if event is not None:
                end = -1 if event.end is None else event.end
                lines.append([event.number, event.begin, end, event.certainty])
    return np.array(lines)


def numbers(output):
    return np.array([[float(word) for word in line.split()] for line in output.splitlines()])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not there")
def test_javascript(tmp_path):
    (tmp_path / "events.mjs").write_text(shown("javascript") + JAVASCRIPT, encoding="utf-8")
    scores = [
        None if row is None else [None if np.isnan(s) else s for s in row.tolist()]
        for row in made()
    ]
    given = json.dumps({"scores": scores, "decisions": list(map(asdict, DECISIONS))})
    command = ["node", str(tmp_path / "events.mjs")]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    assert len(expected()) > 40
    np.testing.assert_allclose(numbers(done.stdout), expected(), atol=2e-6)


@pytest.mark.skipif(CXX is None, reason="there is no C++ compiler")
def test_c_plus_plus(tmp_path):
    (tmp_path / "events.cc").write_text(shown("cpp") + CPLUSPLUS, encoding="utf-8")
    program = str(tmp_path / "events")
    subprocess.run([str(CXX), "-std=c++17", "-o", program, str(tmp_path / "events.cc")], check=True)
    lines = [f"{len(DECISIONS)} {len(made())} 4"]
    lines += ["0" if row is None else " ".join(map(str, [1, *row])) for row in made()]
    for each in DECISIONS:
        background = [len(each.background), *each.background]
        said = [each.temperature, each.smoothing, each.enter, each.leave, *background]
        lines.append(" ".join(map(str, said)))
    given = "\n".join(lines)
    done = subprocess.run([program], input=given, capture_output=True, text=True, check=True)
    np.testing.assert_allclose(numbers(done.stdout), expected(), atol=2e-6)
