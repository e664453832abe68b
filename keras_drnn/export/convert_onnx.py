"""`python -m keras_drnn.export.convert_onnx JOB.json`: one step as an ONNX file.

Runs under torch in a process of its own, whose exporter is the one that is looked after best.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import torch

from keras_drnn.export.carrying import carried
from keras_drnn.export.streaming import StreamingModel
from keras_drnn_runtime.names import FRAME, SCORES, following


def main(job_file: str) -> None:
    """Convert a `.keras` file, after importing the modules that define its layers."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    with carried(job) as model, warnings.catch_warnings():
        step = Positional(StreamingModel(model))
        warnings.simplefilter("ignore")  # of torch, about itself
        program: Any = torch.onnx.export(
            step.eval(),
            step.example(),
            dynamo=True,
            input_names=[FRAME, *step.carried],
            output_names=[SCORES, *map(following, step.carried)],
            verbose=False,
        )
    program.model.metadata_props.update(job["metadata"])
    program.save(job["converted"], external_data=False)
    operators = sorted({node.op_type for node in program.model.graph})
    found = {"operators": operators, "opset": program.model.opset_imports[""]}
    if job["openvino"]:
        found["openvino"] = to_openvino(job["converted"], job["metadata"])
    Path(job["found"]).write_text(json.dumps(found), encoding="utf-8")


def to_openvino(onnx_file: str, metadata: dict[str, str]) -> list[str]:
    """Write OpenVINO's files of an ONNX file beside it, and return the names of the operators."""
    import openvino

    model = openvino.Core().read_model(onnx_file)
    for name, text in metadata.items():
        model.set_rt_info(text, [name])
    openvino.save_model(model, Path(onnx_file).with_suffix(".xml"), compress_to_fp16=False)
    return sorted({each.get_type_name() for each in model.get_ordered_ops()})


class Positional(torch.nn.Module):
    """A step that takes and gives its tensors in an order, as ONNX does.

    Args:
        streaming: What the step is made of.
    """

    def __init__(self, streaming: StreamingModel):
        super().__init__()
        self.step = streaming.step_model()
        self.carried = list(streaming.layout.widths)

    def example(self) -> tuple[torch.Tensor, ...]:
        """A first frame, all zero."""
        inputs = {each.name: each for each in self.step.inputs}
        return tuple(
            torch.zeros(tuple(inputs[name].shape), dtype=getattr(torch, inputs[name].dtype))
            for name in (FRAME, *self.carried)
        )

    def forward(self, *tensors):
        after = self.step(dict(zip((FRAME, *self.carried), tensors, strict=True)))
        return tuple(after[name] for name in (SCORES, *self.carried))


if __name__ == "__main__":
    main(*sys.argv[1:])
