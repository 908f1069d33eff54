"""Blocks: what is sealed, and in what form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.loyalty.types import Sealed

_SEALING_LOCK: Final = 0x5159_5530_0024
# What is sealed is looked up by its key, one by one (LATERAL … OFFSET 0). Joined freely it is a guess of the planner whether it
# begins with the few that are wanted or with every posting that there ever was, and statistics say little of what grows.


class Block(NamedTuple):
    """A block as it is stored."""

    number: int
    transactions: int
    postings: int
    previous: bytes
    hash: bytes


class Told(NamedTuple):
    """What a transaction came to for one customer in one unit."""

    transaction_id: int
    kind: str
    reason: str
    source: str
    via: int
    of_id: int | None
    effective_at: datetime
    customer_id: int
    unit: str
    amount: int


def hold_sealing(conn: Connection) -> bool:
    """Whether this transaction is the only one that seals, until its end."""
    found = one(conn, "SELECT pg_try_advisory_xact_lock(:key)", key=_SEALING_LOCK)
    return bool(found and found[0])


def unsealed(conn: Connection, limit: int) -> list[int]:
    """Take committed transactions out of those that wait, about the oldest first."""
    found = rows(
        conn,
        """
        DELETE FROM loyalty.unsealed WHERE ctid = ANY(ARRAY(SELECT ctid FROM loyalty.unsealed LIMIT :limit))
        RETURNING transaction_id
        """,
        limit=limit,
    )
    return sorted(row[0] for row in found)


def first_sealed_at(conn: Connection) -> datetime | None:
    found = one(conn, "SELECT sealed_at FROM loyalty.block WHERE number = 1")
    return found[0] if found else None


def last(conn: Connection) -> Block | None:
    found = one(
        conn,
        "SELECT number, transactions, postings, previous, hash FROM loyalty.block ORDER BY number DESC LIMIT 1",
    )
    return _block(found) if found else None


def blocks(conn: Connection, after: int, limit: int) -> list[Block]:
    """Blocks after a number, in order."""
    return [
        _block(row)
        for row in rows(
            conn,
            """SELECT number, transactions, postings, previous, hash FROM loyalty.block
               WHERE number > :after ORDER BY number LIMIT :limit""",
            after=after,
            limit=limit,
        )
    ]


_LINES: Final = """
    SELECT head.id, json_build_array(
               head.id, head.key, encode(head.input_hash, 'hex'), head.kind, head.reason, head.source, head.actor, head.via,
               head.of_id, floor(extract(epoch FROM head.effective_at) * 1000000)::bigint,
               floor(extract(epoch FROM head.recorded_at) * 1000000)::bigint, lines.said)::text, lines.count
    FROM wanted
    CROSS JOIN LATERAL (SELECT * FROM loyalty.transaction WHERE id = wanted.id OFFSET 0) AS head
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(
                   posting.place, account.kind, account.owner, account.unit, posting.amount, posting.balance,
                   floor(extract(epoch FROM posting.available_from) * 1000000)::bigint,
                   floor(extract(epoch FROM posting.expires_at) * 1000000)::bigint) ORDER BY posting.place) AS said,
               count(*) AS count
        FROM loyalty.posting
        CROSS JOIN LATERAL (SELECT * FROM loyalty.account WHERE id = posting.account_id OFFSET 0) AS account
        WHERE posting.transaction_id = head.id
    ) AS lines
    ORDER BY head.id
