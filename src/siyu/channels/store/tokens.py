"""Tokens that all processes share, and the lock under which one of them fetches a new one."""

from datetime import datetime

import psycopg
from sqlalchemy import Connection

from siyu.engines.postgres import one, run


def token(conn: Connection, account_id: int, name: str) -> tuple[bytes, datetime] | None:
    """The sealed token and when it ends."""
    row = one(
        conn,
        "SELECT sealed, expires_at FROM channels.token WHERE account_id = :id AND name = :name",
        id=account_id,
        name=name,
    )
    return (bytes(row.sealed), row.expires_at) if row else None


def put(conn: Connection, account_id: int, name: str, sealed: bytes, expires_at: datetime) -> None:
    run(
        conn,
        """
        INSERT INTO channels.token (account_id, name, sealed, expires_at) VALUES (:id, :name, :sealed, :expires_at)
        ON CONFLICT (account_id, name) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at
        """,
        id=account_id,
        name=name,
        sealed=sealed,
        expires_at=expires_at,
    )


def hold(connection: psycopg.Connection, account_id: int, name: str, patience: int) -> bool:
    """Wait at most ``patience`` seconds to be the one who fetches; held until the connection closes, however it does."""
    connection.execute(f"SET lock_timeout TO '{int(patience)}s'".encode())
    try:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"channels.token {account_id} {name}",))
    except psycopg.errors.LockNotAvailable:
        return False
    return True
