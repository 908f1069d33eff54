"""The audit: append only, which a trigger holds."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.engines.access.types import AuditEntry
from siyu.engines.postgres import rows, run


def append(
    conn: Connection, *, at: datetime | None, actor: str, action: str, target: str, details: Mapping[str, Any]
) -> None:
    run(
        conn,
        """
        INSERT INTO access.audit (at, actor, action, target, details)
        VALUES (coalesce(CAST(:at AS timestamptz), clock_timestamp()), :actor, :action, :target,
                CAST(:details AS jsonb))
        """,
        at=at,
        actor=actor,
        action=action,
        target=target,
        details=json.dumps(details, ensure_ascii=False, default=str),
    )


def page(
    conn: Connection,
    *,
    before: int | None,
    limit: int,
    actor: str | None,
    action: str | None,
    target: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[AuditEntry]:
    """The newest first, from below id ``before``; also what a job did for ``actor``."""
    found = rows(
        conn,
        """
        SELECT id, at, actor, action, target, details FROM access.audit
        WHERE (CAST(:before AS bigint) IS NULL OR id < :before)
          AND (CAST(:actor AS text) IS NULL OR actor = ANY(ARRAY[:actor, 'system:' || :actor]))
          AND (CAST(:action AS text) IS NULL OR action = :action)
          AND (CAST(:target AS text) IS NULL OR target = :target)
          AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
          AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
        ORDER BY id DESC LIMIT :limit
        """,
        before=before,
        limit=limit,
        actor=actor,
        action=action,
        target=target,
        since=since,
        until=until,
    )
    return [AuditEntry(row.id, row.at, row.actor, row.action, row.target, row.details) for row in found]
