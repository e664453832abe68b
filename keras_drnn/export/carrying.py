"""How a model comes to the process that converts it, with classes and functions of a user's own.

Keras finds in another process only what is registered in a module that is imported there. What a
script, a notebook or a function defines is in no such module: it is sent by cloudpickle.
"""

import pickle
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from keras_drnn.export.check import ExportError
from keras_drnn.keras_file import read_keras_file

if TYPE_CHECKING:
    import keras

# Packages of which every process that converts knows everything.
_KNOWN = ("keras", "keras_drnn", "builtins")


def carry(model: "keras.Model", folder: Path) -> dict[str, Any]:
    """Write a model for another process, and return what `carried` needs to know of it.

    Args:
        model: The model.
        folder: Where to write.

    Raises:
        ExportError: If something of it cannot be sent.
    """
    keras_file, own_file = folder / "model.keras", folder / "own.pickle"
    own_file.write_bytes(_sent(own_objects(model)))
    model.save(keras_file)
    return {"own_file": str(own_file), "keras_file": str(keras_file)}


@contextmanager
def carried(job: dict[str, Any]) -> "Iterator[keras.Model]":
    """The model that `carry` has written, as long as the context lasts."""
    import keras

    # What is of a module is known by its name: this imports the module.
    own = pickle.loads(Path(job["own_file"]).read_bytes())
    with keras.saving.custom_object_scope(own):
        yield read_keras_file(job["keras_file"])


def own_objects(model: "keras.Model") -> dict[str, Any]:
    """Classes and functions that a model is made of and Keras has not, by their saved names.

    Args:
        model: A model, of which losses, metrics and the optimizer do not matter.

    Raises:
        ExportError: If a saved model cannot know one of them by its name.
    """
    from keras import saving

    names = _names(model)
    own: dict[str, Any] = {}
    for each in _held([model], set()):
        name = saving.get_registered_name(each)
        # The others are made anew by what keeps them.
        if each.__module__.split(".")[0] in _KNOWN or name not in names:
            continue
        if own.setdefault(name, each) is not each:
            raise ExportError(
                "Expected classes and functions of different names, by which a saved model tells "
                "them apart; after a change of a class, build the model anew. Received: two of "
                f"the name {name}"
            )
    return own


def _names(model: "keras.Model") -> set[str]:
    """All texts of a model's configuration, the names in a saved model among them."""
    from keras import saving

    lambdas = ExportError(
        "Expected functions that have a name, by which a saved model knows them: write `def` in "
        "place of `lambda`. Received: a lambda"
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("error", ".*includes a `lambda`", UserWarning)
        try:
            names = set(_texts(saving.serialize_keras_object(model)))
        # There is no source, which the warning would quote, of what was typed into Python.
        except (UserWarning, OSError) as error:
            raise lambdas from error
    # The layer `Lambda` does not warn.
    if "__lambda__" in names:
        raise lambdas
    return names


def _held(values: Iterable[Any], seen: set[int]) -> Iterator[Any]:
    """Classes and functions of operations, and of all that these keep."""
    import keras

    for value in values:
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionType):
            yield value
        elif isinstance(value, dict):
            yield from _held(value.values(), seen)
        elif isinstance(value, (list, tuple)):
            yield from _held(value, seen)
        elif hasattr(value, "get_config") and not isinstance(value, type):
            yield type(value)
            if isinstance(value, keras.Model):
                # The rest of a model is what it is trained with.
                inner = [*getattr(value, "operations", ()), *value.layers]
            else:
                # Keras puts functions around methods.
                methods = dir(type(value))
                inner = [each for name, each in vars(value).items() if name not in methods]
            yield from _held(inner, seen)


def _texts(config: Any) -> Iterator[str]:
    """All texts of a configuration but those of the training."""
    if isinstance(config, str):
        yield config
    elif isinstance(config, dict):
        for key, value in config.items():
            if key != "compile_config":
                yield from _texts(value)
    elif isinstance(config, (list, tuple)):
        for each in config:
            yield from _texts(each)


def _by_value(own: Any) -> bool:
    """Whether another process cannot import a class or function."""
    if own.__module__ == "__main__":
        return True
    found: Any = sys.modules.get(own.__module__)
    for name in own.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is not own


def _sent(own: dict[str, Any]) -> bytes:
    """Pickled, the code of what cannot be imported included."""
    if not any(map(_by_value, own.values())):
        return pickle.dumps(own)
    try:
        import cloudpickle
    except ModuleNotFoundError as error:
        raise ExportError(
            "What a script or a notebook defines is sent to the process that converts by "
            f"cloudpickle: `pip install cloudpickle`. Received: {', '.join(own)}"
        ) from error
    for name, each in own.items():
        try:
            cloudpickle.dumps(each)
        # Whatever a class of the user's raises.
        except Exception as error:
            raise ExportError(
                f"{name} cannot be sent to the process that converts. Take out of it, and of the "
                "global names that it uses, what cannot be pickled (open files, locks, "
                "connections), or move it to a module, a .py file, that you import. "
                f"Received: {type(error).__name__}: {error}"
            ) from error
    return cloudpickle.dumps(own)
