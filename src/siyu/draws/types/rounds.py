"""Rounds, and what was drawn in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from siyu.draws.types.pools import FreeOrders, Rule
from siyu.kernel.errors import SiyuError

Kind = Literal["pool", "free_orders", "entrants"]
Why = Literal["", "out_of_stock", "over_budget", "no_coupon"]


class DrawNotOpen(SiyuError):
    """Nobody can draw now."""

    status: ClassVar[int] = 409
    en = "Round {round_id} is open from {opens_here} until {closes_here}. Draw then."
    zh = "抽奖轮次 {round_id} 的开放时间为 {opens_here} 至 {closes_here}，请在此期间参与。"


class NoTurnsLeft(SiyuError):
    """This person has had all their turns."""

    status: ClassVar[int] = 409
    en = "All {limit} turns {of} are used."
    zh = "{of_zh}的 {limit} 次抽奖机会已用完。"


class NotConfirmed(SiyuError):
    """Something may be against the law, and nobody has said that it is meant."""

    status: ClassVar[int] = 409
    en = "Look at the warnings first: {reason} To publish nevertheless, name them: {codes}."
    zh = "请先查看警告：{reason_zh}仍要发布，请确认以下警告代码：{codes}。"


@dataclass(frozen=True, slots=True)
class Round:
    """A rule that was published, and the seed that was committed to.

    Attributes:
        kind: what is drawn.
        code: of the pool, the free orders, or what was applied for.
        version: of the rules in which it was published; 0 of entrants, who have a rule of their own.
        rule: as it was published; never changed.
        rule_hash: SHA-256 of the rule as JSON, in hexadecimal.
        seed_hash: SHA-256 of the seed, in hexadecimal; told before anybody draws.
        seed: in hexadecimal; ``None`` until the round has ended.
        ended_at: when it ended, after its time or before it; ``None``: it has not.
        confirmed: codes of warnings with which it was published nevertheless.
    """

    id: int
    kind: Kind
    code: str
    version: int
    rule: Rule
    rule_hash: str
    seed_hash: str
    seed: str | None
    opens_at: datetime
    closes_at: datetime
    published_at: datetime
    published_by: str
    ended_at: datetime | None
    ended_by: str
    confirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw, with everything by which it can be checked.

    Attributes:
        key: of the request.
        version: of the rules.
        customer_id: who drew, as OneID knew them then.
        nonce: how many draws they had made in the round before.
        client_seed: what they added of their own.
        number: what was drawn, below 1,000,000.
        drawn: code of the prize to which the number belongs.
        prize: code of what was given.
        why: why that is the fallback instead.
        stock_before: pieces of the drawn prize before it; ``None`` where it has no stock.
        stock_after: and after it.
        budget_before: fen of the round's budget before it; ``None`` where the drawn prize costs nothing.
        budget_after: and after it.
        paid_by: the ledger's transaction of the price; ``None``: a free turn.
        given_by: the ledger's transaction of the prize; ``None``: nothing was given.
        handed_out_at: when the thing was handed out; ``None``: it was not, or there is none.
        repeated: it was there before.
    """

    id: int
    round_id: int
    version: int
    key: str
    customer_id: int
    nonce: int
    client_seed: str
    number: int
    drawn: str
    prize: str
    why: Why
    stock_before: int | None
    stock_after: int | None
    budget_before: int | None
    budget_after: int | None
    paid_by: int | None
    given_by: int | None
    actor: str
    at: datetime
    handed_out_at: datetime | None = None
    handed_out_by: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Odds:
    """A prize as members read it before they draw.

    Attributes:
        percent: of the odds, exactly: ``0.0123``.
        stock: how many there are; ``None``: as many as are drawn.
    """

    code: str
    name: str
    weight: int
    percent: str
    stock: int | None
    worth_fen: int


@dataclass(frozen=True, slots=True)
class PrizeTally:
    """How often a prize was drawn, beside how often it should have been.

    Attributes:
        expected: by its weight.
        drawn: by its numbers.
        given: as what was got, fallbacks with it.
        left: of its stock; ``None`` where it has none.
    """

    code: str
    weight: int
    expected: float
    drawn: int
    given: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was drawn in a round.

    Attributes:
        draws: how many.
        prizes: in the order of the rule.
        chi_square: how far the numbers are from the odds; ``None`` without draws or with one prize only.
        p: how often honest odds are as far off, or farther.
        budget_left: fen.
    """

    draws: int
    prizes: tuple[PrizeTally, ...]
    chi_square: float | None
    p: float | None
    budget_left: int


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """An order that took part, with the digest by which it was ranked.

    Attributes:
        order: ``platform:shop:order_no``.
        fen: what it came to, refunds taken off.
        digest: in hexadecimal; the lowest win.
        place: from 1.
        given: how many of the unit it got; 0: none.
        taken: how many of those were taken back when it was refunded.
    """

    order_id: int
    customer_id: int
    order: str
    fen: int
    digest: str
    place: int
    given: int
    taken: int


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody who took part in a round of entrants, under a name that says nothing of who they are.

    Attributes:
        name: of the application, as its room calls it: its number.
        digest: in hexadecimal; the lowest win.
        place: from 1.
        won: whether they were drawn.
    """

    name: str
    digest: str
    place: int
    won: bool


@dataclass(frozen=True, slots=True)
class OrderPart:
    """An order of a customer that takes part in a round of free orders.

    Attributes:
        order: ``platform:shop:order_no``.
        fen: what it came to, refunds taken off.
        place: from 1; 0 before it is drawn.
        given: how many of the unit it got.
        taken: how many of those were taken back when it was refunded.
    """

    order: str
    fen: int
    place: int = 0
    given: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class TakingPart:
    """A round of free orders as a customer stands in it.

    Attributes:
        entries: how many orders took part in all; 0 before it is drawn.
        orders: the customer's own.
    """

    round: Round
    rule: FreeOrders
    entries: int
    orders: tuple[OrderPart, ...]
