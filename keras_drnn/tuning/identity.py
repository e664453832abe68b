"""`search.json`: what a search is, so that another one does not go on in its folder."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from keras_drnn.system.atomic_writes import write_json
from keras_drnn.system.environment import environment
from keras_drnn.tuning.one_search import Search


def begin(search: Search, command: str | None = None) -> None:
    """Write `search.json`, or make sure that the folder is that of the same search.

    Args:
        search: The search.
        command: The command line that makes it, if it is one that does.

    Raises:
        ValueError: If it is the folder of another search.
    """
    description = _description(search) | {"command": command}
    if (search.folder / "search.json").exists():
        check(search)
        description["created"] = search.on_disk.description["created"]
    write_json(search.folder / "search.json", description)


def check(search: Search) -> None:
    """Make sure that the folder is that of a search.

    Args:
        search: The search.

    Raises:
        ValueError: If it is the folder of another one.
    """
    before = search.on_disk.description["decisive"]
    now = json.loads(json.dumps(_decisive(search)))
    changed = list(_differences(before, now))
    if changed:
        raise ValueError(
            f"The search in {search.folder} was begun with other settings, and cannot go on with "
            f"these. Give it another --name, or the settings it had. Changed: {'; '.join(changed)}"
        )


def _description(search: Search) -> dict[str, Any]:
    settings, objective = search.settings, search.objective
    params = objective.candidate({}).params
    decisive = _decisive(search)
    return {
        "id": search.folder.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": asdict(settings),
        "command_settings": {
            "models": settings.cell,
            "preset": settings.preset,
            "oracle": settings.oracle,
            "folds": objective.folds,
            "steps": params["steps"],
            "batch_size": params["batch_size"],
            "longest_delay": objective.longest_delay,
        }
        | {f"space.{name}": str(values) for name, values in asdict(settings.space).items()}
        | {f"limit.{name}": value for name, value in asdict(settings.limits).items()},
        "decisive": decisive,
        "data": objective.description(),
        "backend": decisive["backend"],
        "environment": environment(),
    }


def _decisive(search: Search) -> dict[str, Any]:
    return {"settings": search.settings.decisive(), **search.objective.decisive()}


def _differences(before: Any, now: Any, name: str = "") -> Iterator[str]:
    """What differs between two nested dictionaries, in words."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):
            yield from _differences(before.get(key), now.get(key), f"{name}.{key}".lstrip("."))
    elif before != now:
        yield f"{name} was {before}, is {now}"
