"""This package, as it is here, as a wheel: what loads a logged model travels with it.

No index has the package, a checkout may have been changed since any commit, and whoever loads a
model may not reach the repository. The package is Python alone, so its files as they are imported
make the wheel, without a build and without the network.
"""

import base64
import hashlib
import zipfile
from importlib import metadata
from pathlib import Path

import keras_drnn
import keras_drnn_runtime
from keras_drnn.version import __version__

_NAME = f"keras_drnn-{__version__}"
_INFO = f"{_NAME}.dist-info"
_WHEEL = "Wheel-Version: 1.0\nGenerator: keras_drnn\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path) -> Path:
    """Write a wheel of the package that is running.

    Args:
        folder: An existing folder.

    Returns:
        The wheel in it.
    """
    files = {f"{_INFO}/{name}": text.encode() for name, text in _metadata().items()}
    for init in (keras_drnn.__file__, keras_drnn_runtime.__file__):
        root = Path(init).parent
        for path in root.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root.parent).as_posix()] = path.read_bytes()
    record = [f"{name},sha256={_digest(files[name])},{len(files[name])}" for name in sorted(files)]
    record.append(f"{_INFO}/RECORD,,\n")
    files[f"{_INFO}/RECORD"] = "\n".join(record).encode()

    wheel = folder / f"{_NAME}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            # Its date is that of no clock: the same package gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return wheel


def _metadata() -> dict[str, str]:
    """The texts that describe a distribution, by name."""
    try:
        installed = metadata.distribution("keras-drnn")
    except metadata.PackageNotFoundError:  # a checkout on the path
        installed = None
    # An editable checkout may have moved on since it was installed.
    if installed is None or installed.version != __version__:
        described = f"Metadata-Version: 2.1\nName: keras-drnn\nVersion: {__version__}\n"
        return {"METADATA": described, "WHEEL": _WHEEL}
    described = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    others = {name: installed.read_text(name) for name in ("entry_points.txt", "licenses/LICENSE")}
    present = {name: text for name, text in others.items() if text is not None}
    return {"METADATA": described, "WHEEL": _WHEEL, **present}


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
