"""Segments as they are defined: rules, versions, what refers to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run, scalar
from siyu.segments.types import Rule, rule_as_json, rule_from_json

_DEFINING_LOCK: Final = 0x5159_5530_0019
_COLUMNS: Final = """id, name, note, rule, version, live, outdated, depends_on, people, evaluated_version, evaluated_at, took_ms,
    made_by, made_at, changed_by, changed_at"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of ``segments.segment``."""

    id: int
    name: str
    note: str
    rule: Mapping[str, Any]
    version: int
    live: bool
    outdated: bool
    depends_on: Sequence[str]
    people: int | None
    evaluated_version: int
    evaluated_at: datetime | None
    took_ms: int | None
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime

    @property
    def tree(self) -> Rule:
        """Its rule."""
        return rule_from_json(self.rule)


def _stored(row: AnyRow) -> Stored:
    return Stored(*row)


def hold(conn: Connection) -> None:
    """Until the end of this transaction nobody else defines anything: two halves of a circle are not made at once."""
    run(conn, "SELECT pg_advisory_xact_lock(:key)", key=_DEFINING_LOCK)


def everything(conn: Connection) -> list[Stored]:
    """All segments that are not deleted, by name."""
    found = rows(conn, f"SELECT {_COLUMNS} FROM segments.segment WHERE deleted_at IS NULL ORDER BY name, id")
    return [_stored(row) for row in found]


def by_id(conn: Connection, segment_id: int, *, lock: bool = False) -> Stored | None:
    """One that is not deleted. With the lock nobody else changes its members until the transaction ends."""
    sql = f"SELECT {_COLUMNS} FROM segments.segment WHERE id = :id AND deleted_at IS NULL"
    found = one(conn, f"{sql} FOR UPDATE" if lock else sql, id=segment_id)
    return _stored(found) if found else None


def lock_live(conn: Connection, causes: Sequence[str]) -> list[Stored]:
    """Those that are kept up to date and may answer otherwise after one of these causes, locked in the order of ids."""
    found = rows(
        conn,
        f"""
        SELECT {_COLUMNS} FROM segments.segment
        WHERE live AND deleted_at IS NULL AND NOT outdated
          AND depends_on && CAST(:causes AS text[])
        ORDER BY id FOR NO KEY UPDATE
        """,
        causes=list(causes),
    )
    return [_stored(row) for row in found]


def any_live(conn: Connection, causes: Sequence[str]) -> bool:
    """Whether there is such a one, without a lock."""
    sql = """SELECT EXISTS (SELECT FROM segments.segment WHERE live AND deleted_at IS NULL
                            AND depends_on && CAST(:causes AS text[]))"""
    return bool(scalar(conn, sql, causes=list(causes)))


def waiting(conn: Connection) -> list[int]:
    """Those that wait for a full evaluation."""
    sql = "SELECT id FROM segments.segment WHERE deleted_at IS NULL AND outdated ORDER BY id"
    return [row[0] for row in rows(conn, sql)]


def insert(conn: Connection, name: str, note: str, rule: Rule, actor: str, now: datetime, *, live: bool) -> int | None:
    """Make a segment; ``None`` when the name is taken."""
    return scalar(  # type: ignore[no-any-return]
        conn,
        """
        INSERT INTO segments.segment (name, note, rule, live, made_by, made_at, changed_by, changed_at)
        VALUES (:name, :note, CAST(:rule AS jsonb), :live, :actor, :now, :actor, :now)
        ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING RETURNING id
        """,
        name=name,
        note=note,
        rule=_document(rule),
        live=live,
        actor=actor,
        now=now,
    )


def name_taken(conn: Connection, name: str, except_id: int) -> bool:
    """Whether another segment has this name."""
    sql = "SELECT EXISTS (SELECT FROM segments.segment WHERE name = :name AND id <> :id AND deleted_at IS NULL)"
    return bool(scalar(conn, sql, name=name, id=except_id))


