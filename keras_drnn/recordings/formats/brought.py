"""Formats that other packages bring, by entry points of a group of their own."""

import logging
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from keras_drnn.recordings.arrangement import Arrangement
from keras_drnn.recordings.formats.file_format import FileFormat
from keras_drnn.recordings.formats.source import Source
from keras_drnn.recordings.recording import Recording
from keras_drnn.skeletons.errors import SkeletonFileError

GROUP = "keras_drnn.recording_formats"
_logger = logging.getLogger(__name__)


@cache
def brought_formats() -> tuple[FileFormat, ...]:
    """The formats of other packages, once a process; one that cannot be used is named in a warning.

    Whatever such a format raises when it is given a file is the fault of that file alone.
    """
    found = []
    for entry in entry_points(group=GROUP):
        try:
            loaded = entry.load()
        # Whatever the code of another package raises as it is imported.
        except Exception as error:
            _leave_out(entry, f"{type(error).__name__}: {error}")
            continue
        if isinstance(loaded, FileFormat):
            found.append(_guarded(loaded, _origin(entry)))
        else:
            _leave_out(entry, f"expected a FileFormat, received {loaded!r:.60}")
    return tuple(found)


def _leave_out(entry: EntryPoint, reason: str) -> None:
    _logger.warning(
        "The recording format %r, %s, cannot be used: %s. Mend or uninstall that package; the "
        "other formats are not affected.",
        entry.name,
        _origin(entry),
        reason,
    )


def _guarded(brought: FileFormat, origin: str) -> FileFormat:
    faults: set[str] = set()

    def recognises(source: Source) -> bool:
        try:
            return bool(brought.recognises(source))
        # It is no file of this format then, and may be one of another.
        except SkeletonFileError:
            return False
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            if fault not in faults:
                faults.add(fault)
                _logger.warning(
                    "The recording format %r, %s, does not say which files are its own, and is "
                    "not asked to read them: %s",
                    brought.name,
                    origin,
                    fault,
                )
            return False

    def read(source: Source, arrangement: Arrangement) -> list[Recording]:
        try:
            return brought.read(source, arrangement)
        except SkeletonFileError:
            raise
        except Exception as error:
            raise source.error(
                f"expected a file that the format {brought.name} can read, {origin}, received "
                f"{type(error).__name__}: {error}",
                "format of a package",
            ) from error

    return replace(brought, recognises=recognises, read=read)


def _origin(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else "?"
    return f"which the package {package} brings as {entry.value}"
