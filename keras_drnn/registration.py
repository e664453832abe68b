"""Lets Keras load every file that this package writes, after `import keras_drnn` alone.

Keras finds a class of a saved model only if it is registered, which happens when the module with
the class is imported. To import all such modules with the package would import Keras and the
application. So each class has a stand-in in Keras' registry that imports the module when a file
with the class is loaded; the class itself then takes its place.
"""

import importlib
import importlib.util
import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PACKAGE = "keras_drnn"
# Names, not imports: the library knows of the application's classes only where they are.
MODULES = {
    "DelayedRNN": "keras_drnn.layer",
    "DelayedRNNCell": "keras_drnn.cell",
    "FrameAccuracy": "keras_drnn.experiments.losses",
    "FrameCrossentropy": "keras_drnn.experiments.losses",
    "FrameVector": "keras_drnn.skeletons.features",
    "HoldMissing": "keras_drnn.skeletons.holding",
    "LengthMask": "keras_drnn.classifier.model",
    "Limit": "keras_drnn.limit",
    "SpectralNorm": "keras_drnn.spectral_norm",
    "SkeletonFeatures": "keras_drnn.skeletons.skeleton_features",
    "StreamingStep": "keras_drnn.export.step",
    "TurnAxes": "keras_drnn.skeletons.turning",
}


def register_lazily() -> None:
    """Register the stand-ins: now if Keras is imported, else as soon as it is."""
    if sys.modules.get("keras") is not None:  # None there forbids the import
        _register_stand_ins()
    elif not any(isinstance(finder, _KerasFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _KerasFinder())


def _register_stand_ins() -> None:
    # Another thread may be in the midst of importing Keras: this waits for it.
    from keras.saving import get_custom_objects

    registry = get_custom_objects()
    for name, module in MODULES.items():
        # A class that has been imported already has registered itself.
        registry.setdefault(f"{PACKAGE}>{name}", _stand_in(name, module))


def _stand_in(name: str, module: str) -> type:
    """Something in the place of a class that makes instances of the class itself."""

    def imported() -> Any:
        return getattr(importlib.import_module(module), name)

    def make(cls, *args, **kwargs):
        return imported()(*args, **kwargs)

    def from_config(cls, config):
        return imported().from_config(config)

    return type(name, (), {"__new__": make, "from_config": classmethod(from_config)})


class _KerasFinder(MetaPathFinder):
    """Finds Keras as the other finders do, and registers the stand-ins once it is imported."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "keras" or getattr(self._thread, "asks_the_others", False):
            return None
        self._thread.asks_the_others = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._thread.asks_the_others = False
        if spec is not None and spec.loader is not None:
            spec.loader = _KerasLoader(spec.loader, self)
        return spec


class _KerasLoader(Loader):
    def __init__(self, loader: Loader, finder: _KerasFinder) -> None:
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # The module shows the loader that it would have without this one.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        # Not before: an import that fails may be tried again.
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        _register_stand_ins()
