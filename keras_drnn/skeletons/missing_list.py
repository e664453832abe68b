"""Lists of samples to leave out, as people hand them on: one name a line, or nearly so."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.skeletons.reader import Reader

_SEPARATORS = re.compile(r"[\s,;|\"'`“”‘’()\[\]{}]+")
_NUMBERING = re.compile(r"[0-9]+[.:]?")
_DASH = re.compile(r"[-*•–]+")
# Letters and digits by turns, twice or more: meant as the name of a sample, not as a word.
_LIKE_A_NAME = re.compile(r"(?:[^\W\d_]+[_-]?\d+[_-]?){2,}")


@dataclass(frozen=True)
class MissingList:
    """What a list of samples to leave out says.

    Args:
        names: The names, without suffix and in lower case.
        warnings: The lines that say something else, each with its number.
    """

    names: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def read_missing_list(path: str | Path, reader: Reader) -> MissingList:
    """Read a list of samples.

    A line may have several names, with or without suffix, with a folder or a number before them, in
    quotes, with commas between them and a comment after a `#`. Lines without a name at the top are
    the explanation that the authors' own lists begin with.

    Args:
        path: A text file.
        reader: What says how the samples are named.

    Raises:
        ValueError: If the file cannot be read, or names no sample.
    """
    try:
        lines = _decoded(Path(path).read_bytes()).rstrip("\0\x1a\r\n").splitlines()
    except OSError as error:
        raise ValueError(
            f"Expected a text file of samples with missing skeletons: {error.strerror}. "
            f"Received: missing_list={str(path)!r}"
        ) from error
    names: set[str] = set()
    warnings = []
    for number, line in enumerate(lines, start=1):
        found, rest = _names(line, reader)
        explanation = not names and not found and not any(map(_LIKE_A_NAME.search, rest))
        names.update(found)
        if rest and not explanation:
            taken = f"; taken from it: {', '.join(found)}" if found else ""
            warnings.append(
                f"{path}, line {number}: expected names of samples like {reader.pattern}, "
                f"received {line.strip()!r:.80}{taken}"
            )
    if not names:
        raise ValueError(
            f"Expected names of samples, one a line, like {reader.pattern} without the suffix; "
            f"found none in {len(lines)} lines. Received: missing_list={str(path)!r}"
        )
    return MissingList(frozenset(name.lower() for name in names), tuple(warnings))


def _names(line: str, reader: Reader) -> tuple[list[str], list[str]]:
    """The names in a line, and what in it is neither a name nor one of the things around names."""
    names, rest = [], []
    for token in _SEPARATORS.split(line.partition("#")[0]):
        folder, _, last = token.replace("\\", "/").rpartition("/")
        last = last.rstrip(".:")
        match = reader.match(last)
        if match:
            names.append(match[0])
        elif (
            token and not folder and not _NUMBERING.fullmatch(token) and not _DASH.fullmatch(token)
        ):
            rest.append(token)
        elif _LIKE_A_NAME.search(last):
            rest.append(token)
    return names, rest


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")
