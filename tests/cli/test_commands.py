"""The command: the main job from end to end on tiny demo data, and errors for people."""

import json


def test_demo_data_is_made_and_described(command, tmp_path):
    made = command("data", "demo", "clips", "--subjects", "2", "--repetitions", "1")
    assert made.exit_code == 0, made.output
    assert "72 clips" in made.output
    assert "ynthetic" in made.output
    described = command("data", "info", "--data", "ntu", "--root", "clips", "--json", "info.json")
    assert described.exit_code == 0, described.output
    summary = json.loads((tmp_path / "info.json").read_text())
    assert summary["clips"] == {"train": 24, "validation": 24, "test": 24}


def test_a_fault_is_reported_before_training(command):
    for arguments, message in [
        (["--models", "transformer"], "transformer"),
        (["--data", "nucla"], "root"),
        (["--data", "nucla", "--root", "nowhere"], "nowhere"),
        (["--data", "nucla", "--protocol", "cross-subject", "--root", "."], "cross-subject"),
        (["--delays", "1,2,4,8"], "units=150"),
        (["--delays", "3,1"], "strictly increasing"),
        (["--preset", "stream", "--models", "drnn,bidrnn"], "waits for the end"),
        (["--json", "nowhere/found.json"], "nowhere"),
        (["--json", "."], "must be a file"),
    ]:
        done = command("compare", *arguments)
        assert done.exit_code != 0
        assert isinstance(done.exception, ValueError)
        assert message in str(done.exception)
    assert command("compare", "--delays", "1,x").exit_code == 2


def test_a_store_that_is_away_is_reported_before_training(command, monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    done = command("compare")
    assert done.exit_code != 0
    assert "127.0.0.1:9" in str(done.exception)
    assert not list(tmp_path.glob("drnn-runs/*demo*"))
