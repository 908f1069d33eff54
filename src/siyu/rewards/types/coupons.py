"""Coupons: templates as data, coupons in people's hands, and what they take off a basket."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
_Fen = Annotated[int, Field(ge=0, le=10**9)]
_Some = Annotated[int, Field(ge=1, le=10**9)]
_Days = Annotated[int, Field(ge=0, le=3660)]
CouponKind = Literal["money", "percent", "exchange", "shipping"]
CouponState = Literal["held", "used", "expired", "revoked"]
TemplateState = Literal["draft", "live", "paused", "ended"]


@checked(frozen=True, slots=True, config=_STRICT)
class CouponTerms:
    """What coupons of a template do.

    Attributes:
        name: for people.
        kind: ``money`` takes ``off_fen`` off; ``percent`` takes ``percent`` off, at most ``most_fen``; ``exchange`` gives one of
            ``goods`` for ``pay_fen``; ``shipping`` takes off what shipping costs, at most ``most_fen``.
        off_fen: see ``kind``.
        percent: 20 takes off a fifth.
        most_fen: the most that one coupon takes off.
        pay_fen: what the product of an exchange is then sold for.
        cost_fen: what the product of an exchange costs the brand.
        threshold_fen: what the goods it is for have to come to, after the coupons that take off before.
        goods: codes of the products it is for; empty: all.
        goods_cost_bp: what these goods cost the brand, in hundredths of a percent of their price; ``None``: as the rules say.
        valid_from: from then on; ``None``: from when somebody has it.
        valid_until: until then.
        after_days: only so many days after somebody has got it: 1 is from the next midnight of the brand on.
        valid_days: for so many days of the brand, the first is that on which it begins; ``None``: until ``valid_until``.
        per_person: how many one person gets in all; ``None``: no limit.
        bearer: whoever has the code may use it; else only the person who holds it.
        shared_code: one word with which everybody gets one of their own; ``None``: each coupon has a code that nobody can guess.
        stacks_with: ids of templates with which it may be used on one order; either may name the other.
        several: how many of the template may be used on one order.
        place: in which order they take off, the lowest first.
        limited_fen: what all of them may take off together is limited by a budget in fen.
        at_a_loss: that it may sell for less than goods cost is meant; then there is a budget in fen.
        grace_days: so many days a coupon that comes back with a refund after its end may still be used.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: CouponKind
    off_fen: _Some | None = None
    percent: Annotated[int, Field(ge=1, le=99)] | None = None
    most_fen: _Some | None = None
    pay_fen: _Fen | None = None
    cost_fen: _Some | None = None
    threshold_fen: _Fen = 0
    goods: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=1000)] = field(
        default_factory=list
    )
    goods_cost_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    after_days: _Days = 0
    valid_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    per_person: Annotated[int, Field(ge=1, le=100_000)] | None = None
    bearer: bool = False
    shared_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{4,20}$")] | None = None
    stacks_with: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Field(max_length=100)] = field(
        default_factory=list
    )
    several: Annotated[int, Field(ge=1, le=50)] = 1
    place: Annotated[int, Field(ge=0, le=1000)] = 100
    limited_fen: bool = False
    at_a_loss: bool = False
    grace_days: Annotated[int, Field(ge=1, le=365)] | None = None


COUPON: Final = TypeAdapter(CouponTerms)


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it stands; ``version`` counts the changes of its terms."""

    id: int
    terms: CouponTerms
    state: TemplateState
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateRead:
    """A template with its figures.

    Attributes:
        left: coupons that may still be given.
        left_fen: what coupons that are still given may take off; ``None`` where that is not limited.
        promised: coupons that are set aside for draws and trials that were published.
        issued: coupons that were made, whatever became of them.
        held: coupons that somebody has, or whose code is out, and may use.
        expired: coupons that ended unused.
        used: coupons that were used, without those that came back.
        used_fen: what those took off.
        returned: how often one came back with a refund.
    """

    template: Template
    left: int
    left_fen: int | None
    promised: int
    issued: int
    held: int
    expired: int
    used: int
    used_fen: int
    returned: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon.

    Attributes:
        code: as it is compared; empty where the template has a shared one.
        customer_id: who holds it; 0: nobody yet, only its code is out.
        state: one that is held and past its end is shown as ``expired``.
        reserved_fen: of the template's budget in fen, what is set aside for it.
    """

    id: int
    template_id: int
    code: str
    customer_id: int
    state: CouponState
    valid_from: datetime | None
    valid_until: datetime | None
    reserved_fen: int
    transaction_id: int
    issued_at: datetime


class NotIssued(NamedTuple):
    """Somebody, or a row, that got nothing, and why.

    Attributes:
        who: the customer as they were asked for, or the number of the row.
        en: why.
        zh: why.
    """

    who: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What an issue came to.

    Attributes:
        batch_id: of the issue.
        coupons: how many were made.
        refused: who got none; at most 1,000 are kept, ``refused_count`` counts all.
        repeated: it was there before.
    """

    batch_id: int
    coupons: int
    refused: tuple[NotIssued, ...]
    refused_count: int
    repeated: bool = False


@checked(frozen=True, slots=True, config=_STRICT)
class BasketLine:
    """One line of a basket.

    Attributes:
        line: its name in the shop's order.
        product: code of the product.
        quantity: how many.
        price_fen: of one.
    """

    line: Annotated[str, Field(min_length=1, max_length=64)]
    product: Annotated[str, Field(min_length=1, max_length=100)]
    quantity: Annotated[int, Field(ge=1, le=100_000)]
    price_fen: _Fen


@checked(frozen=True, slots=True, config=_STRICT)
class Basket:
    """What somebody wants to buy, before coupons."""

    lines: Annotated[list[BasketLine], Field(min_length=1, max_length=500)]
    shipping_fen: _Fen = 0


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What one coupon does to a basket.

    Attributes:
        off_fen: what it takes off in all, to the fen.
        shares: of that, by line; shipping is the line ``""``.
        cost_fen: what it costs of a budget in fen: what it takes off; of an exchange the product's cost less what is paid.
        why_not: why it does not apply, in English and Chinese; ``None`` when it does.
    """

    coupon: Coupon
    off_fen: int
    shares: dict[str, int]
    cost_fen: int
    why_not: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What coupons do to a basket, in the order in which they take off."""

    total_fen: int
    off_fen: int
    taken: tuple[TakenOff, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Coupons that were used on an order; ``returned`` are the ids of those that came back with a refund, ``refunded`` the lines that
    were.
    """

    id: int
    key: str
    order: str
    customer_id: int
    off_fen: int
    coupons: tuple[tuple[int, int, dict[str, int]], ...]
    returned: tuple[int, ...]
    refunded: tuple[str, ...]
    used_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """What a refund means for the coupons of an order.

    Attributes:
        off_fen: of what the refunded lines cost, so much was taken off by coupons: the refund is that much less.
        coupons: ids of those that came back, now or before.
        kept: ids of those that stay used, because other lines of the order keep what they took off.
    """

    use_id: int
    off_fen: int
    coupons: tuple[int, ...]
    kept: tuple[int, ...]
