"""API keys, sources and write keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.engines.access.types import ApiKey, Source, SourceRef, WriteKey
from siyu.engines.postgres import AnyRow, one, rows, run, scalar


def insert_api_key(
    conn: Connection,
    *,
    name: str,
    prefix: str,
    key_hash: bytes,
    scopes: Sequence[str],
    created_by: str,
    now: datetime,
    expires_at: datetime | None,
) -> int:
    return int(
        scalar(
            conn,
            """
            INSERT INTO access.api_key (name, prefix, key_hash, scopes, created_by, created_at, expires_at)
            VALUES (:name, :prefix, :key_hash, CAST(:scopes AS text[]), :created_by, :now, :expires_at)
            RETURNING id
            """,
            name=name,
            prefix=prefix,
            key_hash=key_hash,
            scopes=list(scopes),
            created_by=created_by,
            now=now,
            expires_at=expires_at,
        )
    )


def api_keys(conn: Connection) -> list[ApiKey]:
    return [_api_key(row) for row in rows(conn, "SELECT * FROM access.api_key ORDER BY id")]


def good_api_key(conn: Connection, key_hash: bytes, now: datetime) -> ApiKey | None:
    """The key when it is neither revoked nor expired."""
    row = one(
        conn,
        """
        SELECT * FROM access.api_key
        WHERE key_hash = :key_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
        """,
        key_hash=key_hash,
        now=now,
    )
    return _api_key(row) if row else None


def touch_api_key(conn: Connection, key_id: int, now: datetime) -> None:
    """Note when a key was used, where nobody else does at this moment: who comes with a key does not wait for others with it."""
    run(
        conn,
        """
        UPDATE access.api_key SET last_used_at = :now
        WHERE id = (SELECT id FROM access.api_key WHERE id = :id FOR NO KEY UPDATE SKIP LOCKED)
        """,
        id=key_id,
        now=now,
    )


def revoke_api_key(conn: Connection, key_id: int, now: datetime) -> bool:
    """Whether there is such a key; the first revocation stays."""
    found = scalar(
        conn,
        "UPDATE access.api_key SET revoked_at = coalesce(revoked_at, :now) WHERE id = :id RETURNING id",
        id=key_id,
        now=now,
    )
    return found is not None


def insert_source(conn: Connection, *, name: str, kind: str, settings: Mapping[str, Any], now: datetime) -> int | None:
    """The new id, ``None`` when the name is taken."""
    found = scalar(
        conn,
        """
        INSERT INTO access.source (name, kind, settings, created_at)
        VALUES (:name, :kind, CAST(:settings AS jsonb), :now)
        ON CONFLICT (name) DO NOTHING RETURNING id
        """,
        name=name,
        kind=kind,
        settings=orjson.dumps(settings).decode(),
        now=now,
    )
    return None if found is None else int(found)


def update_source(conn: Connection, source_id: int, *, name: str, settings: Mapping[str, Any]) -> None:
    run(
        conn,
        "UPDATE access.source SET name = :name, settings = CAST(:settings AS jsonb) WHERE id = :id",
        id=source_id,
        name=name,
        settings=orjson.dumps(settings).decode(),
    )


def source_by_name(conn: Connection, name: str) -> int | None:
    found = scalar(conn, "SELECT id FROM access.source WHERE name = :name", name=name)
    return None if found is None else int(found)


def sources(conn: Connection, source_id: int | None = None) -> list[Source]:
    """All sources, or the one."""
    where = "" if source_id is None else "WHERE s.id = :id"
    parameters = {} if source_id is None else {"id": source_id}
    keys: dict[int, list[WriteKey]] = {}
    for row in rows(conn, "SELECT * FROM access.write_key ORDER BY id"):
        keys.setdefault(row.source_id, []).append(_write_key(row))
    return [
        Source(row.id, row.name, row.kind, row.settings, row.created_at, tuple(keys.get(row.id, ())))
        for row in rows(conn, f"SELECT s.* FROM access.source AS s {where} ORDER BY s.id", **parameters)
    ]


def insert_write_key(conn: Connection, *, source_id: int, key: str, now: datetime) -> WriteKey:
    row = one(
        conn,
        """
        INSERT INTO access.write_key (source_id, key, created_at) VALUES (:source_id, :key, :now)
        RETURNING *
        """,
        source_id=source_id,
        key=key,
        now=now,
    )
    assert row is not None
    return _write_key(row)


def revoke_write_key(conn: Connection, source_id: int, key_id: int, now: datetime) -> bool:
    """Whether the source has such a key; the first revocation stays."""
    found = scalar(
        conn,
        """
        UPDATE access.write_key SET revoked_at = coalesce(revoked_at, :now)
        WHERE id = :id AND source_id = :source_id RETURNING id
        """,
        id=key_id,
        source_id=source_id,
        now=now,
    )
    return found is not None


def good_write_keys(conn: Connection) -> dict[str, SourceRef]:
    """Every key that may send, with its source."""
    found = rows(
        conn,
        """
        SELECT k.key, s.id, s.name, s.kind, s.settings
        FROM access.write_key AS k JOIN access.source AS s ON s.id = k.source_id
        WHERE k.revoked_at IS NULL
        """,
    )
    return {row.key: SourceRef(row.id, row.name, row.kind, row.settings) for row in found}


def _api_key(row: AnyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _write_key(row: AnyRow) -> WriteKey:
    return WriteKey(row.id, row.source_id, row.key, row.created_at, row.revoked_at)
