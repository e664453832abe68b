"""`.onnx` files of one step for ONNX Runtime, and `.xml` files, made of those, for OpenVINO."""

import json
from pathlib import Path

from keras_drnn.export.check import ExportError
from keras_drnn.export.conversion import Content, have_converted, last_words
from keras_drnn.export.stream_file import StreamFile
from keras_drnn_runtime.metadata import NAME


class OnnxStream(StreamFile):
    """See `StreamFile`. torch converts, in a process of its own."""

    #: What has to be installed.
    extra = "onnx"

    def write(self, converted: Path, metadata: dict, form: str, representative) -> Content:
        onnx_file, found = converted.with_suffix(".onnx"), converted.with_name("found.json")
        job = {
            "metadata": {NAME: json.dumps(metadata, ensure_ascii=False)},
            "found": str(found),
            "openvino": converted.suffix == ".xml",
        }
        how = ("keras_drnn.export.convert_onnx", "torch")
        status, errors = have_converted(self.model, onnx_file, job, *how)
        if status or not found.exists():
            raise ExportError(
                f"The conversion failed (exit status {status}); it takes `pip install "
                f"'keras-drnn[{self.extra}]'`. Its last words:\n{last_words(errors)}"
            )
        content = json.loads(found.read_text(encoding="utf-8"))
        # OpenVINO's files name no version of what they are written for.
        least = "unknown" if converted.suffix == ".xml" else f"opset {content['opset']}"
        return Content(tuple(content.get("openvino", content["operators"])), least)


class OpenVINOStream(OnnxStream):
    """See `StreamFile`. OpenVINO reads the ONNX file, in the process that makes it."""

    companions = (".bin",)
    extra = "openvino"
