"""Numbers of groups, and for each of them only values that fit it.

keras-tuner knows a hyperparameter by its name and conditions, but its `ensure_active_values` and
its grid search go by the name alone. So two choices of one name, under different numbers of groups,
would lose each other's values: the second has another name.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from keras_drnn.skeletons.words import ranges
from keras_drnn.tuning.values import key_of, misfit, scoped

if TYPE_CHECKING:
    from keras_tuner import HyperParameters
    from keras_tuner.engine.hyperparameters import HyperParameter


def choose_groups(
    hp: "HyperParameters",
    numbers: Sequence[int],
    values: Mapping[str, Sequence],
    longest_delay: int | None,
) -> list[int]:
    """Register the numbers of groups that fit; those that are registered already must.

    Args:
        hp: keras-tuner's hyperparameters.
        numbers: Numbers of groups on offer.
        values: What is on offer of the hyperparameters that a number of groups has to fit, by name:
            with those that are registered every one must fit, with others any.
        longest_delay: The longest delay that fits; `None` lets everything fit.

    Returns:
        The numbers of groups that trials may have.

    Raises:
        ValueError: If no number fits, or one that is registered does not; as keras-tuner's
            `FatalValueError`, which ends a search.
    """
    registered = _values_of(hp, "groups")
    offered = registered or list(numbers)
    reasons = {
        number: reason
        for number in offered
        if (reason := _misfit(hp, number, values, longest_delay)) is not None
    }
    fitting = [number for number in offered if number not in reasons]
    if not fitting or (registered and reasons):
        from keras_tuner.errors import FatalValueError

        number, reason = next(iter(reasons.items()))
        received = {name: _values_of(hp, name) or list(own) for name, own in values.items()}
        raise FatalValueError(
            f"Groups must have delays of at most {longest_delay}, and a unit each. Register fewer "
            "groups, smaller bases or more units, or give a larger `longest_delay`. "
            f"Received: groups={offered}, "
            + ", ".join(f"{name}={of}" for name, of in received.items())
            + f"; with {number:g} groups {reason}"
        )
    if not registered:
        hp.Choice("groups", fitting, default=fitting[len(fitting) // 2])
    return fitting


def choose_within(
    hp: "HyperParameters",
    name: str,
    values: Sequence,
    groups: Sequence[int],
    longest_delay: int | None,
    *,
    several: bool = False,
) -> None:
    """Register for each number of groups those values that fit it.

    Numbers of groups that the same values fit share a choice. The first has the name itself, others
    one that tells the numbers, such as `4-5 groups/base`. Where one of these holds, `hp.values` has
    its value under the name itself too.

    Args:
        hp: keras-tuner's hyperparameters.
        name: The name of what is chosen; numbers of groups for which it is registered are left out.
        values: What is on offer.
        groups: The numbers of groups that trials may have.
        longest_delay: The longest delay that fits; `None` lets everything fit.
        several: Whether it has no meaning for one group.
    """
    _open_scopes(hp, name)
    shared: dict[tuple, list[int]] = {}
    for number in groups:
        if not _values_of(hp, name, number) and not (several and number == 1):
            fitting = [each for each in values if _fits(number, name, each, longest_delay)]
            shared.setdefault(tuple(fitting), []).append(number)
    for fitting, numbers in shared.items():
        with ExitStack() as scopes:
            if len(numbers) < len(groups):
                scopes.enter_context(hp.conditional_scope("groups", numbers))
            if any(each.name == name for each in hp.space):
                scopes.enter_context(hp.name_scope(f"{ranges(numbers)} groups"))
            hp.Choice(name, list(fitting), default=fitting[len(fitting) // 2])
    key = key_of(hp.values, name)
    if key in hp.values:
        hp.values[name] = hp.values[key]


def _fits(number: int, name: str, value: Any, longest_delay: int | None) -> bool:
    return longest_delay is None or misfit({"groups": number, name: value}, longest_delay) is None


def _misfit(
    hp: "HyperParameters", number: int, values: Mapping[str, Sequence], longest_delay: int | None
) -> str | None:
    """Why a number of groups fits no value, or not all that are registered."""
    if longest_delay is None:
        return None
    for name, own in values.items():
        registered = _values_of(hp, name, number)
        reasons = [misfit({"groups": number, name: v}, longest_delay) for v in registered or own]
        if None not in reasons or (registered and any(reasons)):
            return next(reason for reason in reasons if reason is not None)
    return None


def _values_of(hp: "HyperParameters", name: str, groups: int | None = None) -> list:
    """The values that a hyperparameter may have, as registered for a number of groups or for any.

    Of a range without steps, but for whole numbers, these are its ends.
    """
    found: dict[Any, None] = {}
    for each in hp.space:
        if _is_of(each, name) and (groups is None or _holds(each, groups)):
            found.update(dict.fromkeys(_possible(each)))
    return list(found)


def _possible(each: "HyperParameter") -> Sequence:
    from keras_tuner.engine.hyperparameters import Float, Int

    if isinstance(each, Float | Int) and each.step is None:
        low, high = each.min_value, each.max_value
        return (low, high) if isinstance(each, Float) else range(low, high + 1)
    return tuple(each.values)


def _is_of(each: "HyperParameter", name: str) -> bool:
    return each.name == name or scoped(each.name, name)


def _holds(each: "HyperParameter", groups: int) -> bool:
    return all(
        condition.is_active({"groups": groups})
        for condition in each.conditions
        if condition.name == "groups"
    )


def _open_scopes(hp: "HyperParameters", name: str) -> None:
    """Open the scopes of what is registered: keras-tuner looks whether each is active some time."""
    for each in list(hp.space):
        if _is_of(each, name):
            with ExitStack() as scopes:
                for condition in each.conditions:
                    scopes.enter_context(hp.conditional_scope(condition.name, condition.values))
