"""Journeys and their versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, call, one, rows, run
from siyu.journeys.rules.writing import from_json, to_json
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import Journey, State, Version

_JOURNEY = """id, key, name, kind, state, version, draft, programme_id, next_run_at, created_by, created_at, updated_at,
    started_at, stopped_at"""
_VERSION = "id, journey_id, number, definition, published_by, published_at"


class Successor(NamedTuple):
    """Into which version the people of another go on, and how its steps are called there."""

    becomes: int
    steps: Mapping[str, str]


def notify(conn: Connection, channel: str) -> None:
    call(conn, channel)


def journeys(conn: Connection) -> list[Journey]:
    return [
        _journey(row)
        for row in rows(conn, f"SELECT {_JOURNEY} FROM journeys.journey ORDER BY updated_at DESC, id DESC")
    ]


def journey(conn: Connection, journey_id: int, *, lock: bool = False) -> Journey | None:
    found = one(
        conn,
        f"SELECT {_JOURNEY} FROM journeys.journey WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}",
        id=journey_id,
    )
    return _journey(found) if found else None


def journeys_by_id(conn: Connection, ids: Sequence[int]) -> dict[int, Journey]:
    found = rows(
        conn, f"SELECT {_JOURNEY} FROM journeys.journey WHERE id = ANY(CAST(:ids AS bigint[]))", ids=sorted(ids)
    )
    return {row.id: _journey(row) for row in found}


def by_key(conn: Connection, key: str) -> Journey | None:
    found = one(conn, f"SELECT {_JOURNEY} FROM journeys.journey WHERE key = :key", key=key)
    return _journey(found) if found else None


def lock(conn: Connection, ids: Sequence[int]) -> dict[int, Journey]:
    """In the order of their ids. Whoever lets people in holds this, so that nobody slips in twice."""
    found = rows(
        conn,
        f"SELECT {_JOURNEY} FROM journeys.journey WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE",
        ids=sorted(ids),
    )
    return {row.id: _journey(row) for row in found}


def insert(conn: Connection, key: str, draft: Definition, actor: str, now: datetime) -> Journey | None:
    """``None`` when there is one of this key."""
    found = one(
        conn,
        f"""INSERT INTO journeys.journey (key, name, kind, state, draft, created_by, created_at, updated_at)
            VALUES (:key, :name, :kind, 'draft', CAST(:draft AS json), :actor, :now, :now)
            ON CONFLICT (key) DO NOTHING RETURNING {_JOURNEY}""",
        key=key,
        name=draft.name,
        kind=draft.kind,
        draft=_json(draft),
        actor=actor,
        now=now,
    )
    return _journey(found) if found else None


def keep_draft(conn: Connection, journey_id: int, draft: Definition | None, now: datetime) -> None:
    run(
        conn,
        """UPDATE journeys.journey SET draft = CAST(:draft AS json), name = coalesce(:name, name),
               kind = coalesce(:kind, kind), updated_at = :now WHERE id = :id""",
        id=journey_id,
        draft=_json(draft) if draft else None,
        name=draft.name if draft else None,
        kind=draft.kind if draft else None,
        now=now,
    )


def publish(conn: Connection, journey_id: int, definition: Definition, actor: str, now: datetime) -> Version:
    """The next version; the journey has to be locked."""
    found = one(
        conn,
        f"""INSERT INTO journeys.version (journey_id, number, definition, digest, published_by, published_at)
            SELECT :id, 1 + coalesce(max(number), 0), CAST(:definition AS json), :digest, :actor, :now
            FROM journeys.version WHERE journey_id = :id RETURNING {_VERSION}""",
        id=journey_id,
        definition=_json(definition),
        digest=blake2b(_json(definition).encode(), digest_size=16).hexdigest(),
        actor=actor,
        now=now,
    )
    assert found is not None
    made = _version(found)
    run(
        conn,
        """UPDATE journeys.journey SET version = :number, draft = NULL, name = :name, kind = :kind, updated_at = :now
           WHERE id = :id""",
        id=journey_id,
        number=made.number,
        name=definition.name,
        kind=definition.kind,
        now=now,
    )
    return made


def shown(conn: Connection) -> dict[int, Definition]:
    """Of every journey the draft, or the newest version where it has none."""
    found = rows(
        conn,
        """SELECT journey.id, coalesce(draft, definition) AS definition FROM journeys.journey
           LEFT JOIN journeys.version ON version.journey_id = journey.id AND version.number = journey.version""",
    )
    return {row.id: from_json(row.definition) for row in found}


def versions(conn: Connection, journey_id: int) -> list[Version]:
    found = rows(
        conn, f"SELECT {_VERSION} FROM journeys.version WHERE journey_id = :id ORDER BY number DESC", id=journey_id
    )
    return [_version(row) for row in found]


class Known(NamedTuple):
    """A version but for its definition, which is known by its digest."""

    id: int
    journey_id: int
    number: int
    published_by: str
    published_at: datetime
    digest: str


def known_versions(conn: Connection, ids: Sequence[int]) -> list[Known]:
    found = rows(
        conn,
        """SELECT id, journey_id, number, published_by, published_at, digest FROM journeys.version
           WHERE id = ANY(CAST(:ids AS integer[]))""",
        ids=sorted(ids),
    )
    return [Known(*row) for row in found]


def definitions(conn: Connection, ids: Sequence[int]) -> dict[str, Definition]:
    """By their digests."""
    found = rows(
        conn,
        "SELECT digest, definition FROM journeys.version WHERE id = ANY(CAST(:ids AS integer[]))",
        ids=sorted(ids),
    )
    return {row.digest: from_json(row.definition) for row in found}


def successors(conn: Connection) -> dict[int, Successor]:
    found = rows(conn, "SELECT id, becomes, steps FROM journeys.version WHERE becomes IS NOT NULL")
    return {row.id: Successor(row.becomes, row.steps) for row in found}


def succeed(conn: Connection, version_id: int, becomes: int, steps: Mapping[str, str]) -> None:
    run(
        conn,
        "UPDATE journeys.version SET becomes = :becomes, steps = CAST(:steps AS jsonb) WHERE id = :id",
        id=version_id,
        becomes=becomes,
        steps=orjson.dumps(dict(steps)).decode(),
    )


def entering(conn: Connection) -> list[tuple[Journey, int]]:
    """The journeys that people may enter, with the ids of their newest versions."""
    columns = ", ".join(f"journey.{name.strip()}" for name in _JOURNEY.split(","))
    found = rows(
        conn,
        f"""SELECT {columns}, version.id AS version_id FROM journeys.journey
            JOIN journeys.version ON version.journey_id = journey.id AND version.number = journey.version
            WHERE journey.state = 'running' ORDER BY journey.id""",
    )
    return [(_journey(row), row.version_id) for row in found]


def newest(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[int, Definition]]:
    """(id of the newest version, its definition) of each journey."""
    found = rows(
        conn,
        """SELECT journey.id AS journey_id, version.id, definition FROM journeys.journey
           JOIN journeys.version ON version.journey_id = journey.id AND version.number = journey.version
           WHERE journey.id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(ids),
    )
    return {row.journey_id: (row.id, from_json(row.definition)) for row in found}


