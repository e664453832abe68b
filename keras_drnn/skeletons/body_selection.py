"""Which of the tracked bodies of an NTU clip are its people.

The sensor tracks up to six "bodies", some of which are furniture, and keeps a number (bodyID) for
each as long as it follows it. A body is left out if

- it was seen in fewer than 12 frames (0.4 s at 30 frames per second; in clips of fewer than 48
  frames: in less than a quarter of them), or
- it does not spread like a person in 70 % of its frames or more. In a frame a body spreads like
  a person if it measures at least 0.4 m from its lowest to its highest joint (somebody sitting
  or bent down has more, a track collapsed to a point has less), and if its width (x) is at most
  0.8 of that height. Furniture is wide; someone with both arms stretched out is so too, though
  not for 70 % of the frames.

Of the others the two whose joints move most are kept, the one that moves more first. Movement is
the variance of each coordinate of each joint over the frames in which the body was seen, in
square metres, summed over the joints. If no body spreads like a person, the one that moves most
is kept, of those seen for long enough if there are such: whoever lies on the floor for the whole
clip does not spread like a person either, and a clip that shows somebody should not be lost.
"""

import numpy as np

MOST_BODIES = 2
FEWEST_FRAMES = 12
SMALLEST_HEIGHT = 0.4
LARGEST_WIDTH_TO_HEIGHT = 0.8
LARGEST_SHARE_OF_ODD_FRAMES = 0.7


def choose_people(tracks: list[np.ndarray], frames: int) -> list[int]:
    """Choose the people among the tracked bodies of a clip.

    Args:
        tracks: For each body its joints in the frames in which it was seen,
            `(frames seen, joints, 3)`, metres.
        frames: Number of frames of the clip.

    Returns:
        The indices of one or two tracks, the one that moves most first.

    Example:

    >>> person = np.random.default_rng(0).normal(size=(30, 25, 3)) * [0.1, 0.5, 0.1]
    >>> table = person[..., [1, 0, 2]]
    >>> choose_people([table, person], frames=30)
    [1]
    """
    motion = [float(track.astype(np.float64).var(axis=0).sum()) for track in tracks]
    by_motion = sorted(range(len(tracks)), key=lambda i: -motion[i])
    fewest = min(FEWEST_FRAMES, frames / 4)
    lasting = [i for i in by_motion if len(tracks[i]) >= fewest]
    people = [i for i in lasting if _spreads_like_a_person(tracks[i])]
    return people[:MOST_BODIES] or lasting[:1] or by_motion[:1]


def _spreads_like_a_person(track: np.ndarray) -> bool:
    # Frames last: NumPy is many times faster along a long last axis than a short one.
    width, height = np.ptp(np.ascontiguousarray(track.T[:2]), axis=1)
    odd = (height < SMALLEST_HEIGHT) | (width > LARGEST_WIDTH_TO_HEIGHT * height)
    return bool(odd.mean() < LARGEST_SHARE_OF_ODD_FRAMES)
