"""Commands that take several options as one object.

Typer makes an option of every parameter of a command, so commands that share options would each
list all of them. With `@grouped`, a parameter whose type is a dataclass stands for one option for
each field, and the command gets the object.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command have dataclasses of options as parameters.

    Args:
        command: A function with annotations as Typer reads them; so are those of the fields of the
            dataclasses.

    Example:

    >>> @dataclass
    ... class Size:
    ...     width: Annotated[int, typer.Option(help="In millimetres.")] = 1
    ...     height: Annotated[int, typer.Option(help="In millimetres.")] = 2
    >>> @grouped
    ... def draw(size: Size, colour: str = "red") -> None:
    ...     print(size.width * size.height, colour)
    >>> draw(width=3)
    6 red
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {}
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        group = parameter.annotation
        if isinstance(group, type) and is_dataclass(group):
            groups[parameter.name] = group
            parameters += inspect.signature(group, eval_str=True).parameters.values()
        else:
            parameters.append(parameter)

    @wraps(command)
    def run(*args, **options) -> None:
        for name, group in groups.items():
            given = {each.name for each in fields(group)} & options.keys()
            options[name] = group(**{key: options.pop(key) for key in given})
        command(*args, **options)

    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    # What Typer looks at; without the first it would look through `run` at the command itself. The
    # type of a function has no such attribute, though every function may be given one.
    run.__signature__ = signature.replace(parameters=keywords)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in keywords}
    return run
