"""The record of checks of the whole ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import one, rows
from siyu.loyalty.types import Finding, Verification, Verified

_COLUMNS: Final = (
    "id, began_at, ended_at, actor, transactions, unsealed, block, hash, anchor, findings, CAST(first AS text)"
)


def insert(
    conn: Connection,
    found: Verified,
    first: Sequence[Finding],
    anchor: int | None,
    actor: str,
    began_at: datetime,
    ended_at: datetime,
) -> Verification:
    """Keep what a check found, and the first findings in words."""
    made = one(
        conn,
        f"""
        INSERT INTO loyalty.verification (began_at, ended_at, actor, transactions, unsealed, block, hash, anchor, findings, first)
        VALUES (:began, :ended, :actor, :transactions, :unsealed, :block, :hash, :anchor, :findings, CAST(:first AS jsonb))
        RETURNING {_COLUMNS}
        """,
        began=began_at,
        ended=ended_at,
        actor=actor,
        transactions=found.transactions,
        unsealed=found.unsealed,
        block=found.block,
        hash=found.hash,
        anchor=anchor,
        findings=len(found.findings),
        first=orjson.dumps([[each.what, each.where, each.en, each.zh] for each in first]).decode(),
    )
    assert made is not None
    return _read(*made)


def page(conn: Connection, before: int | None, limit: int) -> list[Verification]:
    """Newest first."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM loyalty.verification WHERE CAST(:before AS bigint) IS NULL OR id < :before
            ORDER BY id DESC LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [_read(*row) for row in found]


def _read(
    run_id: int,
    began_at: datetime,
    ended_at: datetime,
    actor: str,
    transactions: int,
    unsealed: int,
    block: int,
    hash_: str,
    anchor: int | None,
    findings: int,
    first: str,
) -> Verification:
    said = tuple(Finding(*each) for each in orjson.loads(first))
    return Verification(run_id, began_at, ended_at, actor, transactions, unsealed, block, hash_, anchor, findings, said)
