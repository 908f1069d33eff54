"""Transactions and what they do. Every writer holds the lock of the accounts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows
from siyu.loyalty.rules.drafts import Booked, Lot, Standing
from siyu.loyalty.types import Account, Change


class Known(NamedTuple):
    """A transaction with a key that was asked for."""

    id: int
    input_hash: bytes


class Original(NamedTuple):
    """A transaction that another takes back or settles; ``changes`` are its postings."""

    id: int
    kind: str
    of_id: int | None
    reason: str
    source: str
    via: int
    changes: tuple[tuple[int, Account, int], ...]


_ACT = """
    WITH made AS (
        INSERT INTO loyalty.transaction
            (id, key, input_hash, kind, reason, source, actor, via, of_id, effective_at, recorded_at)
        SELECT id, key, decode(hash, 'hex'), kind, reason, source, actor, via, of_id, effective_at, :now
        FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS text[]), CAST(:hashes AS text[]), CAST(:kinds AS text[]),
                    CAST(:reasons AS text[]), CAST(:sources AS text[]), CAST(:actors AS text[]), CAST(:vias AS bigint[]),
                    CAST(:ofs AS bigint[]), CAST(:effectives AS timestamptz[]))
            AS new (id, key, hash, kind, reason, source, actor, via, of_id, effective_at)
        ON CONFLICT (key) DO NOTHING
        RETURNING id
    ), all_made AS MATERIALIZED (SELECT count(*) = CAST(:number AS integer) AS whole FROM made),
    posted AS (
        INSERT INTO loyalty.posting (transaction_id, place, account_id, amount, balance, available_from, expires_at)
        SELECT transaction_id, place, account_id, amount, balance, available_from, expires_at
        FROM unnest(CAST(:p_ids AS bigint[]), CAST(:p_places AS smallint[]), CAST(:p_accounts AS bigint[]),
                    CAST(:p_amounts AS bigint[]), CAST(:p_balances AS bigint[]), CAST(:p_from AS timestamptz[]),
                    CAST(:p_until AS timestamptz[]))
            AS new (transaction_id, place, account_id, amount, balance, available_from, expires_at)
        WHERE (SELECT whole FROM all_made)
    ), balanced AS (
        UPDATE loyalty.account AS had SET balance = new.balance
        FROM unnest(CAST(:a_ids AS bigint[]), CAST(:a_balances AS bigint[])) AS new (id, balance)
        WHERE had.id = new.id AND (SELECT whole FROM all_made)
    ), fresh AS (
        INSERT INTO loyalty.lot (id, account_id, earned_by, amount, remaining, available_from, expires_at, open)
        SELECT id, account_id, earned_by, amount, remaining, available_from, expires_at, remaining > 0
        FROM unnest(CAST(:l_ids AS bigint[]), CAST(:l_accounts AS bigint[]), CAST(:l_earned AS bigint[]),
                    CAST(:l_amounts AS bigint[]), CAST(:l_remaining AS bigint[]), CAST(:l_from AS timestamptz[]),
                    CAST(:l_until AS timestamptz[]))
            AS new (id, account_id, earned_by, amount, remaining, available_from, expires_at)
        WHERE (SELECT whole FROM all_made)
    ),{uses}
    queued AS (INSERT INTO loyalty.unsealed (transaction_id) SELECT id FROM made WHERE (SELECT whole FROM all_made))
    SELECT whole FROM all_made
