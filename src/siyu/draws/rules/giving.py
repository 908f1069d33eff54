"""What a turn costs and a prize gives, as postings of the ledger."""

from datetime import datetime, timedelta
from typing import Final

from siyu.draws.types import Pool, Prize
from siyu.loyalty.types import Account, Posting, budget, customer, gift, issuer, spent, stock

FEN: Final = "draw_fen"  # unit of what prizes cost: the budget of a round is an account in it
TURN: Final = "turn"


def unit_of(round_id: int, prize: str) -> str:
    """The unit of the pieces of a prize."""
    return f"prize:{round_id}.{prize}"


def stock_of(round_id: int, prize: str) -> Account:
    """Where the pieces of a prize lie."""
    return stock(round_id, unit_of(round_id, prize))


def budget_of(round_id: int) -> Account:
    """What prizes of a round may still cost."""
    return budget(round_id, FEN)


def filling(round_id: int, pool: Pool) -> list[tuple[Account, Account, int]]:
    """(from, to, how many) of what a round begins with."""
    found = [
        (issuer(unit_of(round_id, one.code)), stock_of(round_id, one.code), one.stock)
        for one in pool.prizes
        if one.stock
    ]
    if pool.budget_fen:
        found.append((issuer(FEN), budget_of(round_id), pool.budget_fen))
    return found


def turns_left(pool: Pool, drawn: int, of_day: int) -> int | None:
    """How often somebody may still draw today who has drawn so often in the round and on the day; ``None``: no limit."""
    limits = [(pool.per_person, drawn), (pool.per_day, of_day)]
    left = [max(most - had, 0) for most, had in limits if most is not None]
    return min(left) if left else None


def paying(pool: Pool, customer_id: int) -> tuple[Posting, ...]:
    """What a turn costs; nothing of a free one."""
    if pool.price is None:
        return ()
    unit, amount = pool.price.unit, pool.price.amount
    return Posting(customer(customer_id, unit), -amount), Posting(spent(unit), amount)


def coupon_of(prize: Prize) -> int | None:
    """The template of the coupons that a prize gives; ``None``: it gives none."""
    what, _, number = (prize.unit or "").partition(":")
    return int(number) if what == "coupon" and number.isdecimal() else None


def promised(pool: Pool) -> list[tuple[Prize, int]]:
    """Prizes of which as many coupons are set aside as their stock says, each with its template."""
    found = [(one, coupon_of(one)) for one in pool.prizes if one.stock]
    return [(one, template_id) for one, template_id in found if template_id is not None]


def promise_of(round_id: int, prize: str) -> str:
    """Under what name they are set aside."""
    return f"draw_round:{round_id}:{prize}"


def prize_postings(round_id: int, prize: Prize, customer_id: int, now: datetime) -> tuple[Posting, ...]:
    """What a prize gives, and takes from its stock and the budget; nothing where there is nothing to post. Coupons are given by
    their template.
    """
    pieces = unit_of(round_id, prize.code)
    found: list[Posting] = []
    if prize.unit is not None and coupon_of(prize) is None:
        until = now + timedelta(prize.expires_days) if prize.expires_days else None
        found += gift(customer_id, prize.unit, prize.amount, until)
    if prize.thing or prize.stock is not None:
        taken = issuer(pieces) if prize.stock is None else stock_of(round_id, prize.code)
        got = customer(customer_id, pieces) if prize.thing else spent(pieces)
        found += [Posting(got, 1), Posting(taken, -1)]
    if prize.cost_fen:
        found += [Posting(spent(FEN), prize.cost_fen), Posting(budget_of(round_id), -prize.cost_fen)]
    return tuple(found)
