"""Orders that took part in a draw, and what they got; rebates. The locks of the orders stand for the winners among them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.draws.rules.orders import Ranked, named
from siyu.draws.types import OrderEntry, OrderPart
from siyu.engines.postgres import rows, run


class Winner(NamedTuple):
    """An order that was drawn, what it got and what of that was taken back."""

    round_id: int
    place: int
    order_id: int
    transaction_id: int
    given: int
    taken: int


class Given(NamedTuple):
    """A rebate that was given to a customer."""

    code: str
    customer_id: int
    version: int
    transaction_id: int
    amount: int
    taken: int


def insert(
    conn: Connection, round_id: int, ranked: Sequence[Ranked], transactions: Mapping[int, int], now: datetime
) -> None:
    """Keep who took part; ``transactions`` by the places of winners."""
    run(
        conn,
        """
        INSERT INTO draws.entry (round_id, order_id, customer_id, named, fen, digest, place, given, transaction_id, at)
        SELECT :round, order_id, customer_id, named, fen, digest, place, given, nullif(transaction_id, 0), :now
        FROM unnest(CAST(:orders AS bigint[]), CAST(:customers AS bigint[]), CAST(:named AS text[]), CAST(:fen AS bigint[]),
                    CAST(:digests AS text[]), CAST(:places AS integer[]), CAST(:given AS bigint[]),
                    CAST(:transactions AS bigint[]))
            AS new (order_id, customer_id, named, fen, digest, place, given, transaction_id)
        """,
        round=round_id,
        now=now,
        orders=[one.order.id for one in ranked],
        customers=[one.order.customer_id for one in ranked],
        named=[named(one.order) for one in ranked],
        fen=[one.fen for one in ranked],
        digests=[one.digest for one in ranked],
        places=[one.place for one in ranked],
        given=[one.given for one in ranked],
        transactions=[transactions.get(one.place, 0) for one in ranked],
    )


def entries(conn: Connection, round_id: int, after: int, limit: int) -> list[OrderEntry]:
    """Who took part, by place."""
    found = rows(
        conn,
        """SELECT order_id, customer_id, named, fen, digest, place, given, coalesce(taken, 0)
           FROM draws.entry LEFT JOIN draws.entry_taken USING (round_id, place)
           WHERE round_id = :round AND place > :after ORDER BY place LIMIT :limit""",
        round=round_id,
        after=after,
        limit=limit,
    )
    return [OrderEntry(*row) for row in found]


def winners(conn: Connection, order_ids: Iterable[int]) -> list[Winner]:
    """What these orders got."""
    found = rows(
        conn,
        """SELECT round_id, place, order_id, transaction_id, given, coalesce(taken, 0)
           FROM draws.entry LEFT JOIN draws.entry_taken USING (round_id, place)
           WHERE order_id = ANY(CAST(:ids AS bigint[])) AND given > 0 ORDER BY round_id, place""",
        ids=list(order_ids),
    )
    return [Winner(*row) for row in found]


def take_back(conn: Connection, taken: Sequence[tuple[int, int, int]]) -> None:
    """Note how much more was taken back of (round, place)."""
    run(
        conn,
        """
        INSERT INTO draws.entry_taken AS had (round_id, place, taken)
        SELECT * FROM unnest(CAST(:rounds AS bigint[]), CAST(:places AS integer[]), CAST(:parts AS bigint[]))
        ON CONFLICT (round_id, place) DO UPDATE SET taken = had.taken + excluded.taken
        """,
        rounds=[one[0] for one in taken],
        places=[one[1] for one in taken],
        parts=[one[2] for one in taken],
    )


def lock_buyers(conn: Connection, customer_ids: Iterable[int]) -> None:
    """From here on nobody else reckons the rebates of these customers, until the end of the transaction."""
    ids = sorted(set(customer_ids))
    run(
        conn,
        """INSERT INTO draws.buyer (customer_id) SELECT * FROM unnest(CAST(:ids AS bigint[])) AS n (id) ORDER BY id
           ON CONFLICT DO NOTHING""",
        ids=ids,
    )
    rows(
        conn,
        """SELECT customer_id FROM draws.buyer WHERE customer_id = ANY(CAST(:ids AS bigint[]))
           ORDER BY customer_id FOR UPDATE""",
        ids=ids,
    )


def rebates(conn: Connection, customer_ids: Iterable[int]) -> list[Given]:
    """What these customers got as rebates, in order."""
    found = rows(
        conn,
        """SELECT code, customer_id, version, transaction_id, amount, taken FROM draws.rebate_given
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY transaction_id""",
        ids=list(customer_ids),
    )
    return [Given(*row) for row in found]


def give_rebates(conn: Connection, given: Sequence[Given]) -> None:
    """Note what was given."""
    run(
        conn,
        """
        INSERT INTO draws.rebate_given (code, customer_id, version, transaction_id, amount)
        SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:customers AS bigint[]), CAST(:versions AS bigint[]),
                             CAST(:transactions AS bigint[]), CAST(:amounts AS bigint[]))
        """,
        codes=[one.code for one in given],
        customers=[one.customer_id for one in given],
        versions=[one.version for one in given],
        transactions=[one.transaction_id for one in given],
        amounts=[one.amount for one in given],
    )


def take_rebates(conn: Connection, taken: Sequence[tuple[int, int]]) -> None:
    """Note how much more was taken back of (transaction, amount)."""
    run(
        conn,
        """
        UPDATE draws.rebate_given AS had SET taken = had.taken + new.amount
        FROM unnest(CAST(:ids AS bigint[]), CAST(:amounts AS bigint[])) AS new (id, amount)
        WHERE had.transaction_id = new.id
        """,
        ids=[one for one, _ in taken],
        amounts=[amount for _, amount in taken],
    )


def move(conn: Connection, final: Mapping[int, int]) -> None:
    """The rebates of losers are their winners'."""
    run(
        conn,
        """
        UPDATE draws.rebate_given AS had SET customer_id = pair.winner
        FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
        WHERE had.customer_id = pair.loser
        """,
        losers=list(final),
        winners=list(final.values()),
    )


def entries_of(conn: Connection, round_ids: Sequence[int], customer_ids: Sequence[int]) -> dict[int, list[OrderPart]]:
    """By round, the orders of these customers that took part, by place."""
    found: dict[int, list[OrderPart]] = {}
    for round_id, *part in rows(
        conn,
        """SELECT round_id, named, fen, place, given, coalesce(taken, 0)
           FROM draws.entry LEFT JOIN draws.entry_taken USING (round_id, place)
           WHERE round_id = ANY(CAST(:rounds AS bigint[])) AND customer_id = ANY(CAST(:customers AS bigint[]))
           ORDER BY round_id, place""",
        rounds=list(round_ids),
        customers=list(customer_ids),
    ):
        found.setdefault(round_id, []).append(OrderPart(*part))
    return found


def counts(conn: Connection, round_ids: Sequence[int]) -> dict[int, int]:
    """How many orders took part, by round: the last place of each."""
    found = rows(
        conn,
        """SELECT id, (SELECT max(place) FROM draws.entry WHERE round_id = id)
           FROM unnest(CAST(:rounds AS bigint[])) AS asked (id)""",
        rounds=list(round_ids),
    )
    return {row[0]: row[1] or 0 for row in found}
