"""Keras callbacks that a user names, `module:factory`, each training getting its own."""

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def check_callbacks(names: Iterable[str]) -> None:
    """Find what is wrong with names of callbacks before anything is trained.

    Args:
        names: As for `make_callbacks`.

    Raises:
        ValueError: If a name is none, or there is no such module or factory.
    """
    for name in names:
        _factory(name)


def make_callbacks(names: Iterable[str], folder: Path) -> list["keras.callbacks.Callback"]:
    """Make the callbacks of one training.

    Args:
        names: `module:factory` each. Modules are looked for in the current folder too. The factory
            is called without arguments, or with the folder of the training if it has a parameter
            `folder`, and gives a Keras callback.
        folder: The folder of the training.

    Raises:
        ValueError: If a name is none, there is no such module or factory, or what the factory gives
            is no callback.

    Example:

    >>> make_callbacks(["keras.callbacks:TerminateOnNaN"], Path("run"))[0].__class__.__name__
    'TerminateOnNaN'
    """
    import keras

    made = []
    for name in names:
        factory = _factory(name)
        takes_folder = "folder" in _parameters(factory)
        callback = factory(folder=folder) if takes_folder else factory()
        if not isinstance(callback, keras.callbacks.Callback):
            raise ValueError(
                f"Expected the factory {name} to give a Keras callback, an object of a class that "
                f"is derived from keras.callbacks.Callback. Received: {callback!r:.80}"
            )
        made.append(callback)
    return made


def _factory(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    if not module or not attribute.isidentifier():
        raise ValueError(
            "A callback is named as module:factory, such as my_callbacks:early_stopping for the "
            f"function early_stopping of my_callbacks.py. Received: {name!r}"
        )
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
    # Whatever the user's module raises as it is imported.
    except Exception as error:
        raise ValueError(
            f"Expected a module {module} that can be imported, in the current folder or installed. "
            f"Received: {name!r}, {type(error).__name__}: {error}"
        ) from error
    factory = getattr(found, attribute, None)
    if not callable(factory):
        raise ValueError(
            f"Expected a function or class {attribute} in the module {module}. Received: {name!r}, "
            f"{'where there is none' if factory is None else f'which is {factory!r:.60}'}"
        )
    needed = [
        each.name
        for each in _parameters(factory).values()
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_OR_KEYWORD, each.POSITIONAL_ONLY, each.KEYWORD_ONLY)
        and each.name != "folder"
    ]
    if needed:
        raise ValueError(
            "Expected a factory that needs no arguments but `folder`; write a function that calls "
            f"it with them. Received: {name!r}, which needs {', '.join(needed)}"
        )
    return factory


def _parameters(factory: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(factory).parameters)
    except ValueError:  # of something built in
        return {}
