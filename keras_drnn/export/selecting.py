"""Choices between equal shapes, by the operator that every runtime has.

The converter writes `SELECT` where all three shapes are equal, and `SELECT_V2` elsewhere. On equal
shapes both do the same, equally fast; TFLite Micro has the second one alone.
"""

from typing import Any


def select_by_broadcasting(model: Any) -> None:
    """Replace `SELECT` on equal shapes by `SELECT_V2`.

    Args:
        model: A `schema.ModelT`.
    """
    from ai_edge_litert import schema_py_generated as schema

    operators = [(graph, each) for graph in model.subgraphs for each in graph.operators or []]
    for index, code in enumerate(model.operatorCodes):
        if max(code.builtinCode, code.deprecatedBuiltinCode) != schema.BuiltinOperator.SELECT:
            continue
        users = [(graph, each) for graph, each in operators if each.opcodeIndex == index]
        if not all(_equal_shapes(graph, each) for graph, each in users):
            continue
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.SELECT_V2
        code.version = 1
        for _, each in users:
            each.builtinOptionsType = schema.BuiltinOptions.SelectV2Options
            each.builtinOptions = schema.SelectV2OptionsT()


def _equal_shapes(graph, operator) -> bool:
    shapes = [list(graph.tensors[each].shape) for each in operator.inputs]
    return shapes[0] == shapes[1] == shapes[2]
