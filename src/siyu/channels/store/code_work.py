"""What is to be done about entry codes: who serves now, what the platform is told, who gets a mark."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.store.codes import Made, definition_of, opening_of
from siyu.channels.types.codes import CodeDefinition, CodeProblem, Handle, Opening
from siyu.engines.postgres import rows, run


@dataclass(frozen=True, slots=True)
class Looked:
    """A code of which it is time to see who serves."""

    id: int
    account_id: int
    name: str
    definition: CodeDefinition
    wanted: Opening


@dataclass(frozen=True, slots=True)
class Work:
    """A way that the platform is to be told of.

    Attributes:
        wanted: with the state of this way; its digest is ``wanted_key``.
        told: the platform knows it, perhaps as something else.
        closing: the code was archived.
    """

    id: int
    account_id: int
    code_id: int
    number: int
    wanted: Opening
    wanted_key: str
    told_key: str
    handle: Handle
    pictured: bool
    closing: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody who came and gets tags or a remark."""

    account_id: int
    contact_id: str
    staff_id: str
    code_id: int
    came_at: datetime
    definition: CodeDefinition
    attempts: int


def claim_looks(conn: Connection, now: datetime, limit: int) -> list[Looked]:
    """Codes whose time has come; they stay locked, others pass them by."""
    return [
        Looked(row[0], row[1], row[2], definition_of(row[3]), opening_of(row[4]))
        for row in rows(
            conn,
            """SELECT id, account_id, name, definition, wanted FROM channels.entry_code
               WHERE archived_at IS NULL AND look_at <= :now ORDER BY look_at LIMIT :limit FOR UPDATE SKIP LOCKED""",
            now=now,
            limit=limit,
        )
    ]


def got_since(conn: Connection, code_ids: Sequence[int], since: Mapping[int, datetime]) -> dict[int, dict[str, int]]:
    """How many people each member of staff got through each code since its moment."""
    found: dict[int, dict[str, int]] = {}
    for code_id, staff_id, count in rows(
        conn,
        """SELECT code.id, follow.staff_id, count(*)
           FROM unnest(CAST(:ids AS bigint[]), CAST(:since AS timestamptz[])) AS code (id, since)
           JOIN channels.entry_way AS way ON way.code_id = code.id
           JOIN channels.follow AS follow
             ON follow.account_id = way.account_id AND follow.state = way.state AND follow.since >= code.since
           WHERE follow.state <> '' GROUP BY code.id, follow.staff_id""",
        ids=list(code_ids),
        since=[since[code_id] for code_id in code_ids],
    ):
        found.setdefault(code_id, {})[staff_id] = int(count)
    return found


def write_looks(conn: Connection, made: Mapping[int, Made]) -> list[int]:
    """What came out; the ids of codes of which the platform is to be told something else."""
    if not made:
        return []
    written = [one.columns for one in made.values()]
    changed = rows(
        conn,
        """UPDATE channels.entry_code AS code SET serving = given.serving, wanted = given.wanted,
               wanted_key = given.wanted_key, look_at = given.look_at
           FROM unnest(CAST(:ids AS bigint[]), CAST(:serving AS jsonb[]), CAST(:wanted AS jsonb[]),
                       CAST(:keys AS text[]), CAST(:looks AS timestamptz[]))
                AS given (id, serving, wanted, wanted_key, look_at),
                channels.entry_code AS before
           WHERE code.id = given.id AND before.id = given.id
           RETURNING code.id, before.wanted_key <> code.wanted_key""",
        ids=list(made),
        serving=[one["serving"] for one in written],
        wanted=[one["wanted"] for one in written],
        keys=[one["wanted_key"] for one in written],
        looks=[one["look_at"] for one in written],
    )
    return [row[0] for row in changed if row[1]]


