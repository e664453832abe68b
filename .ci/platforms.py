"""Resolves the package for each platform and Python: which can install what.

    pip install uv && python .ci/platforms.py

Nothing is installed. uv is asked because pip evaluates a requirement's markers for the machine that
it runs on, not for the platform that it is asked about. Exit status 1 if a combination that
pyproject.toml allows cannot be installed from wheels.
"""

import concurrent.futures
import os
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
RUNTIME = PROJECT.parent / "runtime/pyproject.toml"
CONSTRAINTS = PROJECT.with_name("constraints.txt")
PLATFORMS = {
    "Linux x86_64": "x86_64-manylinux_2_28",
    "Linux aarch64": "aarch64-manylinux_2_35",
    "macOS arm64": "aarch64-apple-darwin",
    "Windows x86_64": "x86_64-pc-windows-msvc",
}
EXTRAS = ["jax", "torch", "tensorflow", "sklearn", "tune", "openvino", "all", "dev"]
CONSTRAINED = ["all", "dev"]  # as the README and CONTRIBUTING install them
BY_ITSELF = "runtime"  # keras-drnn-runtime, with its extras
COLUMNS = [*EXTRAS, BY_ITSELF]
MACOS = "14.0"  # the oldest that torch supports


def supported_pythons() -> list[str]:
    bounds = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["requires-python"]
    first, end = (int(bound.rpartition("3.")[2]) for bound in bounds.split(","))
    return [f"3.{minor}" for minor in range(first, end)]


def fault(platform: str, python: str, extra: str) -> str:
    """Why the extra cannot be installed there, or nothing."""
    command = ["uv", "pip", "compile", "--quiet"]
    command += [RUNTIME, "--all-extras"] if extra == BY_ITSELF else [PROJECT, "--extra", extra]
    command += ["--python-version", python, "--python-platform", platform]
    command += ["--only-binary", ":all:"]
    if extra in CONSTRAINED:
        command += ["--constraint", str(CONSTRAINTS)]
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": MACOS}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return "\n".join(done.stderr.splitlines()[-8:]) if done.returncode else ""


def main() -> int:
    places = [
        (name, python, extra)
        for name in PLATFORMS
        for python in supported_pythons()
        for extra in COLUMNS
    ]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda place: fault(PLATFORMS[place[0]], *place[1:]), places)
        faults = dict(zip(places, found, strict=True))
    print(f"{'':22}" + "".join(f"{extra:>12}" for extra in COLUMNS))
    for name in PLATFORMS:
        for python in supported_pythons():
            cells = ["-" if faults[name, python, extra] else "yes" for extra in COLUMNS]
            print(f"{name + ' ' + python:22}" + "".join(f"{cell:>12}" for cell in cells))
    for place, text in faults.items():
        if text:
            print(f"\n{' '.join(place)}: {text}")
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
