"""What was drawn, by round and by customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.draws.rules import giving
from siyu.draws.rules.checking import percent
from siyu.draws.service.rounds import round_of
from siyu.draws.store import draws as tables
from siyu.draws.store import rounds as kept
from siyu.draws.store.draws import Player
from siyu.draws.types import ENTRANTS, FREE_ORDERS, POOL, Draw, FreeOrders, Odds, Pool, Prize, Round
from siyu.engines.zone import here
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound


def draw_of(conn: Connection, draw_id: int) -> Draw:
    """One draw.

    Raises:
        NotFound: there is no such draw.
    """
    found = tables.of_id(conn, draw_id)
    if found is None:
        raise NotFound(what="draw", what_zh="抽奖记录", key=draw_id)
    return found


def draws_of_round(conn: Connection, round_id: int, *, after: int = 0, limit: int = 1000) -> list[Draw]:
    """Draws of a round in their order, after the one with this id.

    Raises:
        NotFound: there is no such round.
    """
    round_of(conn, round_id)
    return tables.of_round(conn, round_id, after, limit)


def draws_of(conn: Connection, customer_id: int, *, before: int | None = None, limit: int = 50) -> list[Draw]:
    """What a customer has drawn, newest first, also as those who were merged into them.

    Raises:
        NotFound: nobody ever had this id.
    """
    everybody = identity.aliases_of(conn, identity.living(conn, customer_id))
    return tables.of_customers(conn, sorted(everybody.customer_ids), before, limit)


def odds_of(round_: Round) -> list[Odds]:
    """The odds of a round as members read them; only a round of a pool has some."""
    if not isinstance(round_.rule, Pool):
        return []
    return [
        Odds(one.code, one.name, one.weight, percent(one.weight), one.stock, one.worth_fen)
        for one in round_.rule.prizes
    ]


def turns_left(conn: Connection, customer_id: int, rounds: Sequence[Round], now: datetime) -> dict[int, int | None]:
    """By round, how often a customer may still draw today; ``None``: as often as they like. Rounds of free orders are absent."""
    had = tables.players(conn, [one.id for one in rounds], identity.living(conn, customer_id))
    today = here(now).date()
    nobody = Player(0, 0, None, 0)
    return {
        one.id: giving.turns_left(one.rule, player.drawn, player.of_day if player.day == today else 0)
        for one in rounds
        if isinstance(one.rule, Pool) and (player := had.get(one.id, nobody))
    }


def wins_of(
    conn: Connection, customer_id: int, *, before: int | None = None, limit: int = 20
) -> list[tuple[Draw, Prize]]:
    """What a customer has won by drawing, newest first; draws that gave nothing are left out.

    Raises:
        NotFound: nobody ever had this id.
    """
    everybody = identity.aliases_of(conn, identity.living(conn, customer_id))
    found = tables.won(conn, sorted(everybody.customer_ids), before, limit)
    ids = sorted({one.round_id for one in found})
    prizes = {
        (one.id, prize.code): prize
        for one in kept.of_ids(conn, ids)
        if isinstance(one.rule, Pool)
        for prize in one.rule.prizes
    }
    return [(one, prizes[one.round_id, one.prize]) for one in found]


def rule_of(round_: Round) -> dict[str, Any]:
    """The rule of a round as the JSON of which the hash is."""
    rule = round_.rule
    if isinstance(rule, Pool):
        said = POOL.dump_json(rule)
    else:
        said = FREE_ORDERS.dump_json(rule) if isinstance(rule, FreeOrders) else ENTRANTS.dump_json(rule)
    found: dict[str, Any] = orjson.loads(said)
    return found
