"""What a model logged to MLflow asks pip for, against what is installed here."""

from importlib import metadata

from packaging.requirements import Requirement
from packaging.version import Version


def check_installed_here(lines, *modules):
    """The lines that count here are one for each module: the version it has, as an index has it."""
    counting = [Requirement(line) for line in lines]
    counting = [each for each in counting if each.marker is None or each.marker.evaluate()]
    providers = metadata.packages_distributions()
    assert len(counting) == len(modules)
    for requirement, module in zip(counting, modules, strict=True):
        provided = {name.replace("_", "-") for name in providers[module]}
        assert requirement.name.replace("_", "-") in provided
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert Version(pin.version).local is None
        assert requirement.specifier.contains(metadata.version(requirement.name))
