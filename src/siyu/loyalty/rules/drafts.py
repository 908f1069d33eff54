"""A transaction before it is posted, and the accounts as they stand meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from siyu.loyalty.types.accounts import Account

LOTS_OF_ONE: Final = 1 << 20  # ids of lots of one transaction


class Leg(NamedTuple):
    """One posting to be made, with what it means for lots.

    Attributes:
        account: as it was named; who was merged away is followed when it is booked.
        amount: not 0.
        available_from: of the lot that a credit makes.
        expires_at: likewise.
        how: ``plain``; ``back``: a credit returns to the lots from which ``of`` took; ``claw``: what ``of`` gave is
            taken, from its own lots first, and may be owed; ``lots``: exactly these lots are emptied; ``move``: with all
            lots, or with what is owed, to where the other leg goes.
        of: a transaction; of a plain one that from whose lots it is taken first, 0 for none.
        lots: ids.
    """

    account: Account
    amount: int
    available_from: datetime | None = None
    expires_at: datetime | None = None
    how: Literal["plain", "back", "claw", "lots", "move"] = "plain"
    of: int = 0
    lots: tuple[int, ...] = ()


@dataclass(slots=True)
class Draft:
    """A transaction to be booked."""

    key: str
    input_hash: bytes
    kind: str
    legs: tuple[Leg, ...]
    reason: str
    source: str
    actor: str
    via: int
    of_id: int | None
    effective_at: datetime


@dataclass(slots=True)
class Lot:
    """A lot as it stands; ``changed`` when it is not any more as it is stored, ``fresh`` when it is not stored yet."""

    id: int
    earned_by: int
    amount: int
    remaining: int
    available_from: datetime | None
    expires_at: datetime | None
    fresh: bool = False
    changed: bool = False


@dataclass(slots=True)
class Standing:
    """A locked account; ``id`` 0 when there is none yet (only in a dry run)."""

    id: int
    account: Account
    balance: int
    lots: list[Lot] = field(default_factory=list)


class Use(NamedTuple):
    """What a transaction takes from a lot, or gives back to it."""

    lot_id: int
    amount: int
    for_id: int | None


class Line(NamedTuple):
    """A posting as it is written."""

    standing: Standing
    amount: int
    balance: int | None
    available_from: datetime | None
    expires_at: datetime | None


@dataclass(slots=True)
class Booked:
    """What one draft comes to."""

    draft: Draft
    id: int
    lines: list[Line] = field(default_factory=list)
    fresh: list[tuple[Standing, Lot]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
