"""The public names: found when they are asked for, and nothing heavy is imported before."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import keras_drnn

ROOT = Path(keras_drnn.__file__).parents[1]
PACKAGES = [
    "keras_drnn",
    "keras_drnn.animation",
    "keras_drnn.data_sets",
    "keras_drnn.experiments",
    "keras_drnn.export",
    "keras_drnn.influence",
    "keras_drnn.skeletons",
    "keras_drnn.tuning",
]


def run(program):
    """What a program prints in a fresh process that finds this package."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_library_and_the_readers_import_nothing_but_numpy():
    program = """if True:
        import sys
        before = set(sys.modules)
        import keras_drnn
        assert "numpy" not in sys.modules  # nothing at all before something is used
        keras_drnn.skeletons.ntu.read_skeleton, keras_drnn.skeletons.nucla.read_clip
        keras_drnn.geometric_delays, keras_drnn.update_steps, keras_drnn.draw_schedule
        keras_drnn.export, keras_drnn.tuning, dir(keras_drnn.export), dir(keras_drnn.tuning)
        added = {name.split(".")[0] for name in set(sys.modules) - before}
        print(sorted(added - sys.stdlib_module_names))
    """
    assert ast.literal_eval(run(program)) == ["keras_drnn", "numpy"]


@pytest.mark.parametrize("package", PACKAGES)
def test_all_names_are_found_and_listed(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    assert len(module.__all__) == len(set(module.__all__))
    for name in module.__all__:
        assert getattr(module, name) is not None
        assert getattr(module, name) is getattr(module, name)
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'nowhere'"):
        _ = module.nowhere


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_the_names_of_all(package):
    """The imports for type checkers, the lazy names and `__all__` agree."""
    tree = ast.parse(Path(importlib.import_module(package).__file__).read_text(encoding="utf-8"))
    seen = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    helpers = {"TYPE_CHECKING", "lazy_names", "register_lazily"}
    assert seen - helpers == set(importlib.import_module(package).__all__)
