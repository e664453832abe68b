"""The typed operations are those of Keras, each under its own name."""

import ast
import inspect

import keras

from keras_drnn import ops


def test_every_operation_with_types_is_there_and_is_that_of_keras():
    tree = ast.parse(inspect.getsource(ops))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    signatures = {each.name: each.args for each in typed.body if isinstance(each, ast.FunctionDef)}
    (imported,) = typed.orelse
    assert {alias.name for alias in imported.names} == set(signatures)
    for name, arguments in signatures.items():
        assert getattr(ops, name) is getattr(keras.ops, name)
        accepted = list(inspect.signature(getattr(keras.ops, name)).parameters)
        assert [argument.arg for argument in arguments.args] == [
            parameter for parameter in accepted if parameter in {a.arg for a in arguments.args}
        ]
