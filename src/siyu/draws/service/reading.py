"""What was drawn, by round and by customer."""

from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.draws.rules.checking import percent
from siyu.draws.service.rounds import round_of
from siyu.draws.store import draws as tables
from siyu.draws.types import FREE_ORDERS, POOL, Draw, Odds, Pool, Round
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
    """The odds of a round as members read them; none of free orders."""
    if not isinstance(round_.rule, Pool):
        return []
    return [
        Odds(one.code, one.name, one.weight, percent(one.weight), one.stock, one.worth_fen)
        for one in round_.rule.prizes
    ]


def rule_of(round_: Round) -> dict[str, Any]:
    """The rule of a round as the JSON of which the hash is."""
    rule = round_.rule
    said = POOL.dump_json(rule) if isinstance(rule, Pool) else FREE_ORDERS.dump_json(rule)
    found: dict[str, Any] = orjson.loads(said)
    return found
