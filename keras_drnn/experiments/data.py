"""The data of an experiment: demo, NTU RGB+D or N-UCLA, read, split and ready to batch."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from keras_drnn.skeletons import demo, ntu, nucla
from keras_drnn.skeletons.duplicates import clean_test, copies_warning
from keras_drnn.skeletons.protocols import (
    NTU_CROSS_SUBJECT,
    NTU_CROSS_VIEW,
    NUCLA_CROSS_VIEW,
    Protocol,
    Split,
    split,
)
from keras_drnn.skeletons.reader import Reader
from keras_drnn.skeletons.store import ClipStore

_DEMO_ACTIONS = {"actions": tuple(range(1, len(demo.ACTIONS) + 1)), "class_names": demo.ACTIONS}

READERS = {"demo": ntu.READER, "ntu": ntu.READER, "nucla": nucla.READER}
PROTOCOLS: dict[str, dict[str, Protocol]] = {
    "demo": {
        "cross-view": replace(NTU_CROSS_VIEW, dataset="demo", **_DEMO_ACTIONS),
        "cross-subject": replace(NTU_CROSS_SUBJECT, dataset="demo", **_DEMO_ACTIONS),
    },
    "ntu": {"cross-view": NTU_CROSS_VIEW, "cross-subject": NTU_CROSS_SUBJECT},
    "nucla": {"cross-view": NUCLA_CROSS_VIEW},
}


@dataclass(frozen=True, eq=False)
class Data:
    """What an experiment needs to know of its data.

    Args:
        name: `"demo"`, `"ntu"` or `"nucla"`.
        root: The folder the clips were read from.
        protocol: Which clips train and which test.
        reader: How the files are read.
        clips: The clips.
        split: Numbers of the clips to train on, to validate with and to test on.
        subsets: Parts of the test side that are reported on their own: by name, `(test clips,)`
            booleans. `clean` are the clips that are not copies of a training clip, `order` those of
            actions that differ only by the order of what happens.
        warnings: What its user should know.
    """

    name: str
    root: Path
    protocol: Protocol
    reader: Reader
    clips: ClipStore
    split: Split
    subsets: dict[str, np.ndarray]
    warnings: tuple[str, ...]

    @property
    def synthetic(self) -> bool:
        """Whether the skeletons were computed rather than recorded."""
        return self.name == "demo"

    def about(self) -> dict:
        """What `comparison.json` says of the data."""
        parts = self.split
        return {
            "name": self.name,
            "root": str(self.root),
            "protocol": self.protocol.name,
            "synthetic": self.synthetic,
            "classes": list(parts.class_names),
            "validation_subjects": list(parts.validation_subjects),
            "clips": {
                "train": len(parts.train),
                "validation": len(parts.validation),
                "test": len(parts.test),
                **{name: int(chosen.sum()) for name, chosen in self.subsets.items()},
            },
        }


def open_data(
    name: str,
    *,
    root: Path | None,
    protocol: str,
    cache: Path,
    missing_list: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Data:
    """Read (or make) the data and split it.

    Args:
        name: `"demo"`, `"ntu"` or `"nucla"`.
        root: The folder of the files. Demo data is made there if there is none, and in the cache
            without a folder.
        protocol: Name of one of the data's protocols.
        cache: Where clips that were read are kept.
        missing_list: NTU's list of samples with missing skeletons.
        progress: Called with what is being done, how many files are done, and of how many.

    Raises:
        ValueError: If the data or protocol is unknown, the folder is missing or unusable, or the
            split has an empty side.
    """
    if name not in PROTOCOLS:
        raise ValueError(f"`data` must be one of {', '.join(PROTOCOLS)}. Received: data={name!r}")
    protocols = PROTOCOLS[name]
    if protocol not in protocols:
        raise ValueError(
            f"`protocol` for {name} must be one of {', '.join(protocols)}. "
            f"Received: protocol={protocol!r}"
        )
    if name == "demo":
        # A folder that somebody has made with `drnn data demo` is taken as it is.
        if root is None or not any(root.glob("*.skeleton")):
            root = cache / "demo" if root is None else root
            demo.generate(root, progress=lambda done, of: progress("Making demo clips", done, of))
    elif root is None:
        raise ValueError(f"`root` must be the folder of your copy of the {name} data.")
    clips = ClipStore.open_or_build(
        root,
        READERS[name],
        cache,
        missing_list=missing_list,
        progress=lambda done, of: progress("Reading clips", done, of),
    )
    parts = split(clips.index, protocols[protocol])
    warnings = []
    if clips.faults or clips.summary.listed:
        warnings.append(str(clips.summary))
    subsets = {}
    copies = copies_warning(clips.index, parts)
    if copies:
        warnings.append(copies)
        subsets["clean"] = clean_test(clips.index, parts)
    if name == "demo":
        warnings.append(demo.SYNTHETIC_NOTICE)
        subsets["order"] = np.isin(clips.index.action[parts.test], demo.ORDER_ACTIONS)
    return Data(
        name,
        Path(root).resolve(),
        protocols[protocol],
        READERS[name],
        clips,
        parts,
        {key: chosen for key, chosen in subsets.items() if chosen.any()},
        tuple(warnings),
    )
