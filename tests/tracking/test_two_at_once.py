"""Two comparisons that begin at the same moment, and the store does not exist yet."""

import light_process
from mirrored import check_finished, runs
from run_folders import write_comparison

PROGRAM = """
import sys, time
from pathlib import Path
import mlflow.tracking
from keras_drnn.tracking import ComparisonMirror, check_store

uri, folder, mine, other = sys.argv[1], *map(Path, sys.argv[2:])
mine.touch()
end = time.monotonic() + 120
while not other.exists():
    assert time.monotonic() < end, "the other has not begun"
    time.sleep(0.001)
check_store(uri)
with ComparisonMirror(folder, uri) as mirror:
    assert mirror.sync() is None, mirror.problem
assert mirror.problem is None, mirror.problem
"""


def test_two_comparisons_make_one_store_and_share_it(tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    folders = [write_comparison(tmp_path / name, seeds=1, evaluations=3) for name in ("a", "b")]
    ready = [tmp_path / f"ready-{index}" for index in range(2)]
    processes = [
        light_process.start(
            tmp_path / f"program{index}.py", PROGRAM, uri, folder, ready[index], ready[1 - index]
        )
        for index, folder in enumerate(folders)
    ]
    errors = [process.communicate(timeout=300)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    for folder in folders:
        assert len(runs(uri, folder.name)) == 3
        for name in ("drnn-seed0", "lstm-seed0"):
            check_finished(uri, folder, name)
