"""Variables in texts: ``{{trait.city|您的城市}}``. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from siyu.journeys.rules.facts import at_path
from siyu.journeys.types.definition import Definition, Invite, Moment, Send, StaffTask, Step, Webhook

_VARIABLE: Final = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
_LONGEST_VALUE: Final = 200


class Variable(NamedTuple):
    """One place in a text. ``source`` is ``trait``, ``entry`` or empty for the journey's own variables."""

    source: str
    name: str
    fallback: str | None


def variables(text: str) -> Iterator[Variable]:
    """Every variable of a text, in order."""
    for found in _VARIABLE.finditer(text):
        source, dot, name = found[1].partition(".")
        known = dot and source in {"trait", "entry"}
        yield Variable(source if known else "", name if known else found[1], found[2])


def fill(text: str, own: Mapping[str, str], traits: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """The text as this person reads it. What has no value has its fallback; without one nothing stands there."""
    if "{{" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        source, dot, name = found[1].partition(".")
        if dot and source == "trait":
            value = traits.get(name)
        elif dot and source == "entry":
            value = at_path(entry, name)
        else:
            value = own.get(found[1])
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        return str(value)[:_LONGEST_VALUE] if plain and str(value).strip() else (found[2] or "")

    return _VARIABLE.sub(value, text)


def texts_of(step: Step) -> tuple[str, ...]:
    """Every text of a step that may hold variables."""
    match step:
        case Send():
            inside = (value for one in step.attachments for value in one.fields.values())
            return (step.text, *inside, *step.details.values())
        case Moment():
            return (step.text, *(value for one in step.attachments for value in one.fields.values()))
        case Invite():
            return (step.text, step.title)
        case StaffTask():
            return (step.title, step.say)
        case Webhook():
            return tuple(step.fields.values())
    return ()


def traits_in(texts: Iterable[str]) -> frozenset[str]:
    """The traits that these texts ask for."""
    return frozenset(one.name for text in texts for one in variables(text) if one.source == "trait")


def longest(text: str, definition: Definition) -> str:
    """The text with fixed variables filled in, and the others as their fallbacks: what a limit is held against."""
    return fill(text, definition.variables, {}, {})