def lived_in(conn: Connection) -> list[int]:
    """The versions in which somebody may be."""
    found = rows(
        conn,
        """SELECT version.id FROM journeys.version JOIN journeys.journey ON journey.id = version.journey_id
           WHERE journey.state IN ('running', 'paused', 'draining')""",
    )
    return [row.id for row in found]


def set_state(conn: Connection, journey_id: int, state: State, now: datetime, programme_id: int | None = None) -> None:
    run(
        conn,
        """UPDATE journeys.journey SET state = CAST(:state AS text), updated_at = :now,
               programme_id = coalesce(CAST(:programme_id AS bigint), programme_id),
               started_at = CASE WHEN :state = 'running' THEN coalesce(started_at, :now) ELSE started_at END,
               stopped_at = CASE WHEN :state = 'stopped' THEN CAST(:now AS timestamptz) END,
               next_run_at = CASE WHEN :state IN ('draining', 'stopped') THEN NULL ELSE next_run_at END
           WHERE id = :id""",
        id=journey_id,
        state=state,
        now=now,
        programme_id=programme_id,
    )


def set_next_run(conn: Connection, journey_id: int, at: datetime | None) -> None:
    run(conn, "UPDATE journeys.journey SET next_run_at = :at WHERE id = :id", id=journey_id, at=at)


def due_runs(conn: Connection, now: datetime) -> list[Journey]:
    """The journeys whose trigger fires; another worker's are passed by."""
    found = rows(
        conn,
        f"""SELECT {_JOURNEY} FROM journeys.journey WHERE state = 'running' AND next_run_at <= :now
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
        now=now,
    )
    return [_journey(row) for row in found]


def empty_draining(conn: Connection) -> list[int]:
    """The journeys that are drained: nobody is inside any more, and nobody is on their way in."""
    found = rows(
        conn,
        """SELECT id FROM journeys.journey WHERE state = 'draining'
               AND NOT EXISTS (SELECT FROM journeys.enrolment WHERE journey_id = journey.id)
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
    )
    return [row.id for row in found]


def _json(definition: Definition) -> str:
    return orjson.dumps(to_json(definition)).decode()


def _journey(row: AnyRow) -> Journey:
    draft: Any = row.draft
    return Journey(
        row.id,
        row.key,
        row.name,
        row.kind,
        row.state,
        row.version,
        from_json(draft) if draft is not None else None,
        row.programme_id or 0,
        row.next_run_at,
        row.created_by,
        row.created_at,
        row.updated_at,
        row.started_at,
        row.stopped_at,
    )


def _version(row: AnyRow) -> Version:
    return Version(row.id, row.journey_id, row.number, from_json(row.definition), row.published_by, row.published_at)
