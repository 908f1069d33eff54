"""Facts counted, and what a builder of questions may choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from siyu.insight.types.definitions import DEFAULT_ZONE
from siyu.timeline.types import DayCount


@dataclass(frozen=True, slots=True)
class Assets:
    """The OneID assets: people of whom only devices are known, people known by more, and those who made a purchase.

    Attributes:
        people_by_channels: how many of the known people are known on 0, 1, 2 … channels (platforms, and what the brand runs
            itself); numbers that nobody has are absent. On none is who has no account anywhere, only a phone, say.
    """

    anonymous: int
    known: int
    buyers: int
    people_by_channels: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class DaysPlan:
    """How many facts of one kind each day has.

    Attributes:
        kind: name of a fact kind.
        now: the moment of the question; its day is the last one when no other is named.
        first: the first day; 30 days in all when ``None``.
        last: the last day, itself included.
        zone: whose clock decides where a day begins, an IANA name.
    """

    kind: str
    now: datetime
    first: date | None = None
    last: date | None = None
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class DaysTable:
    """Days that have any fact of the kind, oldest first; ``first`` and ``last`` are what was asked for."""

    kind: str
    first: date
    last: date
    zone: str
    days: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True)
class NameCount:
    """A name that facts had, and how many of them."""

    name: str
    facts: int


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field of a kind of fact; ``declared`` is false for one that was only seen. Types are those of JSON."""

    name: str
    type: str
    meaning: str
    declared: bool


@dataclass(frozen=True, slots=True)
class KindShape:
    """One kind of fact, as a builder offers it.

    Attributes:
        name: ``order.paid``.
        en: its meaning.
        zh: its label.
        open: further fields may come with it.
        facts: how many there were in the days looked at.
        names: the most frequent names in those days (events of ``event.tracked``); empty where the kind says it all.
        fields: declared ones, then those seen in some thousand of the facts.
    """

    name: str
    en: str
    zh: str
    open: bool
    facts: int
    names: tuple[NameCount, ...]
    fields: tuple[FieldShape, ...]


@dataclass(frozen=True, slots=True)
class InsightSchema:
    """Every kind of fact; ``since`` is where the counts begin."""

    since: datetime
    kinds: tuple[KindShape, ...]
