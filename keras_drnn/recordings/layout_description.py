"""A skeleton's layout as a description gives it, by the names of its joints."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keras_drnn.recordings.near_miss import did_you_mean
from keras_drnn.recordings.toml_section import Section

_SIDES = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
_KEYS = ("joints", "bones", "hip", "shoulder_centre", *_SIDES, "mirror")


@dataclass(frozen=True)
class LayoutDescription:
    """What the joints of a skeleton are.

    Args:
        joints: Name of each joint, in the order of the files.
        bones: Pairs of joints that a bone joins.
        hip: The joint between the hips, or several joints whose mean it is; the two hips, if they
            are known and nothing else is said.
        shoulder_centre: The joint between the shoulders, likewise.
        left_shoulder: The left shoulder, where there is one.
        right_shoulder: The right shoulder, where there is one.
        left_hip: The left hip, where there is one.
        right_hip: The right hip, where there is one.
        mirror: Pairs of joints that change places in a mirror; `None` if the names are to tell.
    """

    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...] = ()
    hip: tuple[str, ...] = ()
    shoulder_centre: tuple[str, ...] = ()
    left_shoulder: str | None = None
    right_shoulder: str | None = None
    left_hip: str | None = None
    right_hip: str | None = None
    mirror: tuple[tuple[str, str], ...] | None = None


def parse_layout(path: Path, values: Mapping[str, object]) -> LayoutDescription:
    """Understand the table `[layout]` of a description.

    Args:
        path: The description, for messages.
        values: What is in the table.

    Raises:
        ValueError: If a key or a value is wrong.
    """
    section = Section(path, values, _KEYS, "layout")
    expected = "the name of each joint, in the order of the files, each name once"
    joints = section.names("joints", expected)
    if not joints or len(set(joints)) < len(joints):
        twice = sorted({name for name in joints if joints.count(name) > 1})
        raise section.error("joints", expected, f" Twice: {', '.join(twice)}." if twice else "")
    sides = {key: _joint(section, key, joints) for key in _SIDES}
    mirror = _pairs(section, "mirror", joints) if "mirror" in section else None
    _check_mirror(section, mirror or ())
    bones = _pairs(section, "bones", joints)
    _check_bones(section, bones)
    return LayoutDescription(
        joints,
        bones,
        hip=_centre(section, "hip", joints, sides["left_hip"], sides["right_hip"]),
        shoulder_centre=_centre(
            section, "shoulder_centre", joints, sides["left_shoulder"], sides["right_shoulder"]
        ),
        mirror=mirror,
        **sides,
    )


def _joint(section: Section, key: str, joints: tuple[str, ...]) -> str | None:
    expected = "the name of a joint"
    name = section.text(key, expected)
    if name is not None and name not in joints:
        raise section.error(key, expected, did_you_mean(name, joints))
    return name


def _centre(
    section: Section, key: str, joints: tuple[str, ...], left: str | None, right: str | None
) -> tuple[str, ...]:
    if key not in section:
        return (left, right) if left and right else ()
    if isinstance(section[key], str):
        name = _joint(section, key, joints)
        return (name,) if name else ()
    expected = "the name of a joint, or a list of joints whose mean it is"
    names = section.names(key, expected)
    unknown = [name for name in names if name not in joints]
    if not names or unknown or len(set(names)) < len(names):
        raise section.error(key, expected, did_you_mean(unknown[0], joints) if unknown else "")
    return names


def _pairs(section: Section, key: str, joints: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    expected = 'pairs of two different joints, as in [["hip", "left knee"]]'
    value = section[key] if key in section else []
    if not isinstance(value, list):
        raise section.error(key, expected)
    pairs: list[tuple[str, str]] = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise section.error(key, expected, f" Wrong: {pair!r:.80}.")
        for name in pair:
            if name not in joints:
                raise section.error(
                    key, expected, f" No joint: {name!r:.80}.{did_you_mean(str(name), joints)}"
                )
        if pair[0] == pair[1]:
            raise section.error(key, expected, f" Wrong: {pair!r:.80}.")
        pairs.append((pair[0], pair[1]))
    return tuple(pairs)


def _check_mirror(section: Section, pairs: tuple[tuple[str, str], ...]) -> None:
    names = [name for pair in pairs for name in pair]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise section.error("mirror", "each joint in one pair at most", f" Twice: {twice[0]!r}.")


def _check_bones(section: Section, bones: tuple[tuple[str, str], ...]) -> None:
    """Each bone joins two parts of the skeleton that nothing has joined before."""
    part = {name: name for bone in bones for name in bone}
    for near, far in bones:
        joined, kept = part[far], part[near]
        if joined == kept:
            raise section.error(
                "bones", "no bone twice, and no ring of bones", f" Closed by: {[near, far]}."
            )
        part = {name: kept if its == joined else its for name, its in part.items()}
