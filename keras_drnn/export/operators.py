"""Which operators a `.tflite` file is made of."""


def foreign_operators(content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of all operators of a model, and of those that the stock runtime does not have.

    Args:
        content: The bytes of a `.tflite` file.

    Returns:
        Two sorted tuples of names. Flex and custom operators are foreign.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if name[0].isalpha()}
    used, foreign = set(), set()
    for code in model.operatorCodes:
        # Codes above 127 do not fit into the older field; the larger one is the true one.
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        if code.customCode is not None:
            name = code.customCode.decode()
            foreign.add(name)
        used.add(name)
    return tuple(sorted(used)), tuple(sorted(foreign))