def update(
    conn: Connection,
    segment_id: int,
    name: str,
    note: str,
    rule: Rule,
    actor: str,
    now: datetime,
    *,
    live: bool,
    raised: bool,
) -> None:
    """Change a segment; with ``raised`` its rule is a new version, still to be evaluated."""
    run(
        conn,
        """
        UPDATE segments.segment SET name = :name, note = :note, rule = CAST(:rule AS jsonb), live = :live,
            version = version + CAST(:raised AS integer), outdated = outdated OR :raised = 1, changed_by = :actor, changed_at = :now
        WHERE id = :id
        """,
        id=segment_id,
        name=name,
        note=note,
        rule=_document(rule),
        live=live,
        raised=int(raised),
        actor=actor,
        now=now,
    )


def outdate(conn: Connection, ids: Sequence[int]) -> None:
    """Only a full evaluation changes these: a rule that they refer to, or what counts, is another."""
    run(conn, "UPDATE segments.segment SET outdated = true WHERE id = ANY(CAST(:ids AS bigint[]))", ids=list(ids))


def keep_version(conn: Connection, segment_id: int, actor: str, now: datetime) -> None:
    """Remember the rule of the present version."""
    run(
        conn,
        """INSERT INTO segments.version (segment_id, version, rule, made_by, made_at)
           SELECT id, version, rule, :actor, :now FROM segments.segment WHERE id = :id
           ON CONFLICT (segment_id, version) DO NOTHING""",
        id=segment_id,
        actor=actor,
        now=now,
    )


def depend(conn: Connection, segment_id: int, causes: Sequence[str]) -> None:
    """Note after what the segment may answer otherwise."""
    sql = "UPDATE segments.segment SET depends_on = CAST(:causes AS text[]) WHERE id = :id"
    run(conn, sql, id=segment_id, causes=sorted(causes))


def refer(conn: Connection, segment_id: int, to_segments: Sequence[int], to_lists: Sequence[int]) -> None:
    """Note what its rule refers to."""
    run(conn, "DELETE FROM segments.reference WHERE segment_id = :id", id=segment_id)
    run(
        conn,
        """INSERT INTO segments.reference (segment_id, to_segment_id, to_list_id)
           SELECT :id, segment, NULL FROM unnest(CAST(:segments AS bigint[])) AS of_segments (segment)
           UNION ALL SELECT :id, NULL, list FROM unnest(CAST(:lists AS bigint[])) AS of_lists (list)""",
        id=segment_id,
        segments=list(to_segments),
        lists=list(to_lists),
    )


def dependents(conn: Connection, segment_id: int) -> list[int]:
    """Segments whose rules contain that of this one, however far away."""
    found = rows(
        conn,
        """
        WITH RECURSIVE above (id) AS (
            SELECT segment_id FROM segments.reference WHERE to_segment_id = :id
            UNION SELECT reference.segment_id FROM segments.reference JOIN above ON to_segment_id = above.id
        )
        SELECT id FROM above ORDER BY id
        """,
        id=segment_id,
    )
    return [row[0] for row in found]


def users_of_segment(conn: Connection, segment_id: int) -> list[str]:
    """What builds on a segment: names of other segments, and of what other rooms announced."""
    found = rows(
        conn,
        """
        SELECT name FROM segments.reference JOIN segments.segment ON segment.id = reference.segment_id
        WHERE to_segment_id = :id AND deleted_at IS NULL
        UNION SELECT name FROM segments.use WHERE segment_id = :id ORDER BY 1
        """,
        id=segment_id,
    )
    return [row[0] for row in found]


