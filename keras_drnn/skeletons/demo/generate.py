"""Demo data: a folder of `.skeleton` files."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from keras_drnn.skeletons.demo.actions import ACTION_BY_NUMBER
from keras_drnn.skeletons.demo.cameras import CAMERA_ANGLES
from keras_drnn.skeletons.demo.folder import close_folder, open_folder, write_clip
from keras_drnn.skeletons.demo.takes import Take
from keras_drnn.skeletons.demo.writer import skeleton_text

VERSION = 2  # counts up whenever the same settings give other files


@dataclass(frozen=True)
class DemoSummary:
    """What a call of `generate` did.

    Args:
        clips: Number of files in the folder now.
        written: How many of them this call wrote.
    """

    clips: int
    written: int


def generate(
    root: str | Path,
    *,
    subjects: int = 10,
    repetitions: int = 3,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> DemoSummary:
    """Write synthetic skeletons in the format of NTU RGB+D.

    Every subject performs every action `repetitions` times before three cameras; each camera
    gives one file `SsssCcccPpppRrrrAaaa.skeleton`. The same settings give the same files on every
    machine: the random numbers are the same everywhere, and what sine, cosine and the like round
    differently in the last bit is far below the millimetre to which positions are written.

    A call that was interrupted is completed by calling again. A folder that is complete is left
    as it is. Two processes may write to a folder at once: they write the same.

    Args:
        root: The folder, made if need be.
        subjects: Number of performers, 1 to 999.
        repetitions: Replications of each action by each performer, 1 to 999.
        seed: Where chance starts, 0 or more.
        progress: Called with the number of clips that are there and the number there will be.

    Returns:
        How many clips there are, and how many were written now.

    Raises:
        ValueError: If the settings make no sense, or if the folder holds other skeletons or
            demo data with other settings.

    Example:

    >>> import tempfile
    >>> generate(tempfile.mkdtemp(), subjects=1, repetitions=1)
    DemoSummary(clips=36, written=36)
    """
    if not (1 <= subjects <= 999 and 1 <= repetitions <= 999 and seed >= 0):
        raise ValueError(
            "Demo data has 1 to 999 subjects and repetitions and a seed of 0 or more. "
            f"Received: subjects={subjects}, repetitions={repetitions}, seed={seed}"
        )
    root = Path(root)
    settings = {"version": VERSION, "subjects": subjects, "repetitions": repetitions, "seed": seed}
    takes = [
        Take(seed, *numbers)
        for numbers in product(range(1, subjects + 1), ACTION_BY_NUMBER, range(1, repetitions + 1))
    ]
    clips = len(takes) * len(CAMERA_ANGLES)
    written = 0
    if not open_folder(root, settings):
        for done, take in enumerate(takes, start=1):
            written += _write_missing(root, take)
            if progress is not None:
                progress(done * len(CAMERA_ANGLES), clips)
        close_folder(root, settings)
    return DemoSummary(clips, written)


def _write_missing(root: Path, take: Take) -> int:
    """Write the files of a take that are not there yet; gives how many."""
    paths = {camera: root / take.file_name(camera) for camera in CAMERA_ANGLES}
    missing = {camera: path for camera, path in paths.items() if not path.exists()}
    if missing:
        people = take.people()
        for camera, path in missing.items():
            write_clip(path, skeleton_text(take.recording(people, camera)))
    return len(missing)
