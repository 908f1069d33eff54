"""Offers of the shop, and redemptions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
_Count = Annotated[int, Field(ge=1, le=1_000_000)]
OfferState = Literal["draft", "live", "paused", "ended"]
Stands = Literal["open", "soon", "over", "sold_out", "not_for_tier", "limit"]
RedemptionState = Literal["awaiting_payment", "placed", "fulfilled", "cancelled"]
STATES: Final[tuple[RedemptionState, ...]] = ("awaiting_payment", "placed", "fulfilled", "cancelled")


@checked(frozen=True, slots=True, config=_STRICT)
class OfferTerms:
    """What an offer gives, and for what.

    Attributes:
        name: for people.
        points: that one piece costs.
        cash_fen: that one piece costs besides.
        cost_fen: what one piece costs the brand. Of a coupon 0: what it may take off is its cost.
        coupon_id: the template of which a coupon is given; ``None``: a thing, out of the stock.
        starts_at: from then on; ``None``: as soon as it is live.
        ends_at: until then; ``None``: until it is ended.
        per_person: pieces that one person may have in all.
        per_day: pieces that one person may have on a day of the brand's clock.
        tiers: by the code of a tier, how many pieces a person in it may have in all; other tiers get none. Empty: everybody.
        seckill: that many will want it at once: it needs a window, and a limit for each person.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    points: Annotated[int, Field(ge=0, le=10**9)]
    cash_fen: Annotated[int, Field(ge=0, le=10**9)] = 0
    cost_fen: Annotated[int, Field(ge=0, le=10**9)] = 0
    coupon_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    per_person: _Count | None = None
    per_day: _Count | None = None
    tiers: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")], _Count], Field(max_length=30)] = field(
        default_factory=dict
    )
    seckill: bool = False


TERMS: Final = TypeAdapter(OfferTerms)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands; ``version`` counts the changes of its terms."""

    id: int
    terms: OfferTerms
    state: OfferState
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OfferRead:
    """An offer with its figures.

    Attributes:
        left: pieces in stock; of coupons, of the template's budget.
        taken: pieces that people have or wait for, without those that were cancelled.
    """

    offer: Offer
    left: int
    taken: int


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer as one customer sees it.

    Attributes:
        left: pieces that are there.
        may: how many of them this customer may still have today; ``None``: no limit.
        stands: whether they can have it now, and why not; whether they have the points is not looked at.
    """

    offer: Offer
    left: int
    may: int | None
    stands: Stands


@dataclass(frozen=True, slots=True)
class Redemption:
    """What somebody redeemed, with what became of it.

    Attributes:
        points: of all pieces together.
        cash_fen: likewise.
        until: until then it can be paid, while a payment is awaited; where it is not, it is cancelled by itself soon after.
    """

    id: int
    key: str
    offer_id: int
    customer_id: int
    pieces: int
    points: int
    cash_fen: int
    state: RedemptionState
    until: datetime | None
    placed_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The answer to whoever redeems; ``repeated``: it was there before."""

    redemption: Redemption
    repeated: bool


@dataclass(frozen=True, slots=True)
class RedemptionPage:
    """Redemptions, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    redemptions: tuple[Redemption, ...]
    next: str | None
