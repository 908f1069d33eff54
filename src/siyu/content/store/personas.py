"""Personas."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.content.types import CHARACTER, Character, Persona
from siyu.engines.postgres import AnyRow, one, rows, run

_PERSONA = "id, name, body, archived, updated_at"


def insert(conn: Connection, name: str, character: Character, now: datetime) -> Persona | None:
    """``None`` when the name is taken."""
    row = one(
        conn,
        f"""INSERT INTO content.persona (name, body, updated_at) VALUES (:name, CAST(:body AS jsonb), :now)
            ON CONFLICT (name) DO NOTHING RETURNING {_PERSONA}""",
        name=name,
        body=CHARACTER.dump_json(character).decode(),
        now=now,
    )
    return _persona(row) if row else None


def update(conn: Connection, persona_id: int, character: Character, now: datetime, *, archived: bool) -> None:
    run(
        conn,
        """UPDATE content.persona SET body = CAST(:body AS jsonb), archived = :archived, updated_at = :now
           WHERE id = :id""",
        id=persona_id,
        body=CHARACTER.dump_json(character).decode(),
        archived=archived,
        now=now,
    )


def persona(conn: Connection, persona_id: int, *, lock: bool = False) -> Persona | None:
    row = one(
        conn,
        f"SELECT {_PERSONA} FROM content.persona WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}",
        id=persona_id,
    )
    return _persona(row) if row else None


def personas(conn: Connection, *, archived: bool) -> list[Persona]:
    """By name."""
    found = rows(
        conn, f"SELECT {_PERSONA} FROM content.persona WHERE archived = :archived ORDER BY name", archived=archived
    )
    return [_persona(row) for row in found]


def _persona(row: AnyRow) -> Persona:
    return Persona(row.id, row.name, CHARACTER.validate_python(row.body), row.archived, row.updated_at)