"""
_USES = """ used AS (
        INSERT INTO loyalty.lot_use (transaction_id, place, lot_id, amount, for_id)
        SELECT transaction_id, place, lot_id, amount, for_id
        FROM unnest(CAST(:u_ids AS bigint[]), CAST(:u_places AS smallint[]), CAST(:u_lots AS bigint[]),
                    CAST(:u_amounts AS bigint[]), CAST(:u_for AS bigint[]))
            AS new (transaction_id, place, lot_id, amount, for_id)
        WHERE (SELECT whole FROM all_made)
    ), changed AS (
        UPDATE loyalty.lot AS had SET remaining = new.remaining, open = new.remaining > 0
        FROM unnest(CAST(:c_ids AS bigint[]), CAST(:c_remaining AS bigint[])) AS new (id, remaining)
        WHERE had.id = new.id AND (SELECT whole FROM all_made)
    ),"""
_WITHOUT_LOTS, _WITH_LOTS = _ACT.format(uses=""), _ACT.format(uses=_USES)


def write(conn: Connection, booked: Sequence[Booked], standings: Sequence[Standing], now: datetime) -> bool:
    """Write transactions with all they do, in one statement; ``False``, and nothing is written, when one of their keys came
    in between. Of a batch the caller then has to give up its transaction: it was not alone with these keys.
    """
    lines = [(one.id, place, *line) for one in booked for place, line in enumerate(one.lines)]
    lots = [(standing.id, lot) for one in booked for standing, lot in one.fresh]
    parameters: dict[str, Any] = {
        "now": now,
        "number": len(booked),
        "ids": [one.id for one in booked],
        "keys": [one.draft.key for one in booked],
        "hashes": [one.draft.input_hash.hex() for one in booked],
        "kinds": [one.draft.kind for one in booked],
        "reasons": [one.draft.reason for one in booked],
        "sources": [one.draft.source for one in booked],
        "actors": [one.draft.actor for one in booked],
        "vias": [one.draft.via for one in booked],
        "ofs": [one.draft.of_id for one in booked],
        "effectives": [one.draft.effective_at for one in booked],
        "p_ids": [one[0] for one in lines],
        "p_places": [one[1] for one in lines],
        "p_accounts": [one[2].id for one in lines],
        "p_amounts": [one[3] for one in lines],
        "p_balances": [one[4] for one in lines],
        "p_from": [one[5] for one in lines],
        "p_until": [one[6] for one in lines],
        "a_ids": [one.id for one in standings],
        "a_balances": [one.balance for one in standings],
        "l_ids": [lot.id for _, lot in lots],
        "l_accounts": [account_id for account_id, _ in lots],
        "l_earned": [lot.earned_by for _, lot in lots],
        "l_amounts": [lot.amount for _, lot in lots],
        "l_remaining": [lot.remaining for _, lot in lots],
        "l_from": [lot.available_from for _, lot in lots],
        "l_until": [lot.expires_at for _, lot in lots],
    }
    uses = [(one.id, place, *use) for one in booked for place, use in enumerate(one.uses)]
    if not uses:
        return bool(rows(conn, _WITHOUT_LOTS, **parameters)[0][0])
    changed = [lot for one in standings for lot in one.lots if lot.changed and not lot.fresh]
    parameters |= {
        "u_ids": [one[0] for one in uses],
        "u_places": [one[1] for one in uses],
        "u_lots": [one[2] for one in uses],
        "u_amounts": [one[3] for one in uses],
        "u_for": [one[4] for one in uses],
        "c_ids": [lot.id for lot in changed],
        "c_remaining": [lot.remaining for lot in changed],
    }
    return bool(rows(conn, _WITH_LOTS, **parameters)[0][0])


def known(
    conn: Connection, keys: Sequence[str], account_ids: Sequence[int]
) -> tuple[dict[str, Known], dict[int, list[Lot]]]:
    """Which of these keys were used, and the open lots of locked accounts, by account."""
    found = rows(
        conn,
        """
        SELECT id, key, input_hash, NULL, NULL, NULL, NULL, NULL, NULL
        FROM loyalty.transaction WHERE key = ANY(CAST(:keys AS text[]))
        UNION ALL
        SELECT id, NULL, NULL, account_id, earned_by, amount, remaining, available_from, expires_at
        FROM loyalty.lot WHERE account_id = ANY(CAST(:accounts AS bigint[])) AND open
        """,
        keys=list(keys),
        accounts=list(account_ids),
    )
    lots: dict[int, list[Lot]] = {}
    for row in found:
        if row[1] is None:
            lots.setdefault(row[3], []).append(Lot(row[0], *row[4:]))
    return {row[1]: Known(row[0], bytes(row[2])) for row in found if row[1] is not None}, lots


def taken(conn: Connection, ids: Sequence[int]) -> list[tuple[int, int, Lot, int]]:
    """(transaction, account, lot, how much is not given back yet) of what transactions took from lots, in order."""
    found = rows(
        conn,
        """
        SELECT used.transaction_id, lot.account_id, -used.amount - coalesce((
                   SELECT sum(back.amount) FROM loyalty.lot_use AS back
                   WHERE back.for_id = used.transaction_id AND back.lot_id = used.lot_id), 0),
               lot.id, lot.earned_by, lot.amount, lot.remaining, lot.available_from, lot.expires_at
        FROM loyalty.lot_use AS used JOIN loyalty.lot ON lot.id = used.lot_id
        WHERE used.transaction_id = ANY(CAST(:ids AS bigint[])) AND used.amount < 0
        ORDER BY used.transaction_id, used.place
        """,
        ids=list(ids),
    )
    return [(row[0], row[1], Lot(*row[3:]), int(row[2])) for row in found]


def changes_of(conn: Connection, ids: Iterable[int]) -> dict[int, tuple[Change, ...]]:
    """The postings of transactions, as they were made."""
    found: dict[int, list[Change]] = {}
    for row in rows(
        conn,
        """
        SELECT posting.transaction_id, account.kind, account.owner, account.unit, posting.amount, posting.balance
        FROM loyalty.posting JOIN loyalty.account ON account.id = posting.account_id
        WHERE posting.transaction_id = ANY(CAST(:ids AS bigint[])) ORDER BY posting.transaction_id, posting.place
        """,
        ids=list(ids),
    ):
        found.setdefault(row[0], []).append(Change(Account(*row[1:4]), row[4], row[5]))
    return {one: tuple(changes) for one, changes in found.items()}


def lock_originals(conn: Connection, ids: Iterable[int]) -> dict[int, Original]:
    """Lock transactions, so that nobody else takes them back meanwhile; with their postings."""
    asked = sorted(set(ids))
    heads = rows(
        conn,
        """SELECT id, kind, of_id, reason, source, via FROM loyalty.transaction
           WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE""",
        ids=asked,
    )
    lines: dict[int, list[tuple[int, Account, int]]] = {one.id: [] for one in heads}
    for row in rows(
        conn,
        """
        SELECT posting.transaction_id, account.id, account.kind, account.owner, account.unit, posting.amount
        FROM loyalty.posting JOIN loyalty.account ON account.id = posting.account_id
        WHERE posting.transaction_id = ANY(CAST(:ids AS bigint[])) ORDER BY posting.transaction_id, posting.place
        """,
        ids=asked,
    ):
        lines[row[0]].append((row[1], Account(row[2], row[3], row[4]), row[5]))
    return {one[0]: Original(*[*one, tuple(lines[one[0]])]) for one in heads}


def undone(conn: Connection, ids: Sequence[int]) -> tuple[set[int], dict[tuple[int, str], int]]:
    """Of locked transactions: those that are reversed, and how much of the others was taken back, by unit."""
    found = rows(
        conn,
        """
        SELECT head.of_id, head.kind, account.unit, sum(posting.amount)
        FROM loyalty.transaction AS head
        JOIN loyalty.posting ON posting.transaction_id = head.id
        JOIN loyalty.account ON account.id = posting.account_id
        WHERE head.of_id = ANY(CAST(:ids AS bigint[])) AND head.kind IN ('reversed', 'undone') AND posting.amount > 0
        GROUP BY head.of_id, head.kind, account.unit
        """,
        ids=list(ids),
    )
    reversed_ = {row[0] for row in found if row[1] == "reversed"}
    return reversed_, {(row[0], row[2]): int(row[3]) for row in found if row[1] == "undone"}


def whereabouts(conn: Connection, ids: Sequence[int]) -> dict[int, Account]:
    """Of transactions whose lots were moved to another account by a split or merge: that account."""
    found = rows(
        conn,
        """
        SELECT DISTINCT ON (lot.earned_by) lot.earned_by, account.kind, account.owner, account.unit
        FROM loyalty.lot JOIN loyalty.account ON account.id = lot.account_id
        WHERE lot.earned_by = ANY(CAST(:ids AS bigint[])) AND lot.earned_by <> lot.id >> 20
        ORDER BY lot.earned_by, lot.id DESC
        """,
        ids=list(ids),
    )
    return {row[0]: Account(*row[1:]) for row in found}
