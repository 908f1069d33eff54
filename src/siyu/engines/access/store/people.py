"""Operators, their sessions, failed attempts and one-time links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.engines.access.types import Operator, Role
from siyu.engines.postgres import AnyRow, one, rows, run, scalar

_FIRST_OWNER_LOCK = 0x5159_5530_0005


@dataclass(frozen=True, slots=True)
class Secret:
    """An operator and what their password is checked against."""

    operator: Operator
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is still good, and whose."""

    operator: Operator
    last_used_at: datetime


_OPERATOR = "o.id, o.login, o.name, o.roles, o.disabled_at, o.created_at"


def lock_owners(conn: Connection) -> None:
    """Let one transaction at a time decide who the owners are; held until it ends."""
    run(conn, "SELECT pg_advisory_xact_lock(:key)", key=_FIRST_OWNER_LOCK)


def count_owners(conn: Connection) -> int:
    return int(
        scalar(conn, "SELECT count(*) FROM access.operator WHERE 'owner' = ANY (roles) AND disabled_at IS NULL") or 0
    )


def insert_operator(
    conn: Connection, *, login: str, name: str, password_hash: str, roles: Sequence[Role], now: datetime
) -> int | None:
    """The new id, ``None`` when the login is taken."""
    found = scalar(
        conn,
        """
        INSERT INTO access.operator (login, name, password_hash, roles, created_at)
        VALUES (:login, :name, :password_hash, CAST(:roles AS text[]), :now)
        ON CONFLICT (login) DO NOTHING RETURNING id
        """,
        login=login,
        name=name,
        password_hash=password_hash,
        roles=[role.value for role in roles],
        now=now,
    )
    return None if found is None else int(found)


def secret_by_login(conn: Connection, login: str) -> Secret | None:
    row = one(
        conn, f"SELECT {_OPERATOR}, o.password_hash FROM access.operator AS o WHERE o.login = :login", login=login
    )
    return Secret(_operator(row), row.password_hash) if row else None


def secret_by_id(conn: Connection, operator_id: int) -> Secret | None:
    """Locks the operator until the transaction ends."""
    row = one(
        conn,
        f"SELECT {_OPERATOR}, o.password_hash FROM access.operator AS o WHERE o.id = :id FOR UPDATE",
        id=operator_id,
    )
    return Secret(_operator(row), row.password_hash) if row else None


def operators(conn: Connection) -> list[Operator]:
    return [_operator(row) for row in rows(conn, f"SELECT {_OPERATOR} FROM access.operator AS o ORDER BY o.id")]


def update_operator(
    conn: Connection, operator_id: int, *, name: str, roles: Sequence[Role], disabled_at: datetime | None
) -> None:
    run(
        conn,
        """
        UPDATE access.operator
        SET name = :name, roles = CAST(:roles AS text[]),
            disabled_at = CASE WHEN CAST(:disabled_at AS timestamptz) IS NULL THEN NULL
                               ELSE coalesce(disabled_at, :disabled_at) END
        WHERE id = :id
        """,
        id=operator_id,
        name=name,
        roles=[role.value for role in roles],
        disabled_at=disabled_at,
    )


def set_password(conn: Connection, operator_id: int, password_hash: str) -> None:
    run(
        conn,
        "UPDATE access.operator SET password_hash = :password_hash WHERE id = :id",
        id=operator_id,
        password_hash=password_hash,
    )


def insert_session(
    conn: Connection, *, token_hash: bytes, operator_id: int, agent: str, now: datetime, idle: timedelta
) -> datetime:
    """Returns when it expires unless it is used."""
    return scalar(  # type: ignore[no-any-return]
        conn,
        """
        WITH old AS (DELETE FROM access.session WHERE expires_at < :now)
        INSERT INTO access.session (token_hash, operator_id, agent, created_at, last_used_at, idle, expires_at)
        VALUES (:token_hash, :operator_id, :agent, :now, :now, :idle, CAST(:now AS timestamptz) + :idle)
        RETURNING expires_at
        """,
        token_hash=token_hash,
        operator_id=operator_id,
        agent=agent,
        now=now,
        idle=idle,
    )


