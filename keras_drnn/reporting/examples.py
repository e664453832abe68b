"""Some test clips and what a model said of them: small enough to be kept with a run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_drnn.skeletons.clip import Clip
from keras_drnn.skeletons.layouts import JointLayout
from keras_drnn.system.atomic_writes import write_whole

_LEAST = -1e4  # what is less likely has no place in float16, and no height in a picture
_DECIMALS = 4  # of a metre: a tenth of a millimetre


@dataclass(frozen=True, eq=False)
class Example:
    """A clip, and what a model said of it.

    Args:
        clip: The clip.
        log_probabilities: `(frames, classes)` float32.
        label: Its true class.
        decision: The class that the model gives the whole clip.
    """

    clip: Clip
    log_probabilities: np.ndarray
    label: int
    decision: int

    @property
    def right(self) -> bool:
        """Whether the decision is the true class."""
        return self.label == self.decision


def save_examples(path: Path, examples: Sequence[Example], layout: JointLayout | None) -> None:
    """Write examples to a file.

    Args:
        path: The `.npz` file.
        examples: The examples, all of one data set.
        layout: What its joints are; `None` for channels.
    """
    about = {
        "layout": None if layout is None else asdict(layout),
        "clips": [
            {"name": each.clip.name, "label": each.label, "decision": each.decision}
            | {key: int(getattr(each.clip, key)) for key in _NUMBERS}
            for each in examples
        ],
    }
    arrays: dict[str, np.ndarray] = {"about": np.array(json.dumps(about))}
    for number, each in enumerate(examples):
        arrays |= {
            f"joints{number}": np.round(each.clip.joints, _DECIMALS),
            f"mask{number}": each.clip.mask,
            f"log_probabilities{number}": np.maximum(each.log_probabilities, _LEAST).astype(
                "float16"
            ),
        }
    write_whole(path, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))


def load_examples(path: Path) -> tuple[list[Example], JointLayout | None]:
    """Read what `save_examples` wrote.

    Args:
        path: The file.

    Returns:
        The examples, and what their joints are.
    """
    with np.load(path, allow_pickle=False) as arrays:
        about = json.loads(str(arrays["about"]))
        examples = [
            Example(
                Clip(
                    arrays[f"joints{number}"],
                    arrays[f"mask{number}"],
                    name=each["name"],
                    **{key: each[key] for key in _NUMBERS},
                ),
                arrays[f"log_probabilities{number}"].astype("float32"),
                each["label"],
                each["decision"],
            )
            for number, each in enumerate(about["clips"])
        ]
    return examples, None if about["layout"] is None else _layout(about["layout"])


_NUMBERS = ("subject", "camera", "action", "setup", "part")


def _layout(fields: dict) -> JointLayout:
    """A layout read from JSON, where tuples are lists."""

    def tuples(value: Any) -> Any:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    return JointLayout(**{key: tuples(value) for key, value in fields.items()})
