"""Scripts, their versions, and what excludes what."""

from collections.abc import Collection, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.content.types import BODY, Body, Script, ScriptVersion
from siyu.engines.postgres import AnyRow, one, rows, run, scalar

_SCRIPT = """id, name, archived,
    (SELECT max(version) FROM content.script_version WHERE script_id = script.id) AS newest, created_at"""


def insert(conn: Connection, name: str, now: datetime) -> int | None:
    """The new script's id; ``None`` when the name is taken."""
    found = scalar(
        conn,
        """INSERT INTO content.script (name, created_at) VALUES (:name, :now)
           ON CONFLICT (name) DO NOTHING RETURNING id""",
        name=name,
        now=now,
    )
    return int(found) if found is not None else None


def lock(conn: Connection, script_id: int) -> bool:
    """Whoever adds a version does so one after the other; whether there is such a script."""
    return one(conn, "SELECT id FROM content.script WHERE id = :id FOR NO KEY UPDATE", id=script_id) is not None


def add_version(
    conn: Connection, script_id: int, version: int, body: Body, actor: str, note: str, now: datetime
) -> None:
    run(
        conn,
        """INSERT INTO content.script_version (script_id, version, body, at, actor, note)
           VALUES (:id, :version, CAST(:body AS jsonb), :now, :actor, :note)""",
        id=script_id,
        version=version,
        body=BODY.dump_json(body).decode(),
        now=now,
        actor=actor,
        note=note,
    )


def archive(conn: Connection, script_id: int, *, archived: bool) -> None:
    run(conn, "UPDATE content.script SET archived = :archived WHERE id = :id", id=script_id, archived=archived)


def script(conn: Connection, script_id: int) -> Script | None:
    row = one(conn, f"SELECT {_SCRIPT} FROM content.script WHERE id = :id", id=script_id)
    return Script(*row) if row else None


def page(conn: Connection, words: str, below: int | None, limit: int, *, archived: bool) -> list[Script]:
    """Newest first; with ``words`` in the name."""
    found = rows(
        conn,
        f"""SELECT {_SCRIPT} FROM content.script
            WHERE archived = :archived AND (CAST(:below AS bigint) IS NULL OR id < :below)
              AND (CAST(:words AS text) = '' OR strpos(lower(name), lower(:words)) > 0)
            ORDER BY id DESC LIMIT :limit""",
        archived=archived,
        words=words,
        below=below,
        limit=limit,
    )
    return [Script(*row) for row in found]


def version(conn: Connection, script_id: int, number: int | None) -> ScriptVersion | None:
    """This version; the newest with ``None``."""
    row = one(
        conn,
        """SELECT script_id, version, body, at, actor, note FROM content.script_version
           WHERE script_id = :id AND (CAST(:number AS integer) IS NULL OR version = :number)
           ORDER BY version DESC LIMIT 1""",
        id=script_id,
        number=number,
    )
    return _version(row) if row else None


def newest(conn: Connection, script_ids: Collection[int]) -> dict[int, ScriptVersion]:
    """The newest version of each of these."""
    found = rows(
        conn,
        """SELECT DISTINCT ON (script_id) script_id, version, body, at, actor, note FROM content.script_version
           WHERE script_id = ANY(CAST(:ids AS bigint[])) ORDER BY script_id, version DESC""",
        ids=sorted(script_ids),
    )
    return {row.script_id: _version(row) for row in found}


def versions(conn: Connection, script_id: int, limit: int) -> list[ScriptVersion]:
    """Newest first."""
    found = rows(
        conn,
        """SELECT script_id, version, body, at, actor, note FROM content.script_version
           WHERE script_id = :id ORDER BY version DESC LIMIT :limit""",
        id=script_id,
        limit=limit,
    )
    return [_version(row) for row in found]


def exclusions(conn: Connection, *, lock: bool = False) -> list[list[str]]:
    """Sets of kinds of which a script offers only one."""
    found = scalar(conn, f"SELECT sets FROM content.exclusions{' FOR NO KEY UPDATE' if lock else ''}")
    return [list(one) for one in found]


def put_exclusions(conn: Connection, sets: Sequence[Sequence[str]]) -> None:
    run(
        conn,
        "UPDATE content.exclusions SET sets = CAST(:sets AS jsonb)",
        sets=orjson.dumps([list(one) for one in sets]).decode(),
    )


def _version(row: AnyRow) -> ScriptVersion:
    return ScriptVersion(row.script_id, row.version, BODY.validate_python(row.body), row.at, row.actor, row.note)