"""


def lines(conn: Connection, ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """(transaction, how it is sealed, number of postings) in the order of their ids."""
    sql = f"WITH wanted AS (SELECT unnest(CAST(:ids AS bigint[])) AS id) {_LINES}"
    return [(row[0], _one_line(row[1]), row[2]) for row in rows(conn, sql, ids=list(ids))]


def lines_of_block(conn: Connection, number: int) -> list[tuple[int, str, int]]:
    """The same of what a block says are its members, as they are now."""
    sql = f"""
        WITH wanted AS (
            SELECT member AS id FROM loyalty.block, unnest(members) AS span,
                   generate_series(lower(span), upper(span) - 1) AS member
            WHERE number = :number
        ) {_LINES}"""
    return [(row[0], _one_line(row[1]), row[2]) for row in rows(conn, sql, number=number)]


def insert(conn: Connection, block: Block, ids: Sequence[int], now: datetime) -> None:
    run(
        conn,
        """
        INSERT INTO loyalty.block (number, members, transactions, postings, previous, hash, sealed_at)
        SELECT :number, range_agg(int8range(id, id, '[]')), :transactions, :postings, :previous, :hash, :now
        FROM unnest(CAST(:ids AS bigint[])) AS n (id)
        """,
        number=block.number,
        transactions=block.transactions,
        postings=block.postings,
        previous=block.previous,
        hash=block.hash,
        ids=list(ids),
        now=now,
    )


def count_balances(conn: Connection, ids: Sequence[int], kinds: Sequence[str]) -> None:
    """Add what these transactions posted to accounts of counted kinds to their balances."""
    run(
        conn,
        """
        WITH new AS MATERIALIZED (
            SELECT posting.account_id, sum(posting.amount) AS amount
            FROM unnest(CAST(:ids AS bigint[])) AS wanted (id)
            CROSS JOIN LATERAL (
                SELECT account_id, amount FROM loyalty.posting WHERE transaction_id = wanted.id OFFSET 0
            ) AS posting
            CROSS JOIN LATERAL (SELECT kind FROM loyalty.account WHERE id = posting.account_id OFFSET 0) AS account
            WHERE account.kind = ANY(CAST(:kinds AS text[]))
            GROUP BY posting.account_id
        )
        UPDATE loyalty.account AS had SET balance = had.balance + new.amount
        FROM new WHERE had.id = new.account_id AND had.id = ANY(ARRAY(SELECT account_id FROM new))
        """,
        ids=list(ids),
        kinds=list(kinds),
    )


def told(conn: Connection, ids: Sequence[int], account_kinds: Sequence[str], unit_kinds: Sequence[str]) -> list[Told]:
    """What these transactions came to for each customer, where it came to anything."""
    found = rows(
        conn,
        """
        SELECT head.id, head.kind, head.reason, head.source, head.via, head.of_id, head.effective_at, account.owner,
               account.unit, sum(posting.amount)
        FROM loyalty.transaction AS head
        CROSS JOIN LATERAL (
            SELECT account_id, amount FROM loyalty.posting WHERE transaction_id = head.id OFFSET 0
        ) AS posting
        CROSS JOIN LATERAL (
            SELECT kind, owner, unit FROM loyalty.account WHERE id = posting.account_id OFFSET 0
        ) AS account
        JOIN loyalty.unit ON unit.code = account.unit
        WHERE head.id = ANY(CAST(:ids AS bigint[])) AND head.kind NOT IN ('merged', 'split')
          AND account.kind = ANY(CAST(:accounts AS text[])) AND unit.kind = ANY(CAST(:units AS text[]))
        GROUP BY head.id, account.owner, account.unit HAVING sum(posting.amount) <> 0
        ORDER BY head.id
        """,
        ids=list(ids),
        accounts=list(account_kinds),
        units=list(unit_kinds),
    )
    return [Told(*[*row[:9], int(row[9])]) for row in found]


def last_sealed(conn: Connection) -> Sealed:
    """The last block, and how many transactions wait for the next."""
    found = one(conn, "SELECT number, encode(hash, 'hex'), sealed_at FROM loyalty.block ORDER BY number DESC LIMIT 1")
    number, hash_, at = found or (0, "", None)
    return Sealed(number, hash_, at, waiting(conn))


def waiting(conn: Connection) -> int:
    """How many transactions are not sealed yet."""
    found = one(conn, "SELECT count(*) FROM loyalty.unsealed")
    return int(found[0]) if found else 0


def _block(row: Sequence[object]) -> Block:
    number, transactions, postings, previous, hash_ = row
    assert isinstance(number, int)
    assert isinstance(transactions, int)
    assert isinstance(postings, int)
    assert isinstance(previous, bytes | memoryview)
    assert isinstance(hash_, bytes | memoryview)
    return Block(number, transactions, postings, bytes(previous), bytes(hash_))


def _one_line(said: str) -> str:
    """PostgreSQL breaks the line between the elements of an aggregate."""
    return said.replace("\n", "")
