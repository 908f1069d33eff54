"""What brings people into a journey, and whether they may come again."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from siyu.customers.types import RelationKind
from siyu.journeys.types.definition.words import STRICT, Id, MomentText, Span, TimeOfDay, Weekday
from siyu.segments.types import FactTest


@dataclass(frozen=True, slots=True)
class FactTrigger:
    """Whoever has such a fact enters.

    Attributes:
        key: the property whose value tells one enrolment from another: with ``order_no`` there is one for each order. Empty:
            one a person.
        fresh: facts that happened longer ago when they come to be known bring nobody in: an import of last year's orders
            thanks nobody for them.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    fact: FactTest
    key: str = ""
    fresh: Span = "2d"
    kind: Literal["fact"] = "fact"


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Whoever comes into a segment, or leaves it."""

    __pydantic_config__: ClassVar[Any] = STRICT
    segment: Id
    moves: Literal["entered", "left"] = "entered"
    kind: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class TimeTrigger:
    """Everybody of a segment, at a time of the brand's clock.

    Attributes:
        segment: who.
        once: at this moment only, on the brand's clock where it has no zone.
        at: else every day at this time …
        weekdays: … on these days of the week …
        month_days: … or these of the month.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    segment: Id
    once: MomentText | None = None
    at: TimeOfDay | None = None
    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    kind: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class DateTrigger:
    """A day of the person: told by a trait (``1990-05-17`` or ``05-17``), or on which a tie to the brand began.

    Attributes:
        trait: which.
        tie: in place of a trait, the day on which the oldest tie of this kind that stands began: a friend was added, a
            member joined.
        every: the day comes every year, every month, or is that one day. A day that a month does not have is its last, so who
            was born on 29 February has their day on the 28th in other years. The day on which a tie began does not itself come
            round: the first time is a year or a month later.
        before_days: so many days ahead of it.
        after_days: so many days behind it.
        at: at this time of the day.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    trait: Annotated[str, Field(min_length=1, max_length=128)] = "birthday"
    tie: RelationKind | None = None
    every: Literal["year", "month", "once"] = "year"
    before_days: Annotated[int, Field(ge=0, le=60)] = 0
    after_days: Annotated[int, Field(ge=0, le=3650)] = 0
    at: TimeOfDay = "10:00"
    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class CodeTrigger:
    """Whoever comes by one of these entry codes, every code when none is named; ``fresh`` as of :class:`FactTrigger`."""

    __pydantic_config__: ClassVar[Any] = STRICT
    codes: tuple[Id, ...] = ()
    fresh: Span = "2d"
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class ManualTrigger:
    """Whom an operator or a program puts in."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["manual"] = "manual"


Trigger: TypeAlias = Annotated[
    FactTrigger | SegmentTrigger | TimeTrigger | DateTrigger | CodeTrigger | ManualTrigger, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class Reentry:
    """Whether somebody may come in again after they left (of one key, where enrolments have keys).

    Attributes:
        when: ``never``; ``after`` so many days since they last entered; ``always``.
        most: so often in all; 0 for no end.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    when: Literal["never", "after", "always"] = "never"
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    most: Annotated[int, Field(ge=0, le=10_000)] = 0
