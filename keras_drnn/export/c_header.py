"""A model as a header for C and C++: what a program for a microcontroller needs to know of it."""

import re
import string
from collections.abc import Iterator, Sequence

import numpy as np

from keras_drnn.export.report import ExportReport
from keras_drnn.version import __version__
from keras_drnn_runtime.names import CLOCK, SCORES

_BYTES_A_ROW = 20

_HEADER = """\
/* {lower}.h, made by keras_drnn {version} for TFLite Micro.

   Inputs of the graph, in order: {inputs}.
   Outputs: {outputs}.
   State and clock are all zero before the first frame; after it they are copied from the outputs.
   A frame without anybody is all zero, and so is a person who is absent. */

#ifndef {upper}_H_
#define {upper}_H_

#include <stdint.h>

/* Memory for everything but the model. Measured where pointers have eight bytes; less will do where
   they have four. */
#define {upper}_ARENA_BYTES {arena}

{sizes}

/* Of the resolver: MicroMutableOpResolver<{upper}_OPERATORS>. */
#define {upper}_OPERATORS {count}
#define {upper}_ADD_OPERATORS(resolver) \\
{operators}

#ifdef __cplusplus
#define {upper}_ALIGNED alignas(16)
#else
#define {upper}_ALIGNED _Alignas(16)
#endif

static const char *const {lower}_labels[{upper}_SCORES] = {{
{labels}
}};

#define {upper}_MODEL_BYTES {size}
{upper}_ALIGNED static const uint8_t {lower}_model[{upper}_MODEL_BYTES] = {{
{content}
}};

#endif /* {upper}_H_ */
"""


def c_header(
    title: str,
    content: bytes,
    interface: dict[str, tuple[int, ...]],
    *,
    report: ExportReport,
    scores: int,
    labels: Sequence[str] = (),
) -> str:
    """The text of a header.

    Args:
        title: The name of the model; names in the header begin with it.
        content: The bytes of the file.
        interface: Shapes of what the graph takes, by name, in order.
        report: What came of the export.
        scores: How many there are.
        labels: What they are of; numbers by default.
    """
    lower = re.sub(r"\W", "_", title.lower(), flags=re.ASCII)
    lower = lower if lower[:1].isalpha() else f"model_{lower}"
    upper = lower.upper()
    taken = [_described(name, shape) for name, shape in interface.items()]
    sizes = {name: int(np.prod(shape)) for name, shape in interface.items()} | {SCORES: scores}
    defined = [f"#define {upper}_{name.upper()} {size}" for name, size in sizes.items()]
    added = [f"  (resolver).Add{_method(each)}();" for each in report.operators]
    return _HEADER.format(
        version=__version__,
        lower=lower,
        upper=upper,
        inputs=", ".join(taken),
        outputs=", ".join([_described(SCORES, (1, scores)), *taken[1:]]),
        arena=report.arena_bytes,
        sizes="\n".join(defined),
        count=len(report.operators),
        operators=" \\\n".join(added),
        labels="\n".join(f"    {_quoted(each)}," for each in labels or map(str, range(scores))),
        size=len(content),
        content="\n".join(_rows(content)),
    )


def _described(name: str, shape: tuple[int, ...]) -> str:
    kind = "int32_t" if name == CLOCK else "float"
    return f"{name} ({kind}, {' x '.join(map(str, shape))})"


def _method(operator: str) -> str:
    """As the resolver names it: `REDUCE_MAX` is added by `AddReduceMax`."""
    return "".join(part.capitalize() for part in operator.split("_"))


def _quoted(text: str) -> str:
    """A string of C, in UTF-8; all but plain characters as three octal digits."""
    plain = frozenset(string.ascii_letters + string.digits + " _-.,:;()+/'")
    each = (chr(byte) if chr(byte) in plain else f"\\{byte:03o}" for byte in text.encode())
    return f'"{"".join(each)}"'


def _rows(content: bytes) -> Iterator[str]:
    for begin in range(0, len(content), _BYTES_A_ROW):
        yield "    " + "".join(f"{byte}," for byte in content[begin : begin + _BYTES_A_ROW])
