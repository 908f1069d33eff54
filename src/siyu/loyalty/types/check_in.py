"""Check-in: what a day gives, what days in a row give; and how customers have done."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
CARD: Final = "make_up"  # unit of the cards that make up for a day
TURN: Final = "turn"  # unit of turns at a draw


@checked(frozen=True, slots=True, config=_STRICT)
class Reward:
    """So many of a unit; what is got expires after so many days, never for ``None``."""

    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")] = "points"
    expires_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


_Rewards = Annotated[list[Reward], Field(max_length=10)]


@checked(frozen=True, slots=True, config=_STRICT)
class Streak:
    """What so many days in a row give, on the day that completes them, once for each row of days."""

    days: Annotated[int, Field(ge=2, le=3660)]
    rewards: Annotated[list[Reward], Field(min_length=1, max_length=10)]


@checked(frozen=True, slots=True, config=_STRICT)
class CheckInRules:
    """What checking in gives.

    Attributes:
        daily: each day; a day that is made up gives none of it.
        streaks: days in a row, 7, 30, 365.
        make_up_days: so many days back a card makes up for a day; 0: not at all.
    """

    daily: _Rewards = Field(default_factory=list)
    streaks: Annotated[list[Streak], Field(max_length=30)] = Field(default_factory=list)
    make_up_days: Annotated[int, Field(ge=0, le=366)] = 30


CHECK_IN: Final = TypeAdapter(CheckInRules)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A day on which a customer has checked in.

    Attributes:
        day: on the brand's clock.
        streak: how many days in a row it completes.
        made_up: with a card, later.
        rewards: what came with it; empty of a repeat.
        repeated: it was there before.
    """

    customer_id: int
    day: date
    streak: int
    made_up: bool
    rewards: tuple[Reward, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class CheckInDay:
    """One day of a calendar."""

    day: date
    streak: int
    made_up: bool


@dataclass(frozen=True, slots=True)
class CheckInCalendar:
    """A month of a customer.

    Attributes:
        days: those on which they checked in, in order.
        streak: how many days in a row up to today, or to yesterday while today is open.
        cards: how many days they may make up for.
        today: the brand's day.
    """

    customer_id: int
    days: tuple[CheckInDay, ...]
    streak: int
    cards: int
    today: date
