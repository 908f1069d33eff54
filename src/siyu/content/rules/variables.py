"""``{{name|fallback}}``: a value of the person's, or else the fallback."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from siyu.content.types.errors import BadVariable

_VARIABLE: Final = re.compile(r"\{\{\s*([^{}|]{1,60}?)\s*(?:\|([^{}]*))?\}\}")
_BRACKETS: Final = re.compile(r"\{\{|\}\}")
_LONGEST: Final = 200  # characters of a value: what is longer is no name, and no greeting


def variables(text: str) -> dict[str, str | None]:
    """The variables of a text and their fallbacks; ``None`` where there is none, also where it lacks in one place.

    Raises:
        BadVariable: brackets that are no variable.
    """
    if found := _BRACKETS.search(_VARIABLE.sub("", text)):
        rest = _VARIABLE.sub("", text)
        raise BadVariable(part=rest[max(0, found.start() - 5) : found.end() + 15])
    known: dict[str, str | None] = {}
    for name, fallback in _pairs(text):
        known[name] = None if fallback is None or (name in known and known[name] is None) else fallback
    return known


def unsure(*texts: str) -> tuple[str, ...]:
    """The variables of these texts that have no fallback: people without a value cannot get them."""
    return tuple(
        dict.fromkeys(name for text in texts for name, fallback in variables(text).items() if fallback is None)
    )


def fill(text: str, values: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The text with its variables filled in, and those that have neither value nor fallback (they stay as written).

    A value is filled in as it is: variables in it are not looked for.
    """
    missing: list[str] = []

    def one(match: re.Match[str]) -> str:
        value = said(values.get(match[1]))
        if value is None:
            value = match[2]
        if value is None:
            missing.append(match[1])
            return match[0]
        return value

    return _VARIABLE.sub(one, text), tuple(dict.fromkeys(missing))


def longest(text: str) -> str:
    """The text with its fallbacks: no person's can be told to be shorter before they are known."""
    return _VARIABLE.sub(lambda match: match[2] or "", text)


def said(value: object) -> str | None:
    """A value as it is read: text or a number; ``None`` for nothing, and for what cannot stand in a sentence."""
    if isinstance(value, str):
        return " ".join(value.split())[:_LONGEST] or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """All variables of these texts, in order."""
    return tuple(dict.fromkeys(name for text in texts for name, _ in _pairs(text)))


def _pairs(text: str) -> list[tuple[str, str | None]]:
    return [(match[1], match[2]) for match in _VARIABLE.finditer(text)]
