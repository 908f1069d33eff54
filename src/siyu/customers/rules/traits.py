"""Traits as Segment means them: merged, ``null`` removes, the newest word on each trait wins.

The time is kept for each trait, not for the profile: two messages out of order that speak of different traits must both
count, and of one trait only the newer. A removed trait keeps its time, so that an older message does not bring it back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from siyu.customers.rules.personal import kind_of_trait, normalise

MAX_NAME: Final = 128
MAX_TEXT: Final = 2_000
MAX_VALUE_BYTES: Final = 4_000
MAX_TRAITS: Final = 300
# Of these the first word stands, for ever: a later one, a removal and a message from outside change nothing.
FIRST: Final = frozenset({"entry_code"})
_REFRESH_MS: Final = 600_000  # that a value is still the same is written down every ten minutes at most


@dataclass(frozen=True, slots=True)
class TraitChange:
    """A trait as a message gives it: ``value`` is ``None`` to remove it; ``kind`` of the vault when personal.

    The value of a personal trait is the plain text first, and its fingerprint once the vault has it.
    """

    name: str
    value: Any
    at: int
    kind: str | None = None


@dataclass(slots=True)
class Traits:
    """Plain traits, personal ones as fingerprints, and when each was last heard of (epoch milliseconds)."""

    plain: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)


def changes_of(traits: Mapping[Any, Any], at: int) -> list[TraitChange]:
    """What a message says of traits, with everything cut to size; what cannot be kept is left out."""
    changes = []
    for key, value in traits.items():
        name = str(key).replace("\0", "").strip()
        kind = kind_of_trait(name) if name and len(name) <= MAX_NAME and name not in FIRST else "never"
        if kind == "never":
            continue
        if value is None or kind is None:
            kept = _cut(value)
            if kept is not None or value is None:
                changes.append(TraitChange(name, kept, at, kind))
        elif text := _personal_text(kind, value):
            changes.append(TraitChange(name, text, at, kind))
    return changes


def _personal_text(kind: str, value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return normalise(kind, str(value))[:MAX_TEXT]
    try:  # Segment's address is an object
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()[:MAX_TEXT] if value else ""
    except TypeError:
        return ""


def _cut(value: Any) -> Any:
    """A value as it may be kept, ``None`` when it may not. Personal names inside of objects are left out."""
    if isinstance(value, str):
        return value.replace("\0", "")[:MAX_TEXT]
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)[:40]
    try:
        text = orjson.dumps(_without_personal(value))
    except (TypeError, RecursionError):
        return None
    return orjson.loads(text) if len(text) <= MAX_VALUE_BYTES else None


def _without_personal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(name).replace("\0", ""): _without_personal(inner)
            for name, inner in value.items()
            if kind_of_trait(str(name)) is None
        }
    if isinstance(value, list | tuple):
        return [_without_personal(inner) for inner in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def learn(known: Traits, changes: Iterable[TraitChange]) -> tuple[Traits, set[str], set[str]]:
    """``known`` with ``changes``; returns the new traits (the same object when nothing is to be written), the names
    that have a new value and those that were removed.
    """
    new = Traits(dict(known.plain), dict(known.personal), dict(known.times))
    for change in changes:
        name, before = change.name, new.times.get(change.name)
        if name in FIRST:
            if change.value is None or (before is not None and change.at >= before):
                continue
        elif change.at < (before or 0) or (before is None and len(new.times) >= MAX_TRAITS):
            continue
        holder: dict[str, Any] = new.personal if change.kind else new.plain
        old = holder.get(name)
        if change.value is None:
            holder.pop(name, None)
        elif old != change.value or type(old) is not type(change.value):
            holder[name] = change.value
        new.times[name] = change.at
    changed, removed = _difference(known, new)
    due = any(at >= known.times.get(name, -_REFRESH_MS) + _REFRESH_MS for name, at in new.times.items())
    return (new if changed or removed or due else known), changed, removed


def _difference(old: Traits, new: Traits) -> tuple[set[str], set[str]]:
    before: dict[str, Any] = {**old.plain, **old.personal}
    after: dict[str, Any] = {**new.plain, **new.personal}
    changed = {n for n, value in after.items() if (type(before.get(n)), before.get(n)) != (type(value), value)}
    return changed, before.keys() - after.keys()


def combine(one: Traits, other: Traits) -> Traits:
    """Traits of two profiles that are one person: of each trait the newer word, or the first; ``one`` wins a draw."""
    result = Traits(dict(one.plain), dict(one.personal), dict(one.times))
    for name, at in other.times.items():
        if name in one.times and (at >= one.times[name] if name in FIRST else at <= one.times[name]):
            continue
        result.plain.pop(name, None)
        result.personal.pop(name, None)
        if name in other.plain:
            result.plain[name] = other.plain[name]
        elif name in other.personal:
            result.personal[name] = other.personal[name]
        result.times[name] = at
    return result
