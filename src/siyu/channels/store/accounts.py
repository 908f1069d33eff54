"""Accounts, their sealed secrets, their health."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.types import Account, Heard
from siyu.engines.postgres import AnyRow, one, rows, run, scalar


def insert(
    conn: Connection,
    *,
    channel: str,
    external_id: str,
    name: str,
    source_id: int,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    now: datetime,
) -> Account | None:
    """The new account, ``None`` when the channel has one of this external id already."""
    row = one(
        conn,
        """
        INSERT INTO channels.account
            (channel, external_id, name, source_id, state, settings, secrets, created_at, updated_at)
        VALUES (:channel, :external_id, :name, :source_id, 'active', CAST(:settings AS jsonb), CAST(:secrets AS jsonb),
                :now, :now)
        ON CONFLICT (channel, external_id) WHERE state <> 'deleted' DO NOTHING
        RETURNING *
        """,
        channel=channel,
        external_id=external_id,
        name=name,
        source_id=source_id,
        settings=_json(settings),
        secrets=_json(secrets),
        now=now,
    )
    return _account(row) if row else None


def update(
    conn: Connection,
    account_id: int,
    *,
    name: str,
    state: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    now: datetime,
) -> Account:
    row = one(
        conn,
        """
        UPDATE channels.account
        SET name = :name, state = :state, settings = CAST(:settings AS jsonb), secrets = CAST(:secrets AS jsonb),
            updated_at = :now
        WHERE id = :id RETURNING *
        """,
        id=account_id,
        name=name,
        state=state,
        settings=_json(settings),
        secrets=_json(secrets),
        now=now,
    )
    assert row is not None
    return _account(row)


def accounts(conn: Connection) -> list[tuple[Account, dict[str, str]]]:
    """All that are there with their sealed secrets, by id."""
    found = rows(conn, "SELECT * FROM channels.account WHERE state <> 'deleted' ORDER BY id")
    return [(_account(row), row.secrets) for row in found]


def account(conn: Connection, account_id: int, *, lock: bool = False) -> tuple[Account, dict[str, str]] | None:
    """The account and its sealed secrets; ``None`` also when it was deleted."""
    row = one(
        conn,
        f"""SELECT * FROM channels.account WHERE id = :id AND state <> 'deleted'
            {"FOR NO KEY UPDATE" if lock else ""}""",
        id=account_id,
    )
    return (_account(row), row.secrets) if row else None


def with_deleted(conn: Connection) -> list[Account]:
    """All that are or were there, by id."""
    return [_account(row) for row in rows(conn, "SELECT * FROM channels.account ORDER BY id")]


def deleted(conn: Connection, account_id: int) -> Account | None:
    """An account that was deleted."""
    row = one(conn, "SELECT * FROM channels.account WHERE id = :id AND state = 'deleted'", id=account_id)
    return _account(row) if row else None


def hold(conn: Connection, account_id: int) -> bool:
    """Whether the account is there; it stays so until this transaction ends."""
    found = one(conn, "SELECT id FROM channels.account WHERE id = :id AND state <> 'deleted' FOR SHARE", id=account_id)
    return found is not None


def id_of(conn: Connection, channel: str, external_id: str) -> int | None:
    found = scalar(
        conn,
        """SELECT id FROM channels.account
           WHERE channel = :channel AND external_id = :external_id AND state <> 'deleted'""",
        channel=channel,
        external_id=external_id,
    )
    return None if found is None else int(found)


def drop_tokens(conn: Connection, account_id: int) -> None:
    """What was fetched with secrets that may not be the account's any more."""
    run(conn, "DELETE FROM channels.token WHERE account_id = :id", id=account_id)


def lock_health(conn: Connection, account_id: int) -> tuple[list[dict[str, Any]], list[str]]:
    """What was last found at an account and what is told of it; nobody else finds something until the transaction ends."""
    run(conn, "SELECT FROM channels.account WHERE id = :id FOR NO KEY UPDATE", id=account_id)
    found = one(conn, "SELECT findings, told FROM channels.health WHERE account_id = :id", id=account_id)
    return (found.findings, list(found.told)) if found else ([], [])


