"""A small comparison that was really trained, and its page: made once."""

import pytest
from export_reports import export_report

import keras_drnn.export
from keras_drnn.experiments.comparison import ComparisonSettings, compare
from keras_drnn.experiments.data import open_data
from keras_drnn.experiments.folds import Folds
from keras_drnn.report import report_html
from keras_drnn.skeletons.demo import generate

COMMAND = "drnn compare --root 'my clips' --models drnn,bidrnn --steps 2"


def _export(model, path, **_):
    """The conversion, which takes many seconds, replaced."""
    path.write_bytes(b"tflite")
    return export_report(path)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The folder of a comparison of two models; not to be written to."""
    folder = tmp_path_factory.mktemp("compared")
    generate(folder / "clips", subjects=2, repetitions=1)
    data = open_data("demo", root=folder / "clips", cache=folder / "cache")
    settings = ComparisonSettings(("drnn", "bidrnn"), delays=(1, 3), units=4, steps=2, batch_size=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras_drnn.export, "export_litert", _export)
        best = []
        compare(
            folder / "demo",
            settings,
            Folds.of(data),
            None,
            on_run=lambda name, steps: lambda step: None,
            on_best=best.append,
            command=COMMAND,
        )
    assert best and all(0 <= accuracy <= 1 for accuracy in best)
    return folder / "demo"


@pytest.fixture(scope="session")
def page(trained):
    """The HTML of its report."""
    return report_html(trained)
