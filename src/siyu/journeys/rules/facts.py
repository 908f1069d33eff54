"""Which facts a journey means. Pure."""

from collections.abc import Mapping
from typing import Any

from siyu.journeys.types.running import Happened
from siyu.segments.types import FactTest, PropertyTest


def matches(fact: Happened, wanted: FactTest) -> bool:
    """Whether this fact is one of those."""
    if fact.kind != wanted.kind or (wanted.name is not None and fact.name != wanted.name):
        return False
    return all(holds(told(fact, one.property), one) for one in wanted.where)


def told(fact: Happened, name: str) -> Any:
    """A property of a fact, by its path; ``amount_fen``, ``source_id`` and ``name`` are those of the fact itself."""
    if name == "amount_fen":
        return fact.amount_fen
    if name == "source_id":
        return fact.source_id
    if name == "name":
        return fact.name
    return at_path(fact.properties, name)


def at_path(properties: Mapping[str, Any], name: str) -> Any:
    """``$context.page.path``: the whole name first, then step by step; ``None`` where it leads nowhere."""
    if name in properties:
        return properties[name]
    value: Any = properties
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def holds(value: Any, test: PropertyTest) -> bool:
    """Whether a value passes. Numbers and texts are not alike, except for ``contains``; a truth is no number."""
    wanted = test.value
    match test.comparison:
        case "exists":
            return (value is not None) is bool(wanted)
        case "ne":
            return not _same(value, wanted)
        case "in":
            return isinstance(wanted, tuple) and any(_same(value, one) for one in wanted)
        case "contains":
            texts = value if isinstance(value, list | tuple) else [value]
            return any(str(wanted).casefold() in str(one).casefold() for one in texts if one is not None)
        case "eq":
            return _same(value, wanted)
    return _ordered(value, wanted, test.comparison)


def _same(value: Any, wanted: Any) -> bool:
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _ordered(value: Any, wanted: Any, comparison: str) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, wanted))
    if not numbers and not (isinstance(value, str) and isinstance(wanted, str)):
        return False
    match comparison:
        case "gt":
            return bool(value > wanted)
        case "ge":
            return bool(value >= wanted)
        case "lt":
            return bool(value < wanted)
        case _:
            return bool(value <= wanted)
