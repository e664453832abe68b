"""The joint layout that a description gives."""

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

    return JointLayout(
        name="own",
        joint_names=given.joints,
        bones=pairs(given.bones),
        hip=tuple(places[name] for name in given.hip),
        shoulder_centre=tuple(places[name] for name in given.shoulder_centre),
        mirror_pairs=None if given.mirror is None else pairs(given.mirror),
        **{name: places[getattr(given, name)] for name in sides},
    )