def put_health(
    conn: Connection, account_id: int, findings: Sequence[Mapping[str, Any]], told: Collection[str], now: datetime
) -> bool:
    """Keep what was found and what is told; ``False``: what was found later stays."""
    kept = rows(
        conn,
        """
        INSERT INTO channels.health AS old (account_id, checked_at, findings, told)
        VALUES (:id, :now, CAST(:findings AS jsonb), CAST(:told AS text[]))
        ON CONFLICT (account_id) DO UPDATE
            SET checked_at = excluded.checked_at, findings = excluded.findings, told = excluded.told, asked = false
        WHERE old.checked_at <= excluded.checked_at
        RETURNING account_id
        """,
        id=account_id,
        now=now,
        findings=orjson.dumps(list(findings)).decode(),
        told=sorted(told),
    )
    return bool(kept)


def health(conn: Connection) -> dict[int, tuple[datetime, list[dict[str, Any]]]]:
    """When each account was last looked at, and what was found."""
    return {
        row.account_id: (row.checked_at, row.findings)
        for row in rows(conn, "SELECT account_id, checked_at, findings FROM channels.health")
    }


def ask_health(conn: Connection, account_id: int) -> None:
    """It is to be looked at again; one that never was is due anyway."""
    run(conn, "UPDATE channels.health SET asked = true WHERE account_id = :id", id=account_id)


def asked_health(conn: Connection) -> set[int]:
    """The accounts that are to be looked at again, however lately they were."""
    return {row.account_id for row in rows(conn, "SELECT account_id FROM channels.health WHERE asked")}


def put_heard(conn: Connection, account_id: int, heard: Heard) -> None:
    """Keep what came to the door; moments only move forward, and a reason stays until there is another.

    Two writings may overtake each other, of one process or of several: whoever heard the latest call is right.
    """
    run(
        conn,
        """
        INSERT INTO channels.door AS old (account_id, good_at, refused_at, refusals, reason, reason_zh)
        VALUES (:id, :good_at, :refused_at, :refusals, :reason, :reason_zh)
        ON CONFLICT (account_id) DO UPDATE SET
            good_at = greatest(old.good_at, excluded.good_at),
            refused_at = greatest(old.refused_at, excluded.refused_at),
            refusals = CASE WHEN greatest(excluded.good_at, excluded.refused_at) >= greatest(old.good_at, old.refused_at)
                THEN excluded.refusals ELSE old.refusals END,
            reason = CASE WHEN excluded.refused_at >= old.refused_at OR old.refused_at IS NULL
                THEN excluded.reason ELSE old.reason END,
            reason_zh = CASE WHEN excluded.refused_at >= old.refused_at OR old.refused_at IS NULL
                THEN excluded.reason_zh ELSE old.reason_zh END
        """,
        id=account_id,
        good_at=heard.good_at,
        refused_at=heard.refused_at,
        refusals=heard.refusals,
        reason=heard.reason.replace("\0", ""),
        reason_zh=heard.reason_zh.replace("\0", ""),
    )


def heard(conn: Connection, account_id: int) -> Heard:
    """What came to the door of an account."""
    row = one(
        conn,
        "SELECT good_at, refused_at, refusals, reason, reason_zh FROM channels.door WHERE account_id = :id",
        id=account_id,
    )
    return Heard(*row) if row else Heard()


def _json(value: Mapping[str, str]) -> str:
    return orjson.dumps(dict(value)).decode()


def _account(row: AnyRow) -> Account:
    return Account(
        id=row.id,
        channel=row.channel,
        external_id=row.external_id,
        name=row.name,
        source_id=row.source_id,
        state=row.state,
        settings=row.settings,
        created_at=row.created_at,
    )
