"""Tiers as data, kept in versions; and how customers stand in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from siyu.loyalty.types.earning import PLAIN

_STRICT = ConfigDict(extra="forbid", strict=True)
_Figure = Annotated[int, Field(ge=0, le=10**15)]
TierBy = Literal["growth", "spend", "orders"]
TierWhy = Literal["reached", "lost", "rules", "merged"]


@checked(frozen=True, slots=True, config=_STRICT)
class Tier:
    """One tier: who has from ``at_least`` to under ``below`` is in it.

    Attributes:
        code: its word in facts, and in the trait ``tier`` by which segments ask for it.
        name: for people.
        at_least: growth, fen or orders.
        below: where the next begins; ``None`` for the highest.
        percent: what orders of its people earn of what the rate says: 120 is a fifth more. Growth is not multiplied.
        benefits: what its people get, in words.
    """

    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    at_least: _Figure
    below: _Figure | None = None
    percent: Annotated[int, Field(ge=PLAIN, le=10_000)] = PLAIN
    benefits: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=30)] = Field(
        default_factory=list
    )


@checked(frozen=True, slots=True, config=_STRICT)
class TierRules:
    """All tiers, the lowest first, and by what customers come into them.

    Attributes:
        tiers: without gaps, the first from 0.
        by: growth that is there, money that was paid and not refunded (in fen), or purchases.
        window_days: only of the last so many days; ``None``: of all time.
        grace_days: who falls under their tier keeps it for so many days.
    """

    tiers: Annotated[list[Tier], Field(min_length=1, max_length=30)]
    by: TierBy = "growth"
    window_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    grace_days: Annotated[int, Field(ge=0, le=3660)] = 0


TIERS: Final = TypeAdapter(TierRules)


@dataclass(frozen=True, slots=True)
class TierStanding:
    """In which tier a customer is.

    Attributes:
        tier: which.
        since: since when; ``None`` for who never left the lowest.
        until: they have fallen under it, and keep it until then; ``None``: they have not.
        why: ``reached`` or ``lost`` by what they have; ``rules``: the tiers were changed; ``merged``: with another person.
        by: what counted.
        figure: what they had of it when that was last looked at.
    """

    customer_id: int
    tier: Tier
    since: datetime | None
    until: datetime | None
    why: TierWhy
    by: TierBy
    figure: int


@dataclass(frozen=True, slots=True)
class TierAhead:
    """The tier above, what a customer has of what counts, and how much of it is missing; 0 while they are about to move."""

    tier: Tier
    figure: int
    missing: int


@dataclass(frozen=True, slots=True)
class TierPreview:
    """Of a tier as it would be: how many would be in it, from lower ones, from higher ones, and who are in it now.

    Who would keep a higher tier for the days of grace is counted where they come afterwards.
    """

    tier: Tier
    people: int
    up: int
    down: int
    same: int
