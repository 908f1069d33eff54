"""What the code declares: every error, fact and module of the package."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import siyu
from siyu.kernel.errors import SiyuError
from siyu.kernel.fact import FactKind


def modules() -> list[ModuleType]:
    """Every module of the package, imported."""
    found = pkgutil.walk_packages(siyu.__path__, "siyu.")
    return [importlib.import_module(info.name) for info in found if not info.name.endswith(".__main__")]


def errors() -> list[type[SiyuError]]:
    """Every class of error, by name."""
    modules()
    found = [error for error in _below(SiyuError) if error.__module__.startswith("siyu.")]
    return sorted(found, key=lambda error: (error.__name__, error.__module__))


def facts() -> list[tuple[str, FactKind]]:
    """Every kind of fact with the room that publishes it."""
    found: list[tuple[str, FactKind]] = []
    for module in modules():
        declared = getattr(module, "FACTS", ())
        if module.__name__.rpartition(".")[2] == "types" and isinstance(declared, tuple):
            room = module.__name__.removeprefix("siyu.").removesuffix(".types")
            found += [(room, kind) for kind in declared]
    return found


def _below(error: type[SiyuError]) -> Iterator[type[SiyuError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)
