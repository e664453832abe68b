"""Clips in motion as GIF and MP4."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_drnn.animation.painting import Painter
from keras_drnn.animation.scene import Scene, make_scene
from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.system.atomic_writes import write_whole

if TYPE_CHECKING:
    from PIL.Image import Image

Progress = Callable[[int, int], None]
_COLOURS = 128
_SHORTEST = 2  # hundredths of a second: what is shorter, programs show slowly


def write_film(
    path: str | Path,
    clip: Clip,
    layout: JointLayout | None,
    *,
    names: Sequence[str] = (),
    label: str | None = None,
    probabilities: np.ndarray | None = None,
    delays: Sequence[int] | None = None,
    first_step: int = 0,
    seconds_per_frame: float = 1 / 30,
    progress: Progress | None = None,
) -> None:
    """Write a clip in motion as a film: what `animation_html` shows, seen from the front.

    Needs the extra `animation`: Pillow, matplotlib's letters and, for MP4, imageio's ffmpeg.
    A frame of the clip is a frame of the film. A GIF counts time in hundredths of a second, and
    shows no frame for less than two of them.

    Args:
        path: The file, `.gif` or `.mp4`. One that is there already is replaced.
        clip: The clip, and so on: see `animation_html`.
        layout: What its joints are.
        names: Of the classes.
        label: The true class.
        probabilities: `(frames, classes)`.
        delays: Delays of the model's groups.
        first_step: The number that the first step bears.
        seconds_per_frame: The time from one frame to the next.
        progress: Called with the number of frames that are painted, and the number in all.

    Raises:
        ValueError: If an argument is out of its range, or does not fit the clip.

    Example:

    >>> write_film("clip.mp4", clip, KINECT_V2, names=names, probabilities=probabilities)
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise ValueError(f"`path` must end in .gif or .mp4. Received: path={str(path)!r}")
    scene = make_scene(
        clip,
        layout,
        names=names,
        label=label,
        probabilities=probabilities,
        delays=delays,
        first_step=first_step,
        seconds_per_frame=seconds_per_frame,
    )
    write = _WRITERS[path.suffix.lower()]
    write_whole(path, lambda unfinished: write(unfinished, scene, progress))


def _paintings(scene: Scene, progress: Progress | None) -> Iterator[Image]:
    painter = Painter(scene)
    for frame in range(scene.frames):
        yield painter.paint(frame)
        if progress is not None:
            progress(frame + 1, scene.frames)


def _write_gif(path: Path, scene: Scene, progress: Progress | None) -> None:
    from PIL.Image import Dither, Quantize

    # One palette for all frames, so that what stands still is not stored again and again.
    somebody = np.flatnonzero(scene.seen)
    picture = Painter(scene).paint(int(somebody[len(somebody) // 2]) if somebody.size else 0)
    palette = picture.quantize(_COLOURS, Quantize.MEDIANCUT)
    frames = (
        painting.quantize(palette=palette, dither=Dither.NONE)
        for painting in _paintings(scene, progress)
    )
    ends = np.round(100 * scene.seconds_per_frame * np.arange(scene.frames + 1))
    hundredths = np.maximum(np.diff(ends), _SHORTEST).astype(int)
    next(frames).save(
        path,
        format="GIF",
        save_all=True,
        append_images=frames,
        duration=(10 * hundredths).tolist(),
        loop=0,
    )


def _write_mp4(path: Path, scene: Scene, progress: Progress | None) -> None:
    from imageio_ffmpeg import write_frames

    writer = None
    for painting in _paintings(scene, progress):
        if writer is None:
            rate: Any = 1 / scene.seconds_per_frame  # need not be whole, whatever they say
            writer = write_frames(
                path, painting.size, fps=rate, codec="libx264", macro_block_size=2
            )
            with warnings.catch_warnings():
                # imageio starts ffmpeg in a process group of its own, for which Python forks; JAX
                # warns of any fork, and this one does nothing but turn into ffmpeg.
                warnings.filterwarnings("ignore", "os.fork", RuntimeWarning)
                writer.send(None)
        writer.send(painting.tobytes())
    assert writer is not None
    writer.close()


_WRITERS = {".gif": _write_gif, ".mp4": _write_mp4}
