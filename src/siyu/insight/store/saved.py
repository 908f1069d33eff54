"""Saved funnels in PostgreSQL."""

from datetime import datetime

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run
from siyu.insight.types import FunnelDefinition, SavedFunnel

_COLUMNS = "id, name, definition, owner, created_at, updated_at"
_DEFINITION: TypeAdapter[FunnelDefinition] = TypeAdapter(FunnelDefinition)


def funnels(conn: Connection) -> list[SavedFunnel]:
    return [_funnel(row) for row in rows(conn, f"SELECT {_COLUMNS} FROM insight.funnel ORDER BY name, id")]


def funnel(conn: Connection, funnel_id: int, *, lock: bool = False) -> SavedFunnel | None:
    found = one(
        conn,
        f"SELECT {_COLUMNS} FROM insight.funnel WHERE id = :id{' FOR UPDATE' if lock else ''}",
        id=funnel_id,
    )
    return _funnel(found) if found else None


def insert(conn: Connection, name: str, definition: FunnelDefinition, owner: str, now: datetime) -> SavedFunnel | None:
    """``None`` when this owner has one of this name."""
    found = one(
        conn,
        f"""INSERT INTO insight.funnel (name, definition, owner, created_at, updated_at)
            VALUES (:name, CAST(:definition AS jsonb), :owner, :now, :now)
            ON CONFLICT (owner, name) DO NOTHING RETURNING {_COLUMNS}""",
        name=name,
        definition=_json(definition),
        owner=owner,
        now=now,
    )
    return _funnel(found) if found else None


def update(
    conn: Connection, kept: SavedFunnel, name: str, definition: FunnelDefinition, now: datetime
) -> SavedFunnel | None:
    """``None`` when its owner has another of this name."""
    found = one(
        conn,
        f"""UPDATE insight.funnel SET name = :name, definition = CAST(:definition AS jsonb), updated_at = :now
            WHERE id = :id AND NOT EXISTS (
                SELECT FROM insight.funnel AS other WHERE other.owner = :owner AND other.name = :name AND other.id <> :id
            ) RETURNING {_COLUMNS}""",
        id=kept.id,
        owner=kept.owner,
        name=name,
        definition=_json(definition),
        now=now,
    )
    return _funnel(found) if found else None


def delete(conn: Connection, funnel_id: int) -> None:
    run(conn, "DELETE FROM insight.funnel WHERE id = :id", id=funnel_id)


def _json(definition: FunnelDefinition) -> str:
    return orjson.dumps(_DEFINITION.dump_python(definition, mode="json")).decode()


def _funnel(row: AnyRow) -> SavedFunnel:
    return SavedFunnel(row[0], row[1], _DEFINITION.validate_python(row[2]), row[3], row[4], row[5])
