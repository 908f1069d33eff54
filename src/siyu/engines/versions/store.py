"""SQL of versions; whose table it is, the caller says."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run, scalar


def newest(conn: Connection, table: str, limit: int) -> list[AnyRow]:
    """(version, rules as JSON, at, actor, reason), newest first."""
    return rows(
        conn,
        f"SELECT version, CAST(rules AS text), at, actor, reason FROM {table} ORDER BY version DESC LIMIT :limit",
        limit=limit,
    )


def numbered(conn: Connection, table: str, versions: Collection[int]) -> list[AnyRow]:
    """(version, rules as JSON) of these versions."""
    return rows(
        conn,
        f"SELECT version, CAST(rules AS text) FROM {table} WHERE version = ANY(CAST(:versions AS bigint[]))",
        versions=list(versions),
    )


def lock(conn: Connection, table: str) -> None:
    """Whoever changes them does so one after the other."""
    run(conn, "SELECT pg_advisory_xact_lock(hashtext(:table))", table=table)


def add(conn: Connection, table: str, rules: str, actor: str, reason: str, now: datetime) -> None:
    """A new version."""
    scalar(
        conn,
        f"""INSERT INTO {table} (rules, at, actor, reason)
            VALUES (CAST(:rules AS jsonb), :now, :actor, :reason) RETURNING version""",
        rules=rules,
        now=now,
        actor=actor,
        reason=reason,
    )
