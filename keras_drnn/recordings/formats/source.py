"""A file that is to be read, and what several formats make of it, made once."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from keras_drnn.recordings.errors import RecordingError
from keras_drnn.skeletons.reader import file_bytes


@dataclass(frozen=True)
class Source:
    """A file or folder.

    Args:
        path: Where it is.
    """

    path: Path

    @cached_property
    def data(self) -> bytes:
        """The bytes of the file."""
        data = file_bytes(self.path)
        if not data.strip():
            raise self.error("expected data, received an empty file", "empty file", line=1)
        return data

    @cached_property
    def text(self) -> str:
        """The text of the file, without a byte-order mark, every line ended by `\\n` alone."""
        utf_16 = self.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        try:
            text = self.data.decode("utf-16" if utf_16 else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.error(
                f"expected text in UTF-8, received other bytes at {error.start}", "encoding"
            ) from error
        if "\0" in text:
            raise self.error("expected text, received zero bytes", "encoding")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def json(self) -> object:
        """What the JSON of the file says; `NaN` and `null` are missing numbers."""
        text = self.text
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            cut = not text.rstrip().endswith(("]", "}"))
            reason = "expected the JSON to go on, received its end" if cut else "expected JSON"
            raise self.error(
                f"{reason}: {error.msg} (column {error.colno})",
                "truncated" if cut else "not JSON",
                line=error.lineno,
            ) from error
        except (ValueError, RecursionError) as error:
            raise self.error(f"expected JSON: {error}", "not JSON") from error

    def error(self, reason: str, kind: str, *, line: int | None = None) -> RecordingError:
        """The error to raise about this file."""
        return RecordingError(self.path, line, reason, kind)
