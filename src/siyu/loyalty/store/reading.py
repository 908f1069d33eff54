"""Reading the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, scalar
from siyu.loyalty.types import Account, Entry, HoldRead, LotRead


def lot_sums(conn: Connection, account_ids: Sequence[int], now: datetime) -> dict[int, AnyRow]:
    """By account: (what can be spent, what only later, when the next lot ends)."""
    found = rows(
        conn,
        """
        SELECT account_id,
               coalesce(sum(remaining) FILTER (WHERE coalesce(available_from <= :now, true)
                                               AND coalesce(expires_at > :now, true)), 0) AS available,
               coalesce(sum(remaining) FILTER (WHERE available_from > :now), 0) AS pending,
               min(expires_at) FILTER (WHERE expires_at > :now) AS next_expiry
        FROM loyalty.lot WHERE account_id = ANY(CAST(:ids AS bigint[])) AND open GROUP BY account_id
        """,
        ids=list(account_ids),
        now=now,
    )
    return {row[0]: row for row in found}


def balance_at(conn: Connection, account_id: int, at: datetime, by: Literal["effective", "recorded"]) -> int:
    """The sum of an account's postings up to a moment, by either time."""
    found = scalar(
        conn,
        f"""
        SELECT coalesce(sum(posting.amount), 0)
        FROM loyalty.posting JOIN loyalty.transaction AS head ON head.id = posting.transaction_id
        WHERE posting.account_id = :id AND head.{"effective_at" if by == "effective" else "recorded_at"} <= :at
        """,
        id=account_id,
        at=at,
    )
    return int(found)


def entries(conn: Connection, account_id: int, before: tuple[int, int] | None, limit: int) -> list[Entry]:
    """Postings of an account, newest first."""
    transaction_id, place = before or (2**63 - 1, 0)
    found = rows(
        conn,
        """
        SELECT posting.transaction_id, posting.place, posting.amount, posting.balance, head.kind, head.reason, head.source,
               head.actor, head.key, head.of_id, head.effective_at, head.recorded_at
        FROM loyalty.posting JOIN loyalty.transaction AS head ON head.id = posting.transaction_id
        WHERE posting.account_id = :id
          AND (posting.transaction_id, posting.place) < (CAST(:transaction_id AS bigint), CAST(:place AS smallint))
        ORDER BY posting.transaction_id DESC, posting.place DESC LIMIT :limit
        """,
        id=account_id,
        transaction_id=transaction_id,
        place=place,
        limit=limit,
    )
    return [Entry(*row) for row in found]


def lots(conn: Connection, account_id: int, limit: int) -> list[LotRead]:
    """Lots of an account that are not used up, the first to end first."""
    found = rows(
        conn,
        """
        SELECT lot.id, lot.amount, lot.remaining, lot.available_from, lot.expires_at, lot.earned_by, head.reason,
               head.source, head.effective_at
        FROM loyalty.lot JOIN loyalty.transaction AS head ON head.id = lot.earned_by
        WHERE lot.account_id = :id AND lot.open ORDER BY lot.expires_at, lot.id LIMIT :limit
        """,
        id=account_id,
        limit=limit,
    )
    return [LotRead(*row) for row in found]


def holds(conn: Connection, account_id: int, limit: int) -> list[HoldRead]:
    """Holds of an account and of those that were merged into it, newest first."""
    found = rows(
        conn,
        """
        SELECT hold.transaction_id, account.kind, account.owner, account.unit, hold.amount, hold.until, hold.state,
               head.reason, head.source, head.recorded_at, hold.settled_by
        FROM loyalty.hold
        JOIN loyalty.account ON account.id = hold.account_id
        JOIN loyalty.transaction AS head ON head.id = hold.transaction_id
        WHERE account.id = :id OR account.moved_to = :id
        ORDER BY hold.transaction_id DESC LIMIT :limit
        """,
        id=account_id,
        limit=limit,
    )
    return [HoldRead(row[0], Account(*row[1:4]), *row[4:]) for row in found]


def transaction_of_key(conn: Connection, key: str) -> int | None:
    found = scalar(conn, "SELECT id FROM loyalty.transaction WHERE key = :key", key=key)
    return int(found) if found is not None else None
