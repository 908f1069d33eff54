"""What is set aside. The lock of a hold's row comes before those of accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.loyalty.types import Account


class Stored(NamedTuple):
    """A hold as it is stored; accounts as they were when it was made."""

    id: int
    account: Account
    held: Account
    amount: int
    until: datetime
    state: str
    reason: str
    source: str
    via: int


def insert(conn: Connection, made: Sequence[tuple[int, int, datetime]]) -> None:
    """Note (transaction, amount, until) of what was held; the accounts are those of its two postings."""
    run(
        conn,
        """
        INSERT INTO loyalty.hold (transaction_id, account_id, held_id, amount, until, state)
        SELECT new.transaction_id, given.account_id, got.account_id, new.amount, new.until, 'open'
        FROM unnest(CAST(:ids AS bigint[]), CAST(:amounts AS bigint[]), CAST(:untils AS timestamptz[]))
            AS new (transaction_id, amount, until)
        JOIN loyalty.posting AS given ON given.transaction_id = new.transaction_id AND given.place = 0
        JOIN loyalty.posting AS got ON got.transaction_id = new.transaction_id AND got.place = 1
        """,
        ids=[one[0] for one in made],
        amounts=[one[1] for one in made],
        untils=[one[2] for one in made],
    )


_STORED = """
    SELECT hold.transaction_id, one.kind, one.owner, one.unit, two.kind, two.owner, two.unit, hold.amount, hold.until,
           hold.state, head.reason, head.source, head.via
    FROM loyalty.hold
    JOIN loyalty.account AS one ON one.id = hold.account_id
    JOIN loyalty.account AS two ON two.id = hold.held_id
    JOIN loyalty.transaction AS head ON head.id = hold.transaction_id
"""


def lock(conn: Connection, ids: Sequence[int]) -> dict[int, Stored]:
    """Lock holds."""
    found = rows(
        conn,
        f"""{_STORED} WHERE hold.transaction_id = ANY(CAST(:ids AS bigint[]))
            ORDER BY hold.transaction_id FOR NO KEY UPDATE OF hold""",
        ids=sorted(set(ids)),
    )
    return {row[0]: Stored(row[0], Account(*row[1:4]), Account(*row[4:7]), *row[7:]) for row in found}


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Open holds whose time is over, that nobody else settles at this moment."""
    found = rows(
        conn,
        """SELECT transaction_id FROM loyalty.hold WHERE state = 'open' AND until <= :now
           ORDER BY until, transaction_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED""",
        now=now,
        limit=limit,
    )
    return [row[0] for row in found]


def settle(conn: Connection, settled: Sequence[tuple[int, str, int]]) -> None:
    """Note (hold, what became of it, the transaction that settled it)."""
    run(
        conn,
        """
        UPDATE loyalty.hold SET state = new.state, settled_by = new.settled_by
        FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:by AS bigint[])) AS new (id, state, settled_by)
        WHERE hold.transaction_id = new.id
        """,
        ids=[one[0] for one in settled],
        states=[one[1] for one in settled],
        by=[one[2] for one in settled],
    )
