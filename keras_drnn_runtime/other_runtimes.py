"""Streams in other formats than LiteRT's: `.onnx` by ONNX Runtime, `.xml` by OpenVINO.

Each is imported when a file of its format is opened.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from keras_drnn_runtime.metadata import NAME
from keras_drnn_runtime.names import FRAME, SCORES, following


class OpenedStep(Protocol):
    """One step, opened."""

    metadata: dict
    #: The shape and the type of each tensor that goes in, by name.
    inputs: dict[str, tuple[tuple[int, ...], str]]

    def __call__(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """From the frame and the state to the scores and the next state."""
        ...


class OnnxStep:
    """See `OpenedStep`."""

    def __init__(self, path: Path, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        said = self._session.get_modelmeta().custom_metadata_map
        self.metadata = json.loads(said.get(NAME, "{}"))
        kinds = {"tensor(int32)": "int32"}
        self.inputs: dict[str, tuple[tuple[int, ...], str]] = {
            str(each.name): (tuple(map(int, each.shape)), kinds.get(str(each.type), "float32"))
            for each in self._session.get_inputs()
        }
        self._names = [SCORES, *(name for name in self.inputs if name != FRAME)]
        self._outputs = [SCORES, *map(following, self._names[1:])]

    def __call__(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        found: Any = self._session.run(self._outputs, values)
        return dict(zip(self._names, found, strict=True))


class OpenVINOStep:
    """See `OpenedStep`."""

    def __init__(self, path: Path, threads: int):
        import openvino

        core = openvino.Core()
        model = core.read_model(path)
        said = [NAME]
        self.metadata = json.loads(model.get_rt_info(said).value) if model.has_rt_info(said) else {}
        # On some processors it would compute in bfloat16, with two digits, if it were not told.
        told = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
        self._request: Any = core.compile_model(model, "CPU", told).create_infer_request()
        self.inputs: dict[str, tuple[tuple[int, ...], str]] = {
            each.get_any_name(): (tuple(each.shape), each.element_type.to_dtype().name)
            for each in model.inputs
        }

    def __call__(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        self._request.infer(values)
        names = {SCORES: SCORES} | {n: following(n) for n in self.inputs if n != FRAME}
        return {name: self._request.get_tensor(out).data.copy() for name, out in names.items()}


STEPS: dict[str, Callable[[Path, int], OpenedStep]] = {".onnx": OnnxStep, ".xml": OpenVINOStep}


def is_other(path: str | Path) -> bool:
    """Whether a file is, by its ending, of a format other than LiteRT's."""
    return Path(path).suffix.lower() in STEPS


def open_step(path: str | Path, threads: int = 1) -> OpenedStep:
    """Open a file of one step, or raise a `ValueError`."""
    path = Path(path)
    expected = f"Expected a stream as `drnn export --streaming` writes it to {path.suffix} files. "
    if not path.is_file():
        raise ValueError(f"{expected}Received: {path}, which is no file")
    try:
        step = STEPS[path.suffix.lower()](path, threads)
    except ImportError:
        raise
    # Both runtimes have errors of their own.
    except Exception as error:
        raise ValueError(f"{expected}Received: {path} ({error})") from error
    if FRAME not in step.inputs:
        raise ValueError(f"{expected}Received: {path}, which takes {', '.join(step.inputs)}")
    return step
