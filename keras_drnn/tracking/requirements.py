"""What a logged model asks pip for: the versions that are here, as an index has them."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata

# Where tensorflow-cpu exists, as in pyproject.toml; elsewhere tensorflow is the same.
_OF_TENSORFLOW_CPU = "sys_platform != 'darwin' and platform_machine in 'x86_64 AMD64'"
_ELSEWHERE = "sys_platform == 'darwin' or platform_machine not in 'x86_64 AMD64'"


@cache
def providers_of_modules() -> Mapping[str, list[str]]:
    """The installed distributions that bring each module; it takes half a second to find them."""
    return metadata.packages_distributions()


def requirements_of(modules: Iterable[str]) -> list[str]:
    """The lines of a `requirements.txt` that bring what is imported here.

    Args:
        modules: Names that are imported, of packages that an index has.

    Returns:
        Each with the version that is installed, without its local part: no index has `2.13.0+cpu`.
    """
    providers = providers_of_modules()
    lines = []
    for module in modules:
        # tensorflow comes from tensorflow, tensorflow-cpu, tensorflow-macos ...
        found = providers[module]
        name = module if module in found else found[0]
        version = metadata.version(name).partition("+")[0]
        if name.replace("_", "-") == "tensorflow-cpu":
            lines.append(f"tensorflow-cpu=={version}; {_OF_TENSORFLOW_CPU}")
            lines.append(f"tensorflow=={version}; {_ELSEWHERE}")
        else:
            lines.append(f"{name}=={version}")
    return lines
