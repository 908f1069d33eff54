"""SQL of what members of staff are asked to say themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels.types import StaffMember
from siyu.engines.postgres import AnyRow, one, rows, run

_COLUMNS: Final = (
    "task.touch_id, touch.key, touch.attempt, touch.programme_id, touch.customer_id, touch.purpose, task.account_id, "
    "task.staff_id, touch.state, touch.code, task.asked_at, touch.valid_until, touch.ended_at, task.ended_by, task.said"
)
# What a task is called, by the state of its touch.
_STATES: Final = """
    CASE touch.state WHEN 'waits_for_staff' THEN 'open' WHEN 'sent' THEN 'done'
        WHEN 'failed' THEN CASE touch.code WHEN 'declined' THEN 'declined' ELSE 'cancelled' END
        WHEN 'expired' THEN 'expired' ELSE 'cancelled' END"""


def put(conn: Connection, asked: Sequence[tuple[int, int, str]], now: datetime) -> None:
    """Put (touch, account, staff) on the lists. One that comes again, as another attempt, is another's now."""
    if not asked:
        return
    touch_ids, account_ids, staff_ids = zip(*asked, strict=True)
    run(
        conn,
        """INSERT INTO touch.task (touch_id, account_id, staff_id, asked_at)
           SELECT touch_id, account_id, staff_id, :now
           FROM unnest(CAST(:touches AS bigint[]), CAST(:accounts AS bigint[]), CAST(:staff AS text[]))
               AS new (touch_id, account_id, staff_id)
           ON CONFLICT (touch_id) DO UPDATE SET account_id = excluded.account_id, staff_id = excluded.staff_id""",
        touches=list(touch_ids),
        accounts=list(account_ids),
        staff=list(staff_ids),
        now=now,
    )


def page(
    conn: Connection,
    *,
    state: str | None,
    account_id: int | None,
    staff_id: str | None,
    programme_id: int | None,
    customer_id: int | None,
    members: Collection[StaffMember] | None,
    after: int,
    most: int,
) -> list[AnyRow]:
    """Those that pass every filter given, what was asked first first."""
    return rows(
        conn,
        f"""SELECT {_COLUMNS}, {_STATES} AS task_state FROM touch.task JOIN touch.touch ON touch.id = task.touch_id
            WHERE task.touch_id > :after
              AND (CAST(:state AS text) IS NULL OR {_STATES} = :state)
              AND (CAST(:account_id AS bigint) IS NULL OR task.account_id = :account_id)
              AND (CAST(:staff_id AS text) IS NULL OR task.staff_id = :staff_id)
              AND (NOT :narrowed OR (task.account_id, task.staff_id) IN (
                  SELECT * FROM unnest(CAST(:accounts AS bigint[]), CAST(:staff AS text[]))))
              AND (CAST(:programme_id AS bigint) IS NULL OR touch.programme_id = :programme_id)
              AND (CAST(:customer_id AS bigint) IS NULL OR touch.customer_id = :customer_id)
            ORDER BY task.touch_id LIMIT :most""",
        state=state,
        account_id=account_id,
        staff_id=staff_id,
        programme_id=programme_id,
        customer_id=customer_id,
        narrowed=members is not None,
        accounts=[one.account_id for one in members or ()],
        staff=[one.staff_id for one in members or ()],
        after=after,
        most=most,
    )


def task(conn: Connection, touch_id: int) -> AnyRow | None:
    """One of them."""
    return one(
        conn,
        f"""SELECT {_COLUMNS}, {_STATES} AS task_state FROM touch.task JOIN touch.touch ON touch.id = task.touch_id
            WHERE task.touch_id = :id""",
        id=touch_id,
    )


def end(conn: Connection, touch_id: int, actor: str, said: str) -> None:
    """Who said what of it."""
    run(
        conn,
        "UPDATE touch.task SET ended_by = :actor, said = :said WHERE touch_id = :id",
        id=touch_id,
        actor=actor,
        said=said,
    )


def overdue(conn: Connection, now: datetime, most: int) -> list[AnyRow]:
    """Account, key and attempt of those that nobody has done in time."""
    return rows(
        conn,
        """SELECT task.account_id, touch.key, touch.attempt FROM touch.task JOIN touch.touch ON touch.id = task.touch_id
           WHERE touch.state = 'waits_for_staff' AND touch.valid_until <= :now ORDER BY touch.id LIMIT :most""",
        now=now,
        most=most,
    )
