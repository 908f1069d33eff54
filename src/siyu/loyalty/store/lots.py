"""Lots outside of a posting: which have expired, which came through an identifier."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows
from siyu.loyalty.types import Account


def accounts_with_expired(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Accounts of the lots that expired first and are not empty."""
    found = rows(
        conn,
        """
        SELECT DISTINCT account_id FROM (
            SELECT account_id FROM loyalty.lot WHERE open AND expires_at <= :now ORDER BY expires_at LIMIT :limit
        ) AS oldest ORDER BY account_id
        """,
        now=now,
        limit=limit,
    )
    return [row[0] for row in found]


def expired(conn: Connection, account_ids: Sequence[int], now: datetime) -> list[tuple[int, Account, int, int]]:
    """(account's id, account, lot, what is left) of lots of locked accounts that have expired."""
    found = rows(
        conn,
        """
        SELECT lot.account_id, account.kind, account.owner, account.unit, lot.id, lot.remaining
        FROM loyalty.lot JOIN loyalty.account ON account.id = lot.account_id
        WHERE lot.account_id = ANY(CAST(:ids AS bigint[])) AND lot.open AND lot.expires_at <= :now
        ORDER BY lot.account_id, lot.expires_at, lot.id
        """,
        ids=list(account_ids),
        now=now,
    )
    return [(row[0], Account(*row[1:4]), row[4], row[5]) for row in found]


def came_through(
    conn: Connection, account_ids: Sequence[int], identifier_ids: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(account, lot, what is left) of open lots of locked accounts that were earned through these identifiers."""
    found = rows(
        conn,
        """
        SELECT lot.account_id, lot.id, lot.remaining
        FROM loyalty.lot JOIN loyalty.transaction AS head ON head.id = lot.earned_by
        WHERE lot.account_id = ANY(CAST(:ids AS bigint[])) AND lot.open AND head.via = ANY(CAST(:vias AS bigint[]))
        ORDER BY lot.account_id, lot.id
        """,
        ids=list(account_ids),
        vias=list(identifier_ids),
    )
    return [(row[0], row[1], row[2]) for row in found]
