"""Every file that the package writes loads after `import keras_drnn` alone."""

import ast
import json
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
from light_keras import LIGHT

import keras_drnn
from keras_drnn import DelayedRNN, DelayedRNNCell, Limit, SpectralNorm
from keras_drnn.classifier.model import LengthMask
from keras_drnn.experiments.losses import FrameAccuracy, FrameCrossentropy
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import Recipe
from keras_drnn.experiments.training import compile_model
from keras_drnn.export.step import StreamingStep
from keras_drnn.registration import MODULES
from keras_drnn.skeletons.features import FrameVector, SkeletonFeatures
from keras_drnn.skeletons.holding import HoldMissing
from keras_drnn.skeletons.layouts import KINECT_V2
from keras_drnn.skeletons.turning import TurnAxes

PACKAGE = Path(keras_drnn.__file__).parent


def run(program, folder, *arguments):
    """Run a program in a fresh process that finds this package, and what is in `folder`."""
    script = folder / "program.py"
    script.write_text(LIGHT + textwrap.dedent(program), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, str(script), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_registered_class_has_its_stand_in():
    registered = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef):
                continue
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            decorators = [text for text in decorators if "register_keras_serializable" in text]
            if decorators:
                assert isinstance(node, ast.ClassDef), f"a stand-in for {node.name}, a function?"
                assert decorators == ["keras.saving.register_keras_serializable('keras_drnn')"]
                parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
                registered[node.name] = ".".join(parts).removesuffix(".__init__")
    assert registered == MODULES


def test_the_registry_holds_the_classes_once_they_are_imported():
    registry = keras.saving.get_custom_objects()
    assert registry["keras_drnn>DelayedRNN"] is DelayedRNN
    assert registry["keras_drnn>FrameCrossentropy"] is FrameCrossentropy


LOAD = """
    import json, pickle, sys
    from pathlib import Path

    import keras_drnn
    assert "keras" not in sys.modules
    import keras

    folder, expected = Path(sys.argv[1]), float(sys.argv[2])

    def check(load):
        assert "keras_drnn.layer" not in sys.modules
        model = load()
        assert type(model.loss).__module__ == "keras_drnn.experiments.losses"
        assert abs(float(keras.ops.sum(model(keras.ops.ones((1, 5, 1, 25, 3))))) - expected) < 1e-4
        for config in json.loads((folder / "configs.json").read_text()):
            made = keras.saving.deserialize_keras_object(config)
            assert type(made).__name__ == config["class_name"]
            assert json.loads(json.dumps(made.get_config())) == config["config"]
            assert keras.saving.get_registered_object(config["registered_name"]) is type(made)

    check(lambda: keras.saving.load_model(folder / "model.keras"))

    # Now as in a process that has imported Keras, and not yet this package.
    for name in [name for name in sys.modules if name.split(".")[0] == "keras_drnn"]:
        del sys.modules[name]
    registry = keras.saving.get_custom_objects()
    for name in [name for name in registry if name.startswith("keras_drnn>")]:
        del registry[name]
    import keras_drnn

    check(lambda: pickle.loads((folder / "model.pickle").read_bytes()))
"""


def test_files_load_in_a_fresh_process_whichever_is_imported_first(tmp_path):
    recipe = Recipe("drnn", units=4, delays=(1, 2))
    model = build_model(recipe, layout=KINECT_V2, bodies=1, classes=3)
    compile_model(model, recipe)
    model.save(tmp_path / "model.keras")
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(model))
    everything = [
        DelayedRNN(4, (1, 2)),
        DelayedRNNCell(4, (1, 2)),
        FrameAccuracy(),
        FrameCrossentropy(0.5),
        FrameVector((1.0, 2.0)),
        HoldMissing(),
        LengthMask(),
        Limit(2.0),
        SpectralNorm(0.9),
        SkeletonFeatures(0, shoulders=(4, 8), lag=4, memory=20),
        StreamingStep(
            keras.Sequential([keras.Input((None, 3)), DelayedRNN(4, (1, 2), name="drnn")]),
            [("drnn_h", 4, False), ("drnn_clock", 2, True)],
        ),
        TurnAxes((0, 2, 1), (1.0, 1.0, -1.0)),
    ]
    assert {type(thing).__name__ for thing in everything} == set(MODULES)
    configs = [keras.saving.serialize_keras_object(thing) for thing in everything]
    (tmp_path / "configs.json").write_text(json.dumps(configs), encoding="utf-8")
    expected = float(keras.ops.sum(model(keras.ops.ones((1, 5, 1, 25, 3)))))
    run(LOAD, tmp_path, tmp_path, expected)


# In place of Keras: what the stand-ins need of it, which is imported slowly, once with a failure.
KERAS = """
    import time, os
    if os.path.exists("fails"):
        raise RuntimeError("no backend")
    time.sleep(0.2)
    from keras import saving
"""
SAVING = """
    registry = {"keras_drnn>HoldMissing": "imported before"}

    def get_custom_objects():
        return registry
"""
ORDERS = """
    import importlib, importlib.machinery, importlib.util, os, sys, threading
    import keras_drnn
    from keras_drnn.registration import MODULES

    os.chdir(sys.argv[1])
    hooks = len(sys.meta_path)
    importlib.reload(keras_drnn)
    assert len(sys.meta_path) == hooks  # one, however often

    # To look for Keras is not to import it; an import that fails may be tried again.
    assert importlib.util.find_spec("keras") is not None
    open("fails", "w").close()
    try:
        import keras
    except RuntimeError:
        os.remove("fails")

    found = []

    def use():
        import keras
        found.append(set(keras.saving.get_custom_objects()))

    def use_reloaded():
        importlib.reload(sys.modules["keras_drnn.registration"]).register_lazily()
        use()

    threads = [threading.Thread(target=target) for target in [use, use_reloaded] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{f"keras_drnn>{name}" for name in MODULES}] * 8, found

    import keras
    assert not [finder for finder in sys.meta_path if "keras" in type(finder).__module__]
    assert keras.__loader__ is keras.__spec__.loader
    assert type(keras.__loader__) is importlib.machinery.SourceFileLoader
    assert "keras_drnn.layer" not in sys.modules

    registry = keras.saving.get_custom_objects()
    assert registry["keras_drnn>HoldMissing"] == "imported before"
    registry["keras_drnn>DelayedRNN"] = "imported now"
    importlib.reload(keras_drnn)
    importlib.reload(keras)
    assert registry["keras_drnn>DelayedRNN"] == "imported now"
"""


def test_threads_reloads_and_failing_imports_of_keras(tmp_path):
    (tmp_path / "keras").mkdir()
    for name, text in [("__init__", KERAS), ("saving", SAVING)]:
        (tmp_path / "keras" / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    run(ORDERS, tmp_path, tmp_path)
