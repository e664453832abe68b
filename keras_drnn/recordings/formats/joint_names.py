"""Which joint of a layout a name in a file means, however it is written."""

import re
from collections.abc import Sequence

from keras_drnn.recordings.formats.source import Source
from keras_drnn.skeletons.layouts import JointLayout, find_layout, layout_names

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SAME = {
    "l": "left",
    "r": "right",
    "mid": "centre",
    "middle": "centre",
    "center": "centre",
    "base": "centre",
}


def words(name: str) -> frozenset[str]:
    """The words of a joint's name, the same for `LEFT_SHOULDER`, `leftShoulder` and `LShoulder`."""
    return frozenset(_SAME.get(word, word) for word in map(str.lower, _WORD.findall(name)))


def layout_of(names: Sequence[str]) -> JointLayout | None:
    """The layout that has exactly joints of these names, in any order."""
    wanted = {words(name) for name in names}
    for name in layout_names():
        layout = find_layout(name)
        if {words(joint) for joint in layout.joint_names} == wanted and len(names) == len(layout):
            return layout
    return None


def places(source: Source, names: Sequence[str], layout: JointLayout) -> list[int]:
    """Where each joint of a layout is among some names.

    Raises:
        RecordingError: If one is not among them.
    """
    by_words = {words(name): place for place, name in enumerate(names)}
    missing = [joint for joint in layout.joint_names if words(joint) not in by_words]
    if missing:
        raise source.error(
            f"expected the joints of {layout.name}, received {len(names)} others or other names: "
            f"none of them is {', '.join(missing[:5])}",
            "joint count",
        )
    return [by_words[words(joint)] for joint in layout.joint_names]
