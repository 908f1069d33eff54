"""Segments as others see them: what is kept of one, what changes, what an evaluation comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from siyu.kernel.fact import FactKind
from siyu.segments.types.conditions import Exact, Number

_SEGMENT = {
    "segment": ("integer", "id of the segment"),
    "name": ("string", "what it was called then"),
    "version": ("integer", "of its rule"),
}

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "segment.entered",
        1,
        "The customer came into a segment; the name is its id. Not told of those who are in it when it is filled first.",
        "进入人群",
        _SEGMENT,
    ),
    FactKind("segment.left", 1, "The customer is in a segment no more; the name is its id.", "离开人群", _SEGMENT),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment and how it stands.

    Attributes:
        rule: the document of its rule, :func:`siyu.segments.types.rule_from_json` reads it.
        version: of the rule; each change makes the next.
        sentence_en, sentence_zh: the rule in words.
        live: kept up to date as things happen; else only when it is evaluated.
        people: how many are in it; ``None`` before it was evaluated first.
        evaluated_version: of which rule they are; less than ``version`` while an evaluation waits.
        evaluated_at: the last full evaluation; changes since then are in ``people``.
        took_ms: how long that took.
    """

    id: int
    name: str
    note: str
    rule: Mapping[str, Any]
    version: int
    sentence_en: str
    sentence_zh: str
    live: bool
    people: int | None
    evaluated_version: int
    evaluated_at: datetime | None
    took_ms: int | None
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody came into a segment, or left it."""

    segment_id: int
    customer_id: int
    entered: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a full evaluation came to.

    Attributes:
        cause: ``first``, ``changed`` (the rule, or what counts), ``nightly``, ``asked``.
        people: how many are in the segment now.
        entered, left: how many are others than before. Of a live segment whose rule did not change there should be
            none: what happens to people has changed it at once.
    """

    segment_id: int
    version: int
    cause: str
    at: datetime
    people: int
    entered: int
    left: int
    took_ms: int


Cause = Literal["first", "changed", "nightly", "asked"]


@dataclass(frozen=True, slots=True)
class Preview:
    """How many a rule holds for at this moment, and of how many."""

    people: int
    everybody: int
    took_ms: int
    sentence_en: str
    sentence_zh: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """How two segments lie to each other."""

    one: int
    other: int
    both: int
    only_one: int
    only_other: int


@dataclass(frozen=True, slots=True)
class DayMoves:
    """How many came and went on one day in the brand's zone."""

    day: date
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class Move:
    """One customer came into a segment or left it, by the id under which OneID knows them now."""

    customer_id: int
    at: datetime
    entered: bool


@dataclass(frozen=True, slots=True)
class MovePage:
    """Who came and went, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    moves: tuple[Move, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class UploadedList:
    """A list from a file.

    Attributes:
        type: of which sort its lines are: a type of identifier, or ``customer`` for numbers of customers.
        lines: with something on them; unknown: those of nobody.
        people: how many it named when it was read.
        unknown_lines: the first of them, to look at; empty of personal data.
    """

    id: int
    name: str
    type: str
    lines: int
    unknown: int
    people: int
    unknown_lines: tuple[str, ...]
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class OfSegment(Exact):
    """Those of one segment, as it stands."""

    segment_id: Number
    set: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class Union(Exact):
    """Those of any of them."""

    of: "tuple[Expression, ...]"
    set: Literal["union"] = "union"


@dataclass(frozen=True, slots=True)
class Intersection(Exact):
    """Those of all of them."""

    of: "tuple[Expression, ...]"
    set: Literal["intersection"] = "intersection"


@dataclass(frozen=True, slots=True)
class Difference(Exact):
    """Those of the first who are in none of the others."""

    of: "tuple[Expression, ...]"
    set: Literal["difference"] = "difference"


@dataclass(frozen=True, slots=True)
class Outside(Exact):
    """Everybody else."""

    of: "Expression"
    set: Literal["not"] = "not"


Expression: TypeAlias = Annotated[OfSegment | Union | Intersection | Difference | Outside, Field(discriminator="set")]
