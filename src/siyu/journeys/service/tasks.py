"""The list of what staff are asked to do."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.journeys.store import asks
from siyu.journeys.types.running import Task, TaskPage
from siyu.kernel.errors import NotFound


def tasks(
    conn: Connection,
    *,
    state: str | None = None,
    journey_id: int | None = None,
    customer_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> TaskPage:
    """Tasks, oldest first; only those of a state, a journey, a person where that is given.

    Raises:
        BadInput: the cursor is none of ours.
    """
    place = decode_cursor(cursor, int)
    limit = max(1, min(limit, 500))
    after = int(place[0]) if place else 0
    found = asks.tasks(conn, state=state, journey_id=journey_id, customer_id=customer_id, after=after, most=limit + 1)
    following = encode_cursor([found[limit - 1].id]) if len(found) > limit else None
    return TaskPage(tuple(Task(*row) for row in found[:limit]), following)


def end_task(conn: Connection, principal: Principal, task_id: int, state: str, now: datetime) -> Task:
    """Say that a task is done, or dropped; what was said first stays. Audited, safe to repeat.

    Raises:
        NotFound: there is no such task.
    """
    found = asks.end_task(conn, task_id, state, principal.actor, now)
    if found is None:
        raise NotFound(what="task", what_zh="任务", key=task_id)
    details = {"state": state}
    access.record(
        conn, actor=principal.actor, action="staff_task.ended", target=f"staff_task:{task_id}", details=details, now=now
    )
    return Task(*found)
