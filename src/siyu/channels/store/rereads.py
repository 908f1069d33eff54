"""SQL of what is to be read again, of how asking goes, and of walks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.types.mirrored import Reread, Walk
from siyu.engines.postgres import call, one, rows, run, scalar

_WALK = "id, account_id, state, cursor, counts, unseen, problem, began_at, moved_at, ended_at"


def ask(
    conn: Connection, account_id: int, kinds: Sequence[str], ids: Sequence[str], dues: Sequence[datetime], now: datetime
) -> None:
    """One row an object. Who asks for what waits after failures has it read at once."""
    run(
        conn,
        """
        INSERT INTO channels.reread AS old (account_id, kind, object_id, asked_at, due_at)
        SELECT DISTINCT ON (kind, id) CAST(:account_id AS bigint), kind, id, CAST(:now AS timestamptz), due
        FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:dues AS timestamptz[])) AS new (kind, id, due)
        ORDER BY kind, id, due
        ON CONFLICT (account_id, kind, object_id) DO UPDATE
        SET asks = old.asks + 1, due_at = least(old.due_at, excluded.due_at)
        """,
        account_id=account_id,
        kinds=list(kinds),
        ids=list(ids),
        dues=list(dues),
        now=now,
    )


def notify(conn: Connection, channel: str) -> None:
    call(conn, channel)


def claim(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[Reread]:
    """Rows of active accounts that are due and that nobody holds, the oldest first; held until the lease ends."""
    found = rows(
        conn,
        """
        WITH due AS (
            SELECT reread.account_id, kind, object_id FROM channels.reread
            JOIN channels.account ON account.id = reread.account_id AND account.state = 'active'
            WHERE due_at <= :now AND (claimed_until IS NULL OR claimed_until <= :now)
            ORDER BY due_at LIMIT :limit FOR UPDATE OF reread SKIP LOCKED)
        UPDATE channels.reread AS held SET claimed_until = :until FROM due
        WHERE held.account_id = due.account_id AND held.kind = due.kind AND held.object_id = due.object_id
        RETURNING held.account_id, held.kind, held.object_id, held.asks, held.tries
        """,
        now=now,
        until=now + lease,
        limit=limit,
    )
    return sorted((Reread(*row) for row in found), key=lambda row: (row.account_id, row.kind, row.object_id))


def finish(conn: Connection, rereads: Sequence[Reread]) -> None:
    """These were read; one that was asked for again meanwhile stays, and is free."""
    given = _keys(rereads)
    keys = """unnest(CAST(:accounts AS bigint[]), CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:asks AS bigint[]))
              AS done (account_id, kind, object_id, asks)"""
    match = "row.account_id = done.account_id AND row.kind = done.kind AND row.object_id = done.object_id"
    run(
        conn,
        f"""SELECT FROM channels.reread AS row JOIN {keys} ON {match}
            ORDER BY row.account_id, row.kind, row.object_id FOR UPDATE OF row""",
        **given,
    )
    run(conn, f"DELETE FROM channels.reread AS row USING {keys} WHERE {match} AND row.asks = done.asks", **given)
    run(conn, f"UPDATE channels.reread AS row SET claimed_until = NULL, tries = 0 FROM {keys} WHERE {match}", **given)


def put_off(conn: Connection, rereads: Sequence[Reread], dues: Sequence[datetime], *, failed: bool) -> None:
    """These could not be read: free again, due later; ``failed`` counts it."""
    run(
        conn,
        """
        UPDATE channels.reread AS row
        SET claimed_until = NULL, due_at = later.due, tries = row.tries + CAST(:failed AS integer)
        FROM unnest(CAST(:accounts AS bigint[]), CAST(:kinds AS text[]), CAST(:ids AS text[]),
                    CAST(:dues AS timestamptz[])) AS later (account_id, kind, object_id, due)
        WHERE row.account_id = later.account_id AND row.kind = later.kind AND row.object_id = later.object_id
        """,
        **{name: value for name, value in _keys(rereads).items() if name != "asks"},
        dues=list(dues),
        failed=int(failed),
    )


def _keys(rereads: Sequence[Reread]) -> dict[str, list[Any]]:
    return {
        "accounts": [row.account_id for row in rereads],
        "kinds": [row.kind for row in rereads],
        "ids": [row.object_id for row in rereads],
        "asks": [row.asks for row in rereads],
    }


def waiting(conn: Connection, account_id: int) -> int:
    return int(scalar(conn, "SELECT count(*) FROM channels.reread WHERE account_id = :id", id=account_id))


def note(conn: Connection, account_id: int, now: datetime, refused: Mapping[str, Any] | None) -> None:
    """How asking went: what was refused, or that nothing was."""
    run(
        conn,
        """
        INSERT INTO channels.sync AS old (account_id, read_at, refused_at, refused)
        VALUES (:account_id, CASE WHEN :ok THEN CAST(:now AS timestamptz) END,
                CASE WHEN NOT :ok THEN CAST(:now AS timestamptz) END, CAST(:refused AS jsonb))
        ON CONFLICT (account_id) DO UPDATE
        SET read_at = coalesce(excluded.read_at, old.read_at), refused_at = excluded.refused_at,
            refused = excluded.refused
        """,
        account_id=account_id,
        ok=refused is None,
        now=now,
        refused=None if refused is None else _json(refused),
    )


def sync_of(conn: Connection, account_id: int) -> tuple[datetime | None, datetime | None, dict[str, Any] | None]:
    found = one(conn, "SELECT read_at, refused_at, refused FROM channels.sync WHERE account_id = :id", id=account_id)
    return (found[0], found[1], found[2]) if found else (None, None, None)


def begin_walk(conn: Connection, account_id: int, now: datetime) -> Walk:
    found = one(
        conn,
        f"""INSERT INTO channels.walk (account_id, state, began_at, moved_at)
            VALUES (:account_id, 'running', :now, :now) RETURNING {_WALK}""",
        account_id=account_id,
        now=now,
    )
    assert found is not None
    return Walk(*found)


def running_walk(conn: Connection, account_id: int) -> Walk | None:
    found = one(
        conn,
        f"SELECT {_WALK} FROM channels.walk WHERE account_id = :account_id AND state = 'running' FOR UPDATE",
        account_id=account_id,
    )
    return Walk(*found) if found else None


def move_walk(
    conn: Connection,
    walk_id: int,
    cursor: str,
    counts: Mapping[str, int],
    unseen: Sequence[Mapping[str, str]],
    now: datetime,
) -> None:
    run(
        conn,
        """UPDATE channels.walk SET cursor = :cursor, counts = CAST(:counts AS jsonb),
                  unseen = CAST(:unseen AS jsonb), moved_at = :now WHERE id = :id""",
        id=walk_id,
        cursor=cursor,
        counts=_json(counts),
        unseen=_json(unseen),
        now=now,
    )


def end_walk(conn: Connection, walk_id: int, state: str, problem: Mapping[str, Any] | None, now: datetime) -> None:
    run(
        conn,
        """UPDATE channels.walk SET state = :state, problem = CAST(:problem AS jsonb), moved_at = :now, ended_at = :now
           WHERE id = :id""",
        id=walk_id,
        state=state,
        problem=None if problem is None else _json(problem),
        now=now,
    )


def walks(conn: Connection, account_id: int, limit: int) -> list[Walk]:
    found = rows(
        conn,
        f"SELECT {_WALK} FROM channels.walk WHERE account_id = :account_id ORDER BY id DESC LIMIT :limit",
        account_id=account_id,
        limit=limit,
    )
    return [Walk(*row) for row in found]


def walk(conn: Connection, account_id: int, walk_id: int) -> Walk | None:
    found = one(
        conn,
        f"SELECT {_WALK} FROM channels.walk WHERE account_id = :account_id AND id = :id",
        account_id=account_id,
        id=walk_id,
    )
    return Walk(*found) if found else None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
