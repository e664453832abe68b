"""What the export and the runtime reach into: no private member of Keras, two of LiteRT."""

import ast
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter
from tflite_files import summing_model

import keras_drnn.export
import keras_drnn_runtime

# Of a signature runner of ai-edge-litert: the public runner allocates anew at every call.
PRIVATE = {"_interpreter_wrapper", "_subgraph_index"}


def private_names(folder):
    """Private attributes that are read in a package and assigned or defined nowhere in it."""
    read, own = set(), set()
    for path in Path(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                (own if isinstance(node.ctx, ast.Store) else read).add(node.attr)
            elif isinstance(node, ast.FunctionDef):
                own.add(node.name)
    return {name for name in read - own if name.startswith("_") and not name.endswith("__")}


def test_no_other_private_member_is_used():
    folders = [Path(each.__file__).parent for each in (keras_drnn.export, keras_drnn_runtime)]
    assert set().union(*map(private_names, folders)) == PRIVATE


def test_the_runtime_has_the_private_members():
    runner = Interpreter(model_content=summing_model()).get_signature_runner("step")
    assert [name for name in sorted(PRIVATE) if not hasattr(runner, name)] == []
    used = ["AllocateTensors", "GetTensor", "Invoke", "SetTensor"]
    wrapper = runner._interpreter_wrapper
    assert [name for name in used if not hasattr(wrapper, name)] == []
    assert isinstance(runner._subgraph_index, int)
