"""What the preset `best` starts from on recordings that nobody has measured."""

from dataclasses import replace

from keras_drnn.data_sets.recipe import BEST, Recipe
from keras_drnn.data_sets.tables.axes import METRES
from keras_drnn.data_sets.tables.row_clip import Reading
from keras_drnn.schedule import proposed_delays, transformations
from keras_drnn.skeletons.augmentation import Augmentation
from keras_drnn.skeletons.words import counted, in_frames

_SHORTEST, _LONGEST = 16, 128  # frames of a training stretch; the latter at 30 a second
_UNITS = 150  # about; as many as make groups of equal size


def starting_recipe(reading: Reading, length: int, frame_rate: float | None = None) -> Recipe:
    """The general recipe, as far as the recordings have what it is about.

    Args:
        reading: How the recordings are read.
        length: Frames of a typical clip.
        frame_rate: Frames per second, where it is known.

    Example:

    >>> starting_recipe(Reading((1, 6, 1), None, "seconds"), length=50).delays
    (1, 3, 9)
    """
    general = replace(BEST, frames=_LONGEST).at_rate(frame_rate or BEST.frame_rate)
    frames = max(_SHORTEST, min(-(-length // 8) * 8, general.frames))
    delays = proposed_delays(frames)
    groups = len(delays)
    units = groups * round(_UNITS / groups)  # groups of equal size
    recipe = replace(general, frames=frames, delays=delays, units=units)
    if reading.layout is None:
        return replace(recipe, motion=False, align=False, augmentation=Augmentation())
    metres = reading.units in METRES and reading.shape[2] == 3
    return replace(
        recipe,
        align=reading.shape[2] == 3,
        torso=not metres,
        # Left and right may be all that tells two classes apart.
        augmentation=replace(recipe.augmentation, mirror=0.0, relative=not metres),
    )


def reason_for_delays(
    recipe: Recipe, length: int, frame_rate: float | None, looked_at: int | None = None
) -> str:
    """Why the delays are what they are, for people.

    Args:
        recipe: As from `starting_recipe`.
        length: Frames of a typical clip.
        frame_rate: Frames per second, where it is known.
        looked_at: How many clips the length is of, if not of all.
    """
    clips = "the clips" if looked_at is None else f"the {looked_at} clips looked at first"
    products = int(transformations(recipe.delays, recipe.frames).max())
    return (
        f"Delays of the D-RNN: {in_frames(recipe.delays, frame_rate)}. Half of {clips} have "
        f"{counted(length, 'frame')} or more, and training stretches {recipe.frames}; with these "
        f"delays no frame of a stretch is more than {counted(products, 'step')} of the recurrence "
        "away from the last one. --delays changes them"
    )
