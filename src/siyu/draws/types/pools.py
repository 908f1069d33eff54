"""What is drawn for, as data: pools of prizes, orders that are given back, rebates, and the limits of the law."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)
WHOLE: Final = 1_000_000  # the weights of a pool come to this
MOST_FEN: Final = 10**12

_Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
_Name = Annotated[str, Field(min_length=1, max_length=60)]
_Unit = Annotated[str, Field(pattern=r"^[a-z_]{1,60}(:[a-z0-9_.-]{1,60})?$")]
_Amount = Annotated[int, Field(ge=1, le=1_000_000_000)]
_Days = Annotated[int, Field(ge=1, le=36_500)]
_Place = Annotated[str, Field(min_length=1, max_length=200)]


@checked(frozen=True, slots=True, config=_STRICT)
class Prize:
    """Something that a draw may give: so many of a unit of the ledger, a thing that is handed out, or nothing.

    Attributes:
        code: its word in the record.
        name: for people.
        weight: parts per million of the odds.
        stock: how many there are; ``None``: as many as are drawn.
        cost_fen: what one costs the brand; taken from the budget of the round.
        value_fen: what one is worth on the market, which the law goes by; ``None``: what it costs.
        unit: of the ledger; ``None``: no such. ``coupon:12``: coupons of that template, out of its budget.
        amount: how many of the unit.
        expires_days: so long they last; ``None``: for ever, coupons as their template says.
        thing: somebody hands it out.
    """

    code: _Code
    name: _Name
    weight: int
    stock: int | None = None
    cost_fen: int = 0
    value_fen: int | None = None
    unit: _Unit | None = None
    amount: _Amount = 1
    expires_days: _Days | None = None
    thing: bool = False

    @property
    def worth_fen(self) -> int:
        """What one is worth on the market."""
        return self.cost_fen if self.value_fen is None else self.value_fen


@checked(frozen=True, slots=True, config=_STRICT)
class Price:
    """What a turn costs: so many of a unit that customers have, ``points`` or ``turn``."""

    amount: _Amount
    unit: _Unit = "points"


@checked(frozen=True, slots=True, config=_STRICT)
class Pool:
    """Prizes, how likely each is, and who may draw how often.

    Attributes:
        code: its word in addresses and facts.
        name: for people.
        opens_at: who draws before is refused.
        closes_at: and from then on.
        budget_fen: what all prizes of a round may cost.
        prizes: their weights sum to 1,000,000.
        fallback: code of the prize that is given where the drawn one is out of stock or over the budget. It costs nothing,
            and there is no end of it.
        price: of a turn; ``None``: free.
        per_person: so many turns in the round; ``None``: without a limit.
        per_day: so many turns on a day of the brand's clock; ``None``: without a limit.
    """

    code: _Code
    name: _Name
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    budget_fen: int
    prizes: Annotated[list[Prize], Field(min_length=1, max_length=50)]
    fallback: _Code
    price: Price | None = None
    per_person: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    per_day: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @property
    def fallen_back(self) -> Prize:
        """The prize that is given where the drawn one cannot be."""
        return next(one for one in self.prizes if one.code == self.fallback)


@checked(frozen=True, slots=True, config=_STRICT)
class FreeOrders:
    """Orders of a window take part; those that are drawn are given back, as points. Refunded ones leave.

    Attributes:
        code: its word in addresses and facts.
        name: for people.
        opens_at: orders bought from then on,
        closes_at: and before then.
        draws_at: when they are drawn; the time between is for refunds.
        winners: how many orders are given back.
        most_fen: no more than this of an order is given back.
        budget_fen: what all may come to.
        unit: what winners get.
        per_yuan: so many of the unit for each yuan of the order; else ``amount``, whatever the order came to.
        amount: so many of the unit.
        expires_days: so long they last; ``None``: for ever.
        platform: only orders of this platform; ``None``: of every one.
        shop: only orders of this shop of the platform; ``None``: of every one.
        least_fen: only orders that come to so much.
    """

    code: _Code
    name: _Name
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    draws_at: AwareDatetime
    winners: Annotated[int, Field(ge=1, le=10_000)]
    most_fen: int
    budget_fen: int
    unit: _Unit = "points"
    per_yuan: _Amount | None = None
    amount: _Amount | None = None
    expires_days: _Days | None = None
    platform: _Place | None = None
    shop: _Place | None = None
    least_fen: Annotated[int, Field(ge=1, le=MOST_FEN)] = 1


@checked(frozen=True, slots=True, config=_STRICT)
class Entrants:
    """Some of those who have applied for something are drawn; a room above says who has, and gives it to the winners.

    Attributes:
        code: what it is of, with its number: ``trial:12``.
        name: for people.
        opens_at: who applies from then on,
        closes_at: and before then, takes part.
        draws_at: they are drawn by then.
        winners: how many are drawn.
    """

    code: Annotated[str, Field(pattern=r"^[a-z_]{1,20}:[0-9]{1,19}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    draws_at: AwareDatetime
    winners: Annotated[int, Field(ge=1, le=100_000)]


Rule = Pool | FreeOrders | Entrants


@checked(frozen=True, slots=True, config=_STRICT)
class RebateStep:
    """Who spends so much gets so many."""

    at_least_fen: Annotated[int, Field(ge=1, le=MOST_FEN)]
    amount: _Amount


@checked(frozen=True, slots=True, config=_STRICT)
class Rebate:
    """Who spends so much in a window gets something back; of several steps the highest that is reached.

    Attributes:
        code: its word in the ledger; what was given under a code stays given under it.
        name: for people.
        opens_at: orders bought from then on,
        closes_at: and before then.
        steps: each asks for more than the one before, and gives more.
        unit: what is given.
        expires_days: so long it lasts; ``None``: for ever.
        platform: only orders of this platform; ``None``: of every one.
        shop: only orders of this shop of the platform; ``None``: of every one.
    """

    code: _Code
    name: _Name
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    steps: Annotated[list[RebateStep], Field(min_length=1, max_length=20)]
    unit: _Unit = "points"
    expires_days: _Days | None = None
    platform: _Place | None = None
    shop: _Place | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class DrawLimits:
    """What the law asks for where the brand sells. What goes beyond is warned of, and published only by who says so.

    Attributes:
        prize_fen: a prize of a draw is worth no more; 50,000 yuan by China's law against unfair competition.
        notice_hours: so long before it opens a draw is published.
    """

    prize_fen: Annotated[int, Field(ge=1, le=MOST_FEN)] = 5_000_000
    notice_hours: Annotated[int, Field(ge=0, le=8760)] = 0


@checked(frozen=True, slots=True, config=_STRICT)
class DrawRules:
    """Everything that is drawn for. Rounds keep the version in which they were published."""

    pools: Annotated[list[Pool], Field(max_length=100)] = Field(default_factory=list)
    free_orders: Annotated[list[FreeOrders], Field(max_length=100)] = Field(default_factory=list)
    rebates: Annotated[list[Rebate], Field(max_length=100)] = Field(default_factory=list)
    limits: DrawLimits = Field(default_factory=DrawLimits)


DRAW_RULES: Final = TypeAdapter(DrawRules)
POOL: Final = TypeAdapter(Pool)
FREE_ORDERS: Final = TypeAdapter(FreeOrders)
ENTRANTS: Final = TypeAdapter(Entrants)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that may be against the law.

    Attributes:
        code: who publishes nevertheless names it: ``prize_value``, ``short_notice``.
        en: the sentence.
        zh: the sentence.
    """

    code: str
    en: str
    zh: str
