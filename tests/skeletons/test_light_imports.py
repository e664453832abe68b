"""Reading, storing and describing skeletons needs no Keras."""

from light_process import start


def test_all_but_the_features_is_imported_without_keras(tmp_path):
    code = """
        import importlib, pkgutil
        import keras_drnn.data_sets, keras_drnn.recordings, keras_drnn.skeletons
        imported = []
        of_layers = {"features", "holding", "joints", "planes", "running", "skeleton_features"}
        of_layers |= {"torso", "turning"}
        for package in (keras_drnn.skeletons, keras_drnn.recordings, keras_drnn.data_sets):
            for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
                if module.name.split(".")[-1] not in of_layers:
                    imported.append(importlib.import_module(module.name))
        names = keras_drnn.data_sets.data_set_names()
        assert all(keras_drnn.data_sets.find_data_set(name).reader for name in names)
        backends = {"jax", "tensorflow", "torch"} & set(sys.modules)
        print(len(imported), sorted(backends))
        try:
            import keras
        except ImportError:
            print("no Keras here")
    """
    said, errors = start(tmp_path / "script.py", code).communicate(timeout=60)
    assert not errors
    modules, backends, *rest = said.split(maxsplit=2)
    assert int(modules) > 30 and backends == "[]" and rest == ["no Keras here\n"]
