"""The rules of earning in their versions, and what orders have earned."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.loyalty.rules.earning import Terms


class Earned(NamedTuple):
    """One transaction with which an order earned, and how much of it was taken back."""

    order_id: int
    unit: str
    number: int
    transaction_id: int
    amount: int
    taken: int
    terms: Terms


def earned(conn: Connection, order_ids: Sequence[int]) -> list[Earned]:
    """What orders earned, in order. The lock of the order stands for it."""
    found = rows(
        conn,
        """SELECT order_id, unit, number, transaction_id, amount, taken, rate, per_fen, counts_when, expires_days
           FROM loyalty.order_earning WHERE order_id = ANY(CAST(:ids AS bigint[])) ORDER BY order_id, unit, number""",
        ids=list(order_ids),
    )
    return [Earned(*[*row[:6], Terms(*row[6:])]) for row in found]


def insert(conn: Connection, made: Sequence[Earned]) -> None:
    """Note what was earned."""
    run(
        conn,
        """
        INSERT INTO loyalty.order_earning
            (order_id, unit, number, transaction_id, amount, rate, per_fen, counts_when, expires_days)
        SELECT * FROM unnest(CAST(:orders AS bigint[]), CAST(:units AS text[]), CAST(:numbers AS integer[]),
                             CAST(:transactions AS bigint[]), CAST(:amounts AS bigint[]), CAST(:rates AS bigint[]),
                             CAST(:per_fen AS bigint[]), CAST(:whens AS text[]), CAST(:days AS integer[]))
        """,
        orders=[one.order_id for one in made],
        units=[one.unit for one in made],
        numbers=[one.number for one in made],
        transactions=[one.transaction_id for one in made],
        amounts=[one.amount for one in made],
        rates=[one.terms.amount for one in made],
        per_fen=[one.terms.per_fen for one in made],
        whens=[one.terms.when for one in made],
        days=[one.terms.expires_days for one in made],
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
