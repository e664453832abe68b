"""What a training began with, which counts where it goes on on another machine."""

from pathlib import Path

import keras

from benchmarks.long_memory.devices import devices_in_use
from benchmarks.long_memory.results import read
from keras_drnn.experiments.accelerator import accelerator
from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment


def begun(checkpoint: Path, data: str) -> dict:
    """Written at the start of a training, read where it goes on: its `data` and `environment`.

    Args:
        checkpoint: The training's; beside it is the file, `.begun`.
        data: Digits of the task's data.

    Raises:
        ValueError: If the checkpoint is of a training on other data.
    """
    path = checkpoint.with_suffix(".begun")
    start = read(path) if checkpoint.exists() else None
    if start is None:
        what = {
            **environment(),
            "backend": keras.backend.backend(),
            "devices": devices_in_use(),
            "accelerator": accelerator(),
        }
        start = {"data": data, "environment": what}
        write_json(path, start)
    check_data(start["data"], data, checkpoint)
    return start


def check_data(of_file: str, given: str, path: Path) -> None:
    """Refuse a file that comes from other data than those that are given.

    Raises:
        ValueError: If it does.
    """
    if of_file != given:
        raise ValueError(
            f"Expected the data that {path} was made with. Received: others. Give them, or other "
            "folders, --results and --work, for these."
        )