def session(conn: Connection, token_hash: bytes, now: datetime) -> Session | None:
    row = one(
        conn,
        f"""
        SELECT {_OPERATOR}, s.last_used_at
        FROM access.session AS s JOIN access.operator AS o ON o.id = s.operator_id
        WHERE s.token_hash = :token_hash AND s.expires_at > :now AND o.disabled_at IS NULL
        """,
        token_hash=token_hash,
        now=now,
    )
    return Session(_operator(row), row.last_used_at) if row else None


def touch_session(conn: Connection, token_hash: bytes, now: datetime, longest: timedelta) -> None:
    """Push the expiry out, though never further than ``longest`` after the sign-in."""
    run(
        conn,
        """
        UPDATE access.session
        SET last_used_at = :now, expires_at = least(created_at + :longest, CAST(:now AS timestamptz) + idle)
        WHERE token_hash = :token_hash
        """,
        token_hash=token_hash,
        now=now,
        longest=longest,
    )


def delete_session(conn: Connection, token_hash: bytes) -> int | None:
    """Whose it was."""
    found = scalar(
        conn,
        "DELETE FROM access.session WHERE token_hash = :token_hash RETURNING operator_id",
        token_hash=token_hash,
    )
    return None if found is None else int(found)


def delete_sessions(conn: Connection, operator_id: int, *, but: bytes = b"") -> None:
    run(
        conn,
        "DELETE FROM access.session WHERE operator_id = :id AND token_hash <> :but",
        id=operator_id,
        but=but,
    )


def failures(conn: Connection, login: str, forget_before: datetime) -> tuple[int, datetime | None]:
    """How often this login failed in a row, and when last; holds the login's row until the transaction ends.

    Attempts on one login therefore stand in line: a thousand at once cannot slip past the count.
    """
    row = one(
        conn,
        """
        INSERT INTO access.attempt AS a (login, failures, last_at) VALUES (:login, 0, :before)
        ON CONFLICT (login) DO UPDATE SET failures = CASE WHEN a.last_at < :before THEN 0 ELSE a.failures END
        RETURNING failures, last_at
        """,
        login=login,
        before=forget_before,
    )
    assert row is not None
    return row.failures, row.last_at if row.failures else None


def note_failure(conn: Connection, login: str, now: datetime, forget_before: datetime) -> int:
    """Returns the new count. Sweeps out a few logins that nobody tried for long."""
    run(
        conn,
        """
        DELETE FROM access.attempt WHERE login IN (
            SELECT login FROM access.attempt WHERE last_at < :before AND login <> :login
            ORDER BY login LIMIT 20 FOR UPDATE SKIP LOCKED)
        """,
        before=forget_before,
        login=login,
    )
    return int(
        scalar(
            conn,
            "UPDATE access.attempt SET failures = failures + 1, last_at = :now WHERE login = :login RETURNING failures",
            login=login,
            now=now,
        )
    )


def clear_failures(conn: Connection, login: str) -> None:
    run(conn, "DELETE FROM access.attempt WHERE login = :login", login=login)


def insert_link(conn: Connection, *, token_hash: bytes, operator_id: int | None, expires_at: datetime) -> None:
    run(
        conn,
        """
        INSERT INTO access.link (token_hash, operator_id, expires_at)
        VALUES (:token_hash, :operator_id, :expires_at)
        """,
        token_hash=token_hash,
        operator_id=operator_id,
        expires_at=expires_at,
    )


def take_link(conn: Connection, token_hash: bytes, now: datetime) -> tuple[bool, int | None]:
    """Use the link up: ``(was it good, whose password it sets)``; ``None`` stands for the first owner."""
    row = one(
        conn,
        "DELETE FROM access.link WHERE token_hash = :token_hash RETURNING operator_id, expires_at",
        token_hash=token_hash,
    )
    if row is None or row.expires_at <= now:
        return False, None
    return True, row.operator_id


def delete_links(conn: Connection, operator_id: int | None) -> None:
    """Every open link for this operator, or for the first owner."""
    run(conn, "DELETE FROM access.link WHERE operator_id IS NOT DISTINCT FROM :id", id=operator_id)


def _operator(row: AnyRow) -> Operator:
    return Operator(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=tuple(Role(role) for role in row.roles),
        disabled=row.disabled_at is not None,
        created_at=row.created_at,
    )
