"""For what customers earn, as data. Kept in versions; an operator changes them with a reason."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
_Word = Annotated[str, Field(min_length=1, max_length=200)]


@checked(frozen=True, slots=True, config=_STRICT)
class OrderRule:
    """So many for so much money: ``amount`` for each full ``per_fen`` of what an order comes to after refunds.

    Attributes:
        amount: whole units.
        per_fen: fen; 100 is a yuan.
        unit: ``points`` or another unit that customers collect.
        platform: only orders of this platform; ``None``: of all.
        shop: only of this shop on it; ``None``: of all.
        when: from when on an order counts: when the customer has the goods, or when it is paid.
        expires_days: so many days after that they expire; ``None``: never.
    """

    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    per_fen: Annotated[int, Field(ge=1, le=100_000_000)]
    unit: Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")] = "points"
    platform: _Word | None = None
    shop: _Word | None = None
    when: Literal["received", "paid"] = "received"
    expires_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class EarningRules:
    """Every rule. Of those for orders, the first that fits counts in each unit."""

    orders: Annotated[list[OrderRule], Field(max_length=200)] = Field(default_factory=list)


EARNING: Final = TypeAdapter(EarningRules)
