"""The joint layout that a description gives."""

import re
from collections.abc import Iterable, Sequence

from keras_drnn.recordings.description import Description
from keras_drnn.skeletons.layouts import JointLayout, find_layout


def layout_of(description: Description) -> JointLayout | None:
    """The joint layout that a description names or gives, or `None`.

    Args:
        description: The description.

    Raises:
        ValueError: If there is no such layout, or it lacks a joint that features refer to.
    """
    given = description.layout
    if given is None or isinstance(given, str):
        return find_layout(given) if given else None
    sides = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    missing = [name for name in sides if getattr(given, name) is None]
    missing += [name for name in ("hip", "shoulder_centre") if not getattr(given, name)]
    if missing:
        raise ValueError(
            f"Expected in [layout] of {description.path} the joints that features refer to, none "
            f"is named as {', '.join(missing)}. Add a line such as {missing[0]} = "
            f'"{given.joints[0]}"'
        )
    places = {name: place for place, name in enumerate(given.joints)}

    def pairs(named: tuple[tuple[str, str], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((places[a], places[b]) for a, b in named)

    by_name = given.mirror is None
    mirror = _by_name(given.joints) if given.mirror is None else given.mirror
    paired = {name for pair in mirror for name in pair}
    hip = tuple(places[name] for name in given.hip)
    layout = JointLayout(
        name="own",
        joint_names=given.joints,
        bones=_outwards(pairs(given.bones), hip),
        hip=hip,
        shoulder_centre=tuple(places[name] for name in given.shoulder_centre),
        mirror_pairs=pairs(mirror),
        **{name: places[getattr(given, name)] for name in sides},
    )
    alone = [name for name in given.joints if by_name and _SIDE.search(name)]
    alone = [name for name in alone if name not in paired]
    for left, right in (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")):
        if layout.mirrored[getattr(layout, left)] != getattr(layout, right):
            alone += [getattr(given, left), getattr(given, right)]
    if alone:
        raise ValueError(
            f"Expected in [layout] of {description.path} a line such as mirror = "
            '[["left knee", "right knee"]] with all pairs of joints that change places in a '
            f"mirror. Received: no pair for {', '.join(dict.fromkeys(alone))}"
        )
    return layout


def _outwards(bones: Sequence[tuple[int, int]], hip: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Bones, each from its joint nearer to the hip, in their order; they have no ring."""
    near = list(hip)
    away: dict[int, tuple[int, int]] = {}
    while len(away) < len(bones):
        reached = [n for n, bone in enumerate(bones) if n not in away and set(bone) & set(near)]
        if not reached:  # a part that no bone joins to the hip: from its first joint
            near.append(next(bone[0] for n, bone in enumerate(bones) if n not in away))
        for n in reached:
            a, b = bones[n]
            away[n] = (a, b) if a in near else (b, a)
        near += [away[n][1] for n in reached]
    return tuple(away[n] for n in range(len(bones)))


_SIDE = re.compile("left|right", re.IGNORECASE)


def _by_name(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of joints whose names differ by left and right alone, wherever these stand."""
    right = {name.casefold(): name for name in names}
    pairs = ((name, re.sub("left", "right", name.casefold())) for name in names)
    return tuple((name, right[to]) for name, to in pairs if to in right and right[to] != name)
