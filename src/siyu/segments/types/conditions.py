"""The leaves of a rule: what can be asked of one person. Days are of 24 hours unless they are days of the calendar."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from siyu.customers.types import ConsentState, Purpose, RelationKind

Scalar = bool | int | float | str
Order = Literal["ge", "gt", "le", "lt", "eq", "ne"]
TimeOrder = Literal["ge", "lt"]
Unit = Literal["minute", "hour", "day"]
# JSON has numbers: true and "1" are none, and must not stand for the thing number 1.
Number = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class Exact:
    """Read from JSON, a field that is not known is an error and not a condition that silently asks for less."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Span(Exact):
    """A length of time."""

    amount: int
    unit: Unit = "day"


@dataclass(frozen=True, slots=True)
class Window(Exact):
    """When facts count: in the last so long, or from one day to another in the brand's zone; ever when all is empty.

    Attributes:
        last: the last so many minutes, hours or days before now.
        first_day: from the beginning of this day on.
        last_day: to the end of this day.
    """

    last: Span | None = None
    first_day: date | None = None
    last_day: date | None = None


EVER = Window()


@dataclass(frozen=True, slots=True)
class PropertyTest(Exact):
    """One condition on a fact.

    Attributes:
        property: a field of the kind; ``amount_fen`` or ``source_id`` of any; inner ones after dots.
        comparison: ``ne`` also holds where the property is missing; ``in`` takes a list; ``gt``, ``ge``, ``lt`` and ``le``
            take numbers; ``contains`` looks for a text, whatever its case; ``exists`` takes true or false.
        value: a text, number or truth value, or a list of them.
    """

    property: str
    comparison: Literal["eq", "ne", "in", "gt", "ge", "lt", "le", "contains", "exists"]
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class FactTest(Exact):
    """Facts of one kind, of one name when given, that meet every condition."""

    kind: str
    name: str | None = None
    where: tuple[PropertyTest, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds(Exact):
    """Both ends belong to it; ``None`` leaves one open."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Trait(Exact):
    """A trait of the profile. ``exists`` takes true or false; of a personal trait nothing else can be asked."""

    name: str
    comparison: Literal["eq", "ne", "in", "gt", "ge", "lt", "le", "contains", "exists"]
    value: Scalar | tuple[Scalar, ...]
    condition: Literal["trait"] = "trait"


@dataclass(frozen=True, slots=True)
class TraitDate(Exact):
    """A trait that is a date, by days of the calendar in the brand's zone.

    ``before`` and ``from`` compare with ``day``. The rest count ``days``: ``last_days``: it is today or at most so many
    days ago. ``days_ago``: exactly or longer ago. ``next_days``: today or within so many days to come.
    """

    name: str
    comparison: Literal["before", "from", "last_days", "days_ago", "next_days"]
    day: date | None = None
    days: int | None = None
    condition: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class Anniversary(Exact):
    """The day of the year of a trait (a birthday) is today or within the next ``days`` days, in the brand's zone.

    The 29th of February is the 28th in other years.
    """

    days: int
    name: str = "birthday"
    condition: Literal["anniversary"] = "anniversary"


@dataclass(frozen=True, slots=True)
class TagOn(Exact):
    """The customer has a tag; with ``source`` one that this source put on. Days since it was put on first."""

    tag: str
    source: str | None = None
    at_least_days: int | None = None
    less_than_days: int | None = None
    condition: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class ConsentIs(Exact):
    """What the customer agreed to; ``all`` speaks for a channel that has no word of its own, as at the gate."""

    channel: str
    purpose: Purpose
    state: ConsentState
    condition: Literal["consent"] = "consent"


@dataclass(frozen=True, slots=True)
class RelationIs(Exact):
    """A tie of this kind (to ``scope`` when given) stands, or ended and none stands.

    Days since it began, or ended: ``at_least_days`` looks at the oldest that stands, ``less_than_days`` at the newest.
    """

    kind: RelationKind
    state: Literal["standing", "ended"] = "standing"
    scope: str | None = None
    at_least_days: int | None = None
    less_than_days: int | None = None
    condition: Literal["relation"] = "relation"


@dataclass(frozen=True, slots=True)
class InGroup(Exact):
    """Member of one of these chat groups (scopes of the relation ``group_member``); of any when none is named."""

    groups: tuple[str, ...] = ()
    condition: Literal["group"] = "group"


@dataclass(frozen=True, slots=True)
class OnLayer(Exact):
    """Stands on one of these layers of the ladder, 0 to 4."""

    layers: tuple[int, ...]
    condition: Literal["layer"] = "layer"


@dataclass(frozen=True, slots=True)
class FirstSource(Exact):
    """Came in through one of these sources first."""

    source_ids: tuple[int, ...]
    condition: Literal["first_source"] = "first_source"


@dataclass(frozen=True, slots=True)
class EntryCode(Exact):
    """Came first by one of these entry codes (their ids)."""

    codes: tuple[int, ...]
    condition: Literal["entry_code"] = "entry_code"


@dataclass(frozen=True, slots=True)
class Did(Exact):
    """Facts counted and compared.

    Attributes:
        fact: which.
        measure: ``count`` of facts; ``sum`` of their money in fen; ``days`` of the calendar on which there are any;
            ``since_first`` and ``since_last``: days since the first or last (with ``ge`` or ``lt``; who has none is out).
        comparison: with ``value``.
        value: a number; fen for ``sum``.
        within: which moments count.
    """

    fact: FactTest
    measure: Literal["count", "sum", "days", "since_first", "since_last"] = "count"
    comparison: Order = "ge"
    value: int = 1
    within: Window = EVER
    condition: Literal["did"] = "did"


@dataclass(frozen=True, slots=True)
class Bought(Exact):
    """Purchases counted and compared; what a purchase is says the setting, as in every report.

    Attributes:
        measure: as of :class:`Did`; ``sum`` is what is left of them after refunds, in fen.
        comparison, value, within: likewise; the moment of a purchase is when it was paid.
        platform, shop: only purchases there.
        product_nos, category, title: only purchases with such a line; of the title a part is enough.
    """

    measure: Literal["count", "sum", "days", "since_first", "since_last"] = "count"
    comparison: Order = "ge"
    value: int = 1
    within: Window = EVER
    platform: str | None = None
    shop: str | None = None
    product_nos: tuple[str, ...] = ()
    category: str | None = None
    title: str | None = None
    condition: Literal["bought"] = "bought"


@dataclass(frozen=True, slots=True)
class FollowedBy(Exact):
    """``first`` and then ``then`` within a time, or (``followed`` false) ``first`` and in that time no ``then``.

    One such ``first`` is enough. What follows may be of the same moment, but not the same fact. Without ``then`` counts from
    when the time has passed.

    Attributes:
        within: from ``first`` to the last of them.
        since: which moments of ``first`` count.
        further: what has to come after ``then``, in this order; with ``followed`` false they did not all come so.
    """

    first: FactTest
    then: FactTest
    within: Span
    followed: bool = True
    since: Window = EVER
    further: tuple[FactTest, ...] = ()
    condition: Literal["sequence"] = "sequence"

    @property
    def thens(self) -> tuple[FactTest, ...]:
        """What has to follow, in order."""
        return self.then, *self.further


@dataclass(frozen=True, slots=True)
class Rfm(Exact):
    """A buyer within all of these bounds: whole days since the last purchase, purchases, money in fen."""

    recency_days: Bounds | None = None
    purchases: Bounds | None = None
    money_fen: Bounds | None = None
    condition: Literal["rfm"] = "rfm"


@dataclass(frozen=True, slots=True)
class ValueIs(Exact):
    """Paid less refunded so far, in fen; 0 of those who never bought."""

    comparison: Order
    fen: int
    condition: Literal["value"] = "value"


@dataclass(frozen=True, slots=True)
class Predicted(Exact):
    """What the newest prediction expects: value in fen, the probability in percent that they still buy, purchases."""

    what: Literal["value_fen", "alive_percent", "purchases"]
    comparison: Literal["ge", "gt", "le", "lt"]
    value: float
    condition: Literal["predicted"] = "predicted"


@dataclass(frozen=True, slots=True)
class InSegment(Exact):
    """The rule of another segment holds."""

    segment_id: Number
    condition: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class OnList(Exact):
    """On a list that came from a file."""

    list_id: Number
    condition: Literal["list"] = "list"
