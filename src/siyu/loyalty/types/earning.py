"""For what customers earn, as data. Kept in versions; an operator changes them with a reason."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
_Word = Annotated[str, Field(min_length=1, max_length=200)]
_Unit = Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]
_Most = Annotated[int, Field(ge=1, le=10**12)]
PLAIN: Final = 100  # percent: as much as the rule says


@checked(frozen=True, slots=True, config=_STRICT)
class OrderRule:
    """So many for so much money: ``amount`` for each full ``per_fen`` of what an order comes to after refunds.

    Attributes:
        amount: whole units.
        per_fen: fen; 100 is a yuan.
        unit: ``points`` or another unit that customers collect.
        platform: only orders of this platform; ``None``: of all.
        shop: only of this shop on it; ``None``: of all.
        category: only what lines of this category come to, as the source of the order writes it; ``None``: everything.
        when: from when on an order counts: when the customer has the goods, or when it is paid.
        expires_days: so many days after that they expire; ``None``: never.
    """

    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    per_fen: Annotated[int, Field(ge=1, le=100_000_000)]
    unit: _Unit = "points"
    platform: _Word | None = None
    shop: _Word | None = None
    category: _Word | None = None
    when: Literal["received", "paid"] = "received"
    expires_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class MultiplierDays:
    """Days on which orders earn more, by one of four: dates, days of the week, days of the month, the birthday.

    Which day an order is of is when it was paid, else ordered, on the brand's clock. Of several that fit the highest
    counts.

    Attributes:
        percent: 200 is twice as much.
        unit: of what.
        first: the first of some dates; with ``last``.
        last: and the last, inclusive.
        weekdays: 1 is Monday, 7 is Sunday.
        month_days: 1 to 31.
        birthday: on the customer's birthday, or in its month; by the trait ``birthday``.
    """

    percent: Annotated[int, Field(ge=101, le=10_000)]
    unit: _Unit = "points"
    first: date | None = None
    last: date | None = None
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] | None = None
    month_days: Annotated[list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=1, max_length=31)] | None = None
    birthday: Literal["day", "month"] | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class Cap:
    """The most that a customer earns by orders of one day, and of one calendar month, on the brand's clock."""

    unit: _Unit = "points"
    per_day: _Most | None = None
    per_month: _Most | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class EarningRules:
    """Every rule. Of those for orders, the first that fits counts in each unit, for each line of an order."""

    orders: Annotated[list[OrderRule], Field(max_length=200)] = Field(default_factory=list)
    days: Annotated[list[MultiplierDays], Field(max_length=200)] = Field(default_factory=list)
    caps: Annotated[list[Cap], Field(max_length=20)] = Field(default_factory=list)


EARNING: Final = TypeAdapter(EarningRules)
