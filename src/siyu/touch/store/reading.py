"""SQL of touches as they are shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows
from siyu.touch.types import Judged, Reason, ReasonCount, Touch, Wish

_TOUCH: Final = (
    "id, key, programme_id, customer_id, purpose, kinds, wishes, value_fen, not_before, valid_until, state, code, "
    "account_id, way, subject_id, staff_id, proposed_at, due_at, decided_at, ended_at, decisions, "
    "(SELECT at FROM touch.complaint WHERE touch_id = touch.id) AS complained_at"
)
_FILTERS: Final = {
    "customer_id": "customer_id = :customer_id",
    "programme_id": "programme_id = :programme_id",
    "state": "state = :state",
    "code": "code = :code",
    "purpose": "purpose = :purpose",
    "account_id": "account_id = :account_id",
    "since": "proposed_at >= :since",
    "until": "proposed_at < :until",
    "before": "id < :before",
    "key": "key = :key",
    "id": "id = :id",
}


def page(conn: Connection, limit: int, **filters: Any) -> list[Touch]:
    """Touches that pass every filter given, newest first."""
    given = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(["true", *(_FILTERS[name] for name in given)])
    found = rows(
        conn, f"SELECT {_TOUCH} FROM touch.touch WHERE {where} ORDER BY id DESC LIMIT :limit", limit=limit, **given
    )
    return [_touch(row) for row in found]


def planned(conn: Connection, customer_id: int) -> list[Touch]:
    """What waits of one person, what comes first first."""
    found = rows(
        conn,
        f"""SELECT {_TOUCH} FROM touch.touch WHERE customer_id = :customer_id AND state = 'waiting'
            ORDER BY due_at, id LIMIT 200""",
        customer_id=customer_id,
    )
    return [_touch(row) for row in found]


def counts(conn: Connection, programme_id: int) -> list[ReasonCount]:
    """How many touches of a programme are in each state for each reason, the most first."""
    found = rows(
        conn,
        """SELECT state, code, count(*) AS number FROM touch.touch WHERE programme_id = :programme_id
           GROUP BY state, code ORDER BY number DESC, state, code""",
        programme_id=programme_id,
    )
    return [ReasonCount(*row) for row in found]


def left_alone(conn: Connection, customer_id: int) -> tuple[datetime | None, str]:
    """Until when a person is left alone (the year 9999: for ever), and why."""
    found = rows(
        conn,
        """SELECT left_alone_until, left_alone_because FROM touch.person WHERE customer_id = :customer_id""",
        customer_id=customer_id,
    )
    return (found[0][0], found[0][1]) if found else (None, "")


def unconfirmed(conn: Connection, limit: int) -> Sequence[AnyRow]:
    """Tasks of staff that wait: account, handle, since when, and until when the last of their touches is valid."""
    return rows(
        conn,
        """SELECT account_id, handle, min(decided_at) AS since, max(valid_until) AS valid_until
           FROM touch.touch WHERE state = 'waits_for_staff' AND handle <> '' GROUP BY account_id, handle
           ORDER BY valid_until LIMIT :limit""",
        limit=limit,
    )


def standing(conn: Connection, keys: Collection[str]) -> dict[str, AnyRow]:
    """State, code and end of validity of touches, by key; one that was never proposed is absent."""
    found = rows(
        conn,
        """SELECT key, state, code, valid_until FROM touch.touch WHERE key = ANY(CAST(:keys AS text[]) COLLATE "C")""",
        keys=list(keys),
    )
    return {row.key: row for row in found}


def _touch(row: AnyRow) -> Touch:
    return Touch(
        row.id, row.key, row.programme_id, row.customer_id, row.purpose, tuple(row.kinds),
        tuple([Wish(account_id, way) for account_id, way in row.wishes]), row.value_fen, row.not_before,
        row.valid_until, row.state, row.code, row.account_id, row.way, row.subject_id, row.staff_id, row.proposed_at,
        row.due_at, row.decided_at, row.ended_at, tuple([_judged(one) for one in row.decisions]), row.complained_at,
    )  # fmt: skip


def _judged(said: dict[str, Any]) -> Judged:
    reasons = tuple([Reason(one["code"], one["effect"], one["details"]) for one in said["reasons"]])
    until = datetime.fromisoformat(said["until"]) if said["until"] else None
    return Judged(datetime.fromisoformat(said["at"]), said["outcome"], until, reasons)
