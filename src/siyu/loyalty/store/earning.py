"""By which terms orders earn, and what they have earned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.loyalty.rules.earning import Terms


class Earned(NamedTuple):
    """One transaction with which an order earned, and how much of it was taken back.

    ``rule`` is the place of the rule in its version; ``None`` of those from before an order could earn by several.
    """

    order_id: int
    unit: str
    number: int
    rule: int | None
    transaction_id: int
    amount: int
    taken: int


def lock_earners(conn: Connection, customer_ids: Iterable[int]) -> None:
    """From here on nobody else reckons what orders of these customers earn, until the end of the transaction."""
    ids = sorted(set(customer_ids))
    run(
        conn,
        """INSERT INTO loyalty.earner (customer_id) SELECT * FROM unnest(CAST(:ids AS bigint[])) AS n (id) ORDER BY id
           ON CONFLICT DO NOTHING""",
        ids=ids,
    )
    rows(
        conn,
        """SELECT customer_id FROM loyalty.earner WHERE customer_id = ANY(CAST(:ids AS bigint[]))
           ORDER BY customer_id FOR UPDATE""",
        ids=ids,
    )


def terms(conn: Connection, order_ids: Sequence[int]) -> dict[tuple[int, str], Terms]:
    """By order and unit."""
    found = rows(
        conn,
        """SELECT order_id, unit, version, day, day_percent, tier_percent FROM loyalty.order_terms
           WHERE order_id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(order_ids),
    )
    return {(row[0], row[1]): Terms(*row[2:]) for row in found}


def keep_terms(conn: Connection, fresh: Mapping[tuple[int, str], Terms]) -> None:
    """Keep the terms of first earnings."""
    run(
        conn,
        """
        INSERT INTO loyalty.order_terms (order_id, unit, version, day, day_percent, tier_percent)
        SELECT * FROM unnest(CAST(:orders AS bigint[]), CAST(:units AS text[]), CAST(:versions AS bigint[]),
                             CAST(:days AS date[]), CAST(:percents AS integer[]), CAST(:tiers AS integer[]))
        """,
        orders=[order_id for order_id, _ in fresh],
        units=[unit for _, unit in fresh],
        versions=[one.version for one in fresh.values()],
        days=[one.day for one in fresh.values()],
        percents=[one.day_percent for one in fresh.values()],
        tiers=[one.tier_percent for one in fresh.values()],
    )


def earned(conn: Connection, order_ids: Sequence[int]) -> list[Earned]:
    """What orders earned, in order. The lock of the order, and of the earner where there are caps, stands for it."""
    found = rows(
        conn,
        """SELECT order_id, unit, number, rule, transaction_id, amount, taken
           FROM loyalty.order_earning WHERE order_id = ANY(CAST(:ids AS bigint[])) ORDER BY order_id, unit, number""",
        ids=list(order_ids),
    )
    return [Earned(*row) for row in found]


def insert(conn: Connection, made: Sequence[Earned]) -> None:
    """Note what was earned."""
    run(
        conn,
        """
        INSERT INTO loyalty.order_earning (order_id, unit, number, rule, transaction_id, amount)
        SELECT * FROM unnest(CAST(:orders AS bigint[]), CAST(:units AS text[]), CAST(:numbers AS integer[]),
                             CAST(:rules AS integer[]), CAST(:transactions AS bigint[]), CAST(:amounts AS bigint[]))
        """,
        orders=[one.order_id for one in made],
        units=[one.unit for one in made],
        numbers=[one.number for one in made],
        rules=[one.rule for one in made],
        transactions=[one.transaction_id for one in made],
        amounts=[one.amount for one in made],
    )


def take_back(conn: Connection, taken: Sequence[tuple[int, int]]) -> None:
    """Note how much more was taken back of (transaction, amount)."""
    run(
        conn,
        """
        UPDATE loyalty.order_earning AS had SET taken = had.taken + new.amount
        FROM unnest(CAST(:ids AS bigint[]), CAST(:amounts AS bigint[])) AS new (id, amount)
        WHERE had.transaction_id = new.id
        """,
        ids=[one for one, _ in taken],
        amounts=[amount for _, amount in taken],
    )
