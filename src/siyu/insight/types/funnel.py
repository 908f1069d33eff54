"""Funnels: what is asked and what is answered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from siyu.insight.types.definitions import DEFAULT_ZONE

Comparison = Literal["eq", "ne", "in", "gt", "lt", "contains"]
WindowUnit = Literal["hour", "day"]
FunnelBy = Literal["none", "platform", "source", "first_source"]
Outcome = Literal["reached", "stopped"]
Scalar = bool | int | float | str
PropertyValue = Scalar | list[Scalar]


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """One condition on a fact.

    Attributes:
        property: a field of the kind; ``amount_fen`` or ``source_id`` of any; inner ones after dots
            (``$context.page.path``).
        comparison: ``ne`` also holds where the property is missing; ``in`` takes a list; ``gt`` and ``lt`` take numbers;
            ``contains`` looks for a text, whatever its case.
        value: a text, number or truth value, or a list of them.
    """

    property: str
    comparison: Comparison
    value: PropertyValue


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Facts of one kind, of one name when given, that meet every condition."""

    kind: str
    name: str | None = None
    where: tuple[PropertyFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class FunnelWindow:
    """How long the whole way may take, from the first step to the last."""

    amount: int
    unit: WindowUnit = "day"


@dataclass(frozen=True, slots=True)
class FunnelDefinition:
    """What is kept of a saved funnel.

    Attributes:
        steps: 2 to 10, in order. Each needs a fact of its own; facts of the same moment count in the order of the steps.
        window: from the first step to the last.
        strict: no other fact of the funnel's steps may lie between one step and the next.
        by: the platform or the source of the fact with which somebody first entered, or the source of the first fact
            that is known of them at all.
    """

    steps: tuple[FunnelStep, ...]
    window: FunnelWindow
    strict: bool = False
    by: FunnelBy = "none"


@dataclass(frozen=True, slots=True)
class FunnelPlan:
    """Who entered the first step on one of these days, and how far they came within the window.

    Attributes:
        definition: the steps.
        now: the moment of the question; nothing after it counts, and its day is the last when no other is named.
        first: the first day; 30 days in all when ``None``.
        last: the last day, itself included.
        zone: whose clock decides where a day begins, an IANA name.
    """

    definition: FunnelDefinition
    now: datetime
    first: date | None = None
    last: date | None = None
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class FunnelStepCount:
    """One step.

    Attributes:
        people: how many came this far.
        stopped: how many of them went no further (of the last step: none is left to go).
        of_first: share of those who entered; of_previous: share of those who reached the step before. 0 when none did.
        median_seconds: half of those who came this far needed at most so long from the step before (to their first
            arrival here); ``None`` for the first step and when nobody came.
    """

    step: int
    people: int
    stopped: int
    of_first: float
    of_previous: float
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class FunnelGroup:
    """The steps of one group."""

    group: str
    steps: tuple[FunnelStepCount, ...]


@dataclass(frozen=True, slots=True)
class FunnelTable:
    """Everybody's steps, and those of each group, largest first (at most 50 groups)."""

    steps: tuple[FunnelStepCount, ...]
    groups: tuple[FunnelGroup, ...]
    first: date
    last: date
    zone: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SavedFunnel:
    """A funnel that somebody keeps; ``owner`` as the audit names them."""

    id: int
    name: str
    definition: FunnelDefinition
    owner: str
    created_at: datetime
    updated_at: datetime