def claim_work(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[Work]:
    """Ways that are due, the codes before their cards; nobody else gets them before the lease is over."""
    return [
        Work(
            row.id,
            row.account_id,
            row.code_id,
            row.number,
            opening_of({**row.wanted, "state": row.state}),
            row.wanted_key,
            row.told_key,
            Handle(row.handle, row.url, row.picture_url),
            row.pictured,
            row.closing,
            row.attempts,
        )
        for row in rows(
            conn,
            """WITH due AS (
                   SELECT way.id FROM channels.entry_way AS way JOIN channels.account AS account
                     ON account.id = way.account_id AND account.state = 'active'
                   WHERE NOT way.settled AND way.due_at <= :now
                     AND (way.leased_until IS NULL OR way.leased_until <= :now)
                   ORDER BY way.number > 0, way.due_at, way.id LIMIT :limit FOR UPDATE OF way SKIP LOCKED)
               UPDATE channels.entry_way AS way SET leased_until = :until
               FROM channels.entry_code AS code, due WHERE way.id = due.id AND code.id = way.code_id
               RETURNING way.id, way.account_id, way.code_id, way.number, way.state, code.wanted, code.wanted_key,
                         way.told_key, way.handle, way.url, way.picture_url, way.picture IS NOT NULL AS pictured,
                         code.archived_at IS NOT NULL AS closing, way.attempts""",
            now=now,
            until=now + lease,
            limit=limit,
        )
    ]


def opened(conn: Connection, way_id: int, handle: Handle, key: str) -> None:
    """The platform knows it; written down before anything else, for the handle cannot be asked for again."""
    run(
        conn,
        """UPDATE channels.entry_way SET handle = :handle, url = :url, picture_url = :picture, told_key = :key
           WHERE id = :id""",
        id=way_id,
        handle=handle.id,
        url=handle.url,
        picture=handle.picture_url,
        key=key,
    )


def settle(conn: Connection, way_id: int, told_key: str, picture: bytes | None, now: datetime) -> None:
    """It is done, unless something else is wanted meanwhile: then it is due again."""
    run(
        conn,
        """UPDATE channels.entry_way AS way SET told_key = :key, picture = coalesce(:picture, way.picture), attempts = 0,
               problem = NULL, due_at = :now, leased_until = NULL,
               settled = CASE WHEN code.archived_at IS NULL THEN :key = code.wanted_key ELSE :key = '' END
           FROM channels.entry_code AS code WHERE way.id = :id AND code.id = way.code_id""",
        id=way_id,
        key=told_key,
        picture=picture,
        now=now,
    )


def closed(conn: Connection, way_id: int, now: datetime) -> None:
    run(
        conn,
        """UPDATE channels.entry_way SET told_key = '', handle = '', url = '', picture_url = '', picture = NULL,
               settled = true, attempts = 0, problem = NULL, due_at = :now, leased_until = NULL WHERE id = :id""",
        id=way_id,
        now=now,
    )


def fail(conn: Connection, way_id: int, problem: CodeProblem) -> None:
    run(
        conn,
        """UPDATE channels.entry_way SET attempts = :attempts, problem = CAST(:problem AS jsonb), due_at = :retry,
               leased_until = NULL WHERE id = :id""",
        id=way_id,
        attempts=problem.attempts,
        problem=_json(problem),
        retry=problem.retry_at,
    )


def postpone(conn: Connection, way_ids: Sequence[int], until: datetime) -> None:
    """Nothing was done about them; they are due then."""
    run(
        conn,
        """UPDATE channels.entry_way SET due_at = :until, leased_until = NULL WHERE id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(way_ids),
        until=until,
    )


def note_marks(conn: Connection, since: datetime, now: datetime) -> int:
    """Find whoever came since then through a code that puts marks; how many are new."""
    return len(
        rows(
            conn,
            """INSERT INTO channels.entry_mark (account_id, contact_id, staff_id, code_id, came_at, due_at)
               SELECT follow.account_id, follow.contact_id, follow.staff_id, code.id, follow.since, :now
               FROM channels.entry_code AS code
               JOIN channels.entry_way AS way ON way.code_id = code.id
               JOIN channels.follow AS follow ON follow.account_id = way.account_id AND follow.state = way.state
                AND follow.since >= :since
               WHERE code.marks AND follow.state <> '' AND follow.ended_at IS NULL
               ON CONFLICT DO NOTHING RETURNING code_id""",
            since=since,
            now=now,
        )
    )


def claim_marks(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[Mark]:
    """Marks that are due; nobody else gets them before the lease is over."""
    return [
        Mark(row[0], row[1], row[2], row[3], row[4], definition_of(row[5]), row[6])
        for row in rows(
            conn,
            """WITH due AS (
                   SELECT mark.account_id, mark.contact_id, mark.staff_id, mark.code_id FROM channels.entry_mark AS mark
                   JOIN channels.account AS account ON account.id = mark.account_id AND account.state = 'active'
                   WHERE mark.marked_at IS NULL AND mark.due_at <= :now
                   ORDER BY mark.due_at LIMIT :limit FOR UPDATE OF mark SKIP LOCKED)
               UPDATE channels.entry_mark AS mark SET due_at = :until
               FROM channels.entry_code AS code, due
               WHERE (mark.account_id, mark.contact_id, mark.staff_id, mark.code_id)
                   = (due.account_id, due.contact_id, due.staff_id, due.code_id) AND code.id = mark.code_id
               RETURNING mark.account_id, mark.contact_id, mark.staff_id, mark.code_id, mark.came_at, code.definition,
                         mark.attempts""",
            now=now,
            until=now + lease,
            limit=limit,
        )
    ]


def end_mark(conn: Connection, mark: Mark, now: datetime, problem: CodeProblem | None, *, done: bool) -> None:
    """It is marked, given up, or tried again at the time that the problem says."""
    run(
        conn,
        """UPDATE channels.entry_mark SET marked_at = CASE WHEN :done THEN CAST(:now AS timestamptz) END,
               attempts = :attempts, problem = CAST(:problem AS jsonb), due_at = :due
           WHERE account_id = :account AND contact_id = :contact AND staff_id = :staff AND code_id = :code""",
        account=mark.account_id,
        contact=mark.contact_id,
        staff=mark.staff_id,
        code=mark.code_id,
        done=done,
        now=now,
        attempts=problem.attempts if problem else mark.attempts,
        problem=_json(problem) if problem else None,
        due=problem.retry_at if problem else now,
    )


def _json(problem: CodeProblem) -> str:
    given: dict[str, Any] = asdict(problem)
    return orjson.dumps(given).decode()
