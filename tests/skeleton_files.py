"""Small skeleton files for tests, written without the package under test."""

import json

import numpy as np

FIRST_ID = "72057594037931101"
SECOND_ID = "72057594037931102"  # the same number as the first in float64


def person(frames, *, seed=0, movement=0.05, joints=25):
    """Joints of somebody 1.6 m tall and 0.5 m wide who trembles."""
    rng = np.random.default_rng(seed)
    shape = np.stack(
        [rng.uniform(-0.25, 0.25, joints), np.linspace(-0.8, 0.8, joints), np.full(joints, 3.0)], 1
    )
    return (shape + movement * rng.normal(size=(frames, 1, 3))).astype("float32")


def furniture(frames, *, seed=1, movement=1.0):
    """Joints of a table 1.6 m wide and 0.5 m high, which jumps about more than anybody moves."""
    return person(frames, seed=seed, movement=movement)[..., [1, 0, 2]]


def body_lines(identity, joints):
    lines = [f"{identity} 0 1 1 1 1 0 0.02764709 -0.05745083 2", str(len(joints))]
    for x, y, z in joints:
        xyz = f"{x:.9g} {y:.9g} {z:.9g}"
        lines.append(f"{xyz} 277.419 191.8232 1036.233 519.1677 -0.2059419 0.05349901 0.97 -0.1 2")
    return lines


def skeleton_lines(frames):
    """The lines of a `.skeleton` file; a frame is a list of (bodyID, joints)."""
    lines = [str(len(frames))]
    for bodies in frames:
        lines.append(str(len(bodies)))
        for identity, joints in bodies:
            lines += body_lines(identity, joints)
    return lines


def skeleton_text(frames, end="\r\n"):
    return "".join(line + end for line in skeleton_lines(frames))


def alone(joints, identity=FIRST_ID):
    """The frames of somebody who is there all the time."""
    return [[(identity, frame)] for frame in joints]


def ntu_name(subject=1, camera=1, action=1, replication=1, setup=1):
    return f"S{setup:03}C{camera:03}P{subject:03}R{replication:03}A{action:03}"


def write_ntu(folder, name, joints):
    path = folder / f"{name}.skeleton"
    path.write_text(skeleton_text(alone(joints)), newline="")
    return path


NUCLA_LABELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 8: 7, 9: 8, 11: 9, 12: 10}


def nucla_content(name, joints):
    return {
        "file_name": name,
        "skeletons": np.asarray(joints, float).tolist(),
        "label": NUCLA_LABELS[int(name[1:3])],
    }


def write_nucla(folder, name, joints):
    path = folder / f"{name}.json"
    path.write_text(json.dumps(nucla_content(name, joints)))
    return path
