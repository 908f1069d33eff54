"""Media and materials."""

from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.content.types import Material, MaterialKind, Medium
from siyu.engines.postgres import AnyRow, one, rows, run

_MEDIUM = "hash, media_type, name, size, at"
_MATERIAL = "id, kind, name, text, fields, medium, archived, created_at, updated_at"


def put_medium(conn: Connection, medium: Medium, content: bytes) -> None:
    """Keep bytes; the same bytes again change nothing."""
    run(
        conn,
        """INSERT INTO content.medium (hash, media_type, name, size, bytes, at)
           VALUES (:hash, :media_type, :name, :size, :bytes, :at) ON CONFLICT (hash) DO NOTHING""",
        hash=medium.hash,
        media_type=medium.media_type,
        name=medium.name,
        size=medium.size,
        bytes=content,
        at=medium.at,
    )


def media(conn: Connection, hashes: Collection[str]) -> dict[str, Medium]:
    found = rows(
        conn,
        f"SELECT {_MEDIUM} FROM content.medium WHERE hash = ANY(CAST(:hashes AS text[]))",
        hashes=sorted(hashes),
    )
    return {row.hash: Medium(*row) for row in found}


def content(conn: Connection, hash_: str) -> bytes | None:
    row = one(conn, "SELECT bytes FROM content.medium WHERE hash = :hash", hash=hash_)
    return bytes(row.bytes) if row else None


def insert(
    conn: Connection,
    kind: MaterialKind,
    name: str,
    text: str,
    fields: Mapping[str, str],
    medium: str,
    now: datetime,
) -> Material:
    row = one(
        conn,
        f"""INSERT INTO content.material (kind, name, text, fields, medium, created_at, updated_at)
            VALUES (:kind, :name, :text, CAST(:fields AS jsonb), :medium, :now, :now) RETURNING {_MATERIAL}""",
        kind=kind,
        name=name,
        text=text,
        fields=orjson.dumps(dict(fields)).decode(),
        medium=medium,
        now=now,
    )
    assert row is not None
    return _material(row)


def update(
    conn: Connection, material_id: int, name: str, text: str, fields: Mapping[str, str], medium: str, now: datetime
) -> Material:
    row = one(
        conn,
        f"""UPDATE content.material SET name = :name, text = :text, fields = CAST(:fields AS jsonb), medium = :medium,
                   updated_at = :now
            WHERE id = :id RETURNING {_MATERIAL}""",
        id=material_id,
        name=name,
        text=text,
        fields=orjson.dumps(dict(fields)).decode(),
        medium=medium,
        now=now,
    )
    assert row is not None
    return _material(row)


def archive(conn: Connection, material_id: int, *, archived: bool) -> None:
    run(conn, "UPDATE content.material SET archived = :archived WHERE id = :id", id=material_id, archived=archived)


def materials(conn: Connection, ids: Collection[int], *, lock: bool = False) -> dict[int, Material]:
    found = rows(
        conn,
        f"""SELECT {_MATERIAL} FROM content.material WHERE id = ANY(CAST(:ids AS bigint[]))
            ORDER BY id {"FOR NO KEY UPDATE" if lock else ""}""",
        ids=sorted(ids),
    )
    return {row.id: _material(row) for row in found}


def page(
    conn: Connection, kind: MaterialKind | None, words: str, below: int | None, limit: int, *, archived: bool
) -> list[Material]:
    """Newest first; with ``words`` in the name or in the text."""
    found = rows(
        conn,
        f"""SELECT {_MATERIAL} FROM content.material
            WHERE archived = :archived AND (CAST(:kind AS text) IS NULL OR kind = :kind)
              AND (CAST(:below AS bigint) IS NULL OR id < :below)
              AND (CAST(:words AS text) = '' OR strpos(lower(name || ' ' || text), lower(:words)) > 0)
            ORDER BY id DESC LIMIT :limit""",
        archived=archived,
        kind=kind,
        words=words,
        below=below,
        limit=limit,
    )
    return [_material(row) for row in found]


def _material(row: AnyRow) -> Material:
    return Material(*row)
