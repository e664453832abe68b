"""Pickles of NumPy arrays, numbers and plain containers, and of nothing else.

A pickle is a program. Here it can neither import nor call anything but the stand-ins below, which
make arrays of bytes: NumPy's own functions would take any shape and any memory layout from it.
"""

import io
import math
import pickle
import re
from collections import OrderedDict

import numpy as np

_NUMBERS = re.compile(r"[biuf][1248]")


class RefusedPickleError(ValueError):
    """A pickle that asks for something that is not an array, a number or a plain container."""


class Array:
    """What stands for an array until its contents are known; `unwrap` gives the array."""

    __slots__ = ("array",)

    def __setstate__(self, state: tuple) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise RefusedPickleError("an array of another form")
        _, shape, dtype, by_column, data = state
        self.array = _array(data, dtype, shape, "F" if by_column is True else "C")


class _Type:
    """What stands for a NumPy type."""

    __slots__ = ("code", "order")

    def __init__(self, code: object, *_: object) -> None:
        if not isinstance(code, str) or not _NUMBERS.fullmatch(code):
            what = f"{code:.40}" if isinstance(code, str) else type(code).__name__
            raise RefusedPickleError(f"values of type {what}, which are no numbers")
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if order not in ("<", ">", "|", "="):
            raise RefusedPickleError("a type of another form")
        self.order = order

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(self.order + self.code)


class _Call:
    """Something that a pickle may call. It has no attributes that a pickle could set."""

    __slots__ = ("_function",)

    def __init__(self, function) -> None:
        object.__setattr__(self, "_function", function)

    def __setattr__(self, name: str, value: object) -> None:
        raise RefusedPickleError("an attribute of a function")

    def __call__(self, *arguments: object) -> object:
        return self._function(*arguments)


def _reconstruct(*_: object) -> Array:
    return Array()


def _scalar(dtype: object, data: object) -> object:
    return _array(data, dtype, (), "C")[()]


def _array(data: object, dtype: object, shape: object, order: object) -> np.ndarray:
    if not isinstance(dtype, _Type) or not isinstance(data, (bytes, bytearray)):
        raise RefusedPickleError("an array that is not of numbers")
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise RefusedPickleError("an array of another form")
    if math.prod(shape) * dtype.dtype.itemsize != len(data):
        raise RefusedPickleError(f"{len(data)} bytes for an array of shape {shape}")
    values = np.frombuffer(data, dtype.dtype) if data else np.empty(0, dtype.dtype)
    return values.reshape(shape, order="F" if order == "F" else "C").copy()


def _latin_1(text: object, encoding: object) -> bytes:
    # How protocols 0 to 2 write bytes. Other encodings unpack, and can fill the memory.
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedPickleError("text in another encoding than Latin-1")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    return b""


def _ordered(*arguments: object) -> dict:
    return OrderedDict(*arguments)  # type: ignore[call-overload]  # the file's


_NUMPY = {
    ("multiarray", "_reconstruct"): _reconstruct,
    ("multiarray", "scalar"): _scalar,
    ("numeric", "_frombuffer"): lambda data, dtype, shape, order: _array(data, dtype, shape, order),
}
_ALLOWED = {
    **{
        (f"numpy.{core}.{module}", name): function
        for core in ("core", "_core")
        for (module, name), function in _NUMPY.items()
    },
    ("numpy", "ndarray"): _reconstruct,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _latin_1,
    ("__builtin__", "bytes"): _no_bytes,  # how those protocols write none
    ("collections", "OrderedDict"): _ordered,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        function = _ALLOWED.get((module, name))
        if function is None:
            raise RefusedPickleError(f"{module}.{name}")
        return _Call(function)


def load(data: bytes) -> object:
    """Load a pickle; `unwrap` gives the arrays in it.

    Args:
        data: The pickle.

    Raises:
        RefusedPickleError: If it asks for anything else than arrays, numbers and plain containers.
        ValueError: If it is not a whole pickle.
    """
    try:
        return _Unpickler(io.BytesIO(data)).load()
    except RefusedPickleError:
        raise
    # Whatever a broken program does: a stack without an entry, a container that is none.
    except Exception as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def unwrap(value: object) -> object:
    """The array that a value of a pickle stands for, or the value itself."""
    return value.array if isinstance(value, Array) and hasattr(value, "array") else value
