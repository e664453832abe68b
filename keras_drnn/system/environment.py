"""What a result comes from: versions of packages, the machine, the cores of this process."""

import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

from keras_drnn.version import __version__

_PACKAGES = ("keras", "numpy", "tensorflow", "tensorflow-cpu", "jax", "torch")


def environment() -> dict[str, str]:
    """The versions and the machine that a result comes from."""
    return {"machine": machine(), **versions(_PACKAGES)}


def machine() -> str:
    """The machine in a few words, such as `"Linux x86_64, 2 cores"`."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def computer(environment: Mapping[str, str]) -> str:
    """The machine of a result and its GPU, if one computed it, in a few words.

    Args:
        environment: Of the result; its `"accelerator"` is the GPU's name.
    """
    named = [environment.get("machine", "not known"), environment.get("accelerator")]
    return ", ".join(filter(None, named))


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of Python, of this package, and of those of `packages` that are installed.

    Args:
        packages: Names of distributions, as pip has them.
    """
    installed = {"python": platform.python_version()}
    for package in packages:
        try:
            installed[package] = version(package)
        except PackageNotFoundError:
            continue
    return installed | {"keras_drnn": __version__}


def usable_cores() -> list[int]:
    """Numbers of the cores that this process may use; empty where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