def users(conn: Connection) -> dict[int, list[str]]:
    """What builds on each segment, by its id, as :func:`users_of_segment`; one that nothing builds on is absent."""
    found = rows(
        conn,
        """
        SELECT used, array_agg(name ORDER BY name) FROM (
            SELECT to_segment_id AS used, name FROM segments.reference
            JOIN segments.segment ON segment.id = reference.segment_id
            WHERE to_segment_id IS NOT NULL AND deleted_at IS NULL
            UNION SELECT segment_id, name FROM segments.use
        ) AS built GROUP BY used
        """,
    )
    return {row[0]: list(row[1]) for row in found}


def users_of_list(conn: Connection, list_id: int) -> list[str]:
    """Names of the segments that ask of a list."""
    sql = """SELECT DISTINCT name FROM segments.reference JOIN segments.segment ON segment.id = reference.segment_id
             WHERE to_list_id = :id AND deleted_at IS NULL ORDER BY 1"""
    return [row[0] for row in rows(conn, sql, id=list_id)]


def announce(conn: Connection, user_key: str, name: str, segment_ids: Sequence[int]) -> None:
    """What ``user_key`` builds on, all of it."""
    run(conn, "DELETE FROM segments.use WHERE user_key = :key", key=user_key)
    run(
        conn,
        """INSERT INTO segments.use (segment_id, user_key, name)
           SELECT DISTINCT id, :key, :name FROM unnest(CAST(:ids AS bigint[])) AS new (id)""",
        key=user_key,
        name=name,
        ids=list(segment_ids),
    )


def delete(conn: Connection, segment_id: int, now: datetime) -> None:
    """Mark it deleted: its id is never used again, and rules that name it can be told why."""
    run(conn, "UPDATE segments.segment SET deleted_at = :now, people = NULL WHERE id = :id", id=segment_id, now=now)
    run(conn, "DELETE FROM segments.reference WHERE segment_id = :id", id=segment_id)


def ever(conn: Connection, segment_id: int) -> bool:
    """Whether there is or was a segment of this id."""
    return bool(scalar(conn, "SELECT EXISTS (SELECT FROM segments.segment WHERE id = :id)", id=segment_id))


def evaluated(conn: Connection, segment_id: int, version: int, people: int, at: datetime, took_ms: int) -> None:
    """Note a full evaluation."""
    run(
        conn,
        """UPDATE segments.segment SET people = :people, evaluated_version = :version, evaluated_at = :at,
               took_ms = :took, outdated = false WHERE id = :id""",
        id=segment_id,
        people=people,
        version=version,
        at=at,
        took=took_ms,
    )


def count_moves(conn: Connection, moved: Mapping[int, int]) -> None:
    """So many more are in each."""
    run(
        conn,
        """UPDATE segments.segment SET people = people + by
           FROM unnest(CAST(:ids AS bigint[]), CAST(:by AS bigint[])) AS moved (segment_id, by)
           WHERE segment.id = moved.segment_id AND by <> 0""",
        ids=list(moved),
        by=list(moved.values()),
    )


def note_evaluation(conn: Connection, of: Sequence[Any]) -> None:
    """Keep what an evaluation came to: segment, version, cause, at, people, entered, left, took ms."""
    names = ("segment_id", "version", "cause", "at", "people", "entered", "left_", "took_ms")
    run(
        conn,
        f"INSERT INTO segments.evaluation ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})",
        **dict(zip(names, of, strict=True)),
    )


def evaluations(conn: Connection, segment_id: int, limit: int) -> list[AnyRow]:
    """The newest, newest first."""
    return rows(
        conn,
        """SELECT segment_id, version, cause, at, people, entered, left_, took_ms FROM segments.evaluation
           WHERE segment_id = :id ORDER BY id DESC LIMIT :limit""",
        id=segment_id,
        limit=limit,
    )


def zone(conn: Connection) -> str:
    """Whose calendar counts days."""
    return str(scalar(conn, "SELECT zone FROM segments.basis"))


def set_zone(conn: Connection, name: str) -> None:
    run(conn, "UPDATE segments.basis SET zone = :zone", zone=name)


def _document(rule: Rule) -> str:
    return orjson.dumps(rule_as_json(rule)).decode()
