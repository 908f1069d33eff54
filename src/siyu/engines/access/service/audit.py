"""The audit: who did or saw what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access.store import audit as table
from siyu.engines.access.types import AuditEntry
from siyu.kernel.errors import BadInput

_LONGEST: Final = 500  # characters


def record(
    conn: Connection,
    *,
    actor: str,
    action: str,
    target: str,
    details: Mapping[str, Any],
    now: datetime | None = None,
) -> None:
    """Append one audit row, in the transaction of what it speaks of.

    Args:
        conn: an open transaction.
        actor: :attr:`Principal.actor` of who did it.
        action: ``noun.verb_in_the_past``, for example ``personal.revealed``.
        target: what it was done to, for example ``customer:12``.
        details: the rest; never personal data or secrets.
        now: the moment; the database's clock when absent.
    """
    table.append(conn, at=now, actor=actor, action=action, target=target, details=details)


def reason_given(said: str) -> str:
    """Why somebody does what has to have a reason, without spaces around it.

    Raises:
        BadInput: it is not of 3 to 500 characters, or has a NUL in it.
    """
    clean = said.strip()
    if not 3 <= len(clean) <= _LONGEST or "\x00" in clean:
        raise BadInput(
            reason=f"say in 3 to {_LONGEST} characters why; the audit keeps it.",
            reason_zh=f"请填写原因（3 至 {_LONGEST} 个字符），将记入审计日志。",
        )
    return clean


def audit_page(
    conn: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    action: str | None = None,
    target: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[AuditEntry]:
    """The audit, newest first: up to ``limit`` rows with an id below ``before``, filtered exactly.

    Args:
        conn: an open transaction.
        before: only older rows.
        limit: the most to return.
        actor: who did it (:attr:`Principal.actor`), themselves or by a job that they asked for.
        action: what was done.
        target: what it was done to.
        since: from this moment on.
        until: before this moment.
    """
    return table.page(
        conn, before=before, limit=limit, actor=actor, action=action, target=target, since=since, until=until
    )
