"""The lists of what members of staff are asked to say themselves, and what they say of it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.service import SaidByHand
from siyu.channels.types import Item, StaffMember
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import AnyRow
from siyu.kernel.errors import NotFound
from siyu.touch.service.held import hold_customers
from siyu.touch.service.outcomes import keep
from siyu.touch.service.outgoing import delivery_key
from siyu.touch.store import reading, tasks
from siyu.touch.types import Task, TaskState, TouchState

RIGHT: Final = "tasks.do"
SEES_ALL: Final = "touch.read"
TITLE: Final = "title"  # the detail of a message that says what is to be done
_LATE: Final = ("Nobody did it in time.", "未在时限内完成。")
_MOST: Final = 1000


class Standing(NamedTuple):
    """How a touch stands: its state with the reason that decided, and until when it is valid."""

    state: TouchState
    code: str
    valid_until: datetime


def standing(conn: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """How touches stand, by key; one that was never proposed is absent."""
    return {key: Standing(row.state, row.code, row.valid_until) for key, row in reading.standing(conn, keys).items()}


def whose_tasks(conn: Connection, principal: Principal) -> tuple[StaffMember, ...] | None:
    """Whose tasks somebody sees and ends: everybody's (``None``) whoever sees all touches, and programs; an operator who only
    does tasks those of the members of staff that they are.
    """
    if principal.kind != "operator" or SEES_ALL in principal.rights:
        return None
    return channels.members_of(conn, principal.id)


def staff_tasks(
    conn: Connection,
    *,
    state: TaskState | None = None,
    account_id: int | None = None,
    staff_id: str | None = None,
    programme_id: int | None = None,
    customer_id: int | None = None,
    members: Collection[StaffMember] | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Task]:
    """Tasks that pass every filter given, what was asked first first.

    Args:
        conn: an open transaction.
        state: that are in this state.
        account_id: of staff of this account.
        staff_id: of this member of staff, by the platform's id.
        programme_id: of this programme.
        customer_id: for this customer.
        members: of these members of staff; see :func:`whose_tasks`.
        after: with a higher id.
        limit: so many at most.
    """
    found = tasks.page(
        conn,
        state=state,
        account_id=account_id,
        staff_id=staff_id,
        programme_id=programme_id,
        customer_id=customer_id,
        members=members,
        after=after,
        most=limit,
    )
    return _tasks(conn, found)


def end_staff_task(
    conn: Connection,
    principal: Principal,
    task_id: int,
    state: Literal["done", "declined"],
    now: datetime,
    *,
    reason: str = "",
) -> Task:
    """Say that a task is done, or is declined and why; what was said first stays. Audited, safe to repeat.

    What is done was received by the person: budgets count it. What is declined goes out by nothing else: staff know why.

    Raises:
        NotAllowed: without the right ``tasks.do``.
        NotFound: there is no such task, or it is not one of theirs.
        BadInput: it is declined without a reason of 3 to 500 characters.
    """
    access.require(principal, RIGHT)
    said = access.reason_given(reason) if state == "declined" else ""
    row, own = tasks.task(conn, task_id), whose_tasks(conn, principal)
    if row is None or (own is not None and StaffMember(row.account_id, row.staff_id) not in own):
        raise NotFound(what="task", what_zh="任务", key=task_id)
    hold_customers(conn, [row.customer_id])
    key = delivery_key(row.key, row.attempt)
    ended = SaidByHand(key, "sent" if state == "done" else "declined", said, said)
    if row.task_state == "open" and channels.end_by_hand(conn, row.account_id, [ended], now):
        keep(conn, [(row.account_id, one) for one in channels.deliveries(conn, row.account_id, [key]).values()], now)
        tasks.end(conn, task_id, principal.actor, said)
        details = {"state": state, "reason": said}
        access.record(
            conn,
            actor=principal.actor,
            action="staff_task.ended",
            target=f"staff_task:{task_id}",
            details=details,
            now=now,
        )
        row = tasks.task(conn, task_id) or row
    return _tasks(conn, [row])[0]


def end_overdue(conn: Connection, now: datetime) -> int:
    """Take what nobody did in time off the lists; returns how many. Safe to repeat."""
    overdue = tasks.overdue(conn, now, _MOST)
    by_account: dict[int, list[SaidByHand]] = defaultdict(list)
    for row in overdue:
        by_account[row.account_id].append(SaidByHand(delivery_key(row.key, row.attempt), "unconfirmed", *_LATE))
    for account_id, ended in sorted(by_account.items()):
        channels.end_by_hand(conn, account_id, ended, now)
    return len(overdue)


def _tasks(conn: Connection, found: Sequence[AnyRow]) -> list[Task]:
    keys: dict[int, list[str]] = defaultdict(list)
    for row in found:
        keys[row.account_id].append(delivery_key(row.key, row.attempt))
    items: dict[str, Item] = {}
    for account_id, own in keys.items():
        items |= channels.items_of(conn, account_id, own)
    return [_task(row, items.get(delivery_key(row.key, row.attempt))) for row in found]


def _task(row: AnyRow, item: Item | None) -> Task:
    """Of an old one channels have forgotten what was to be said."""
    title, say = (item.details.get(TITLE, ""), item.content.text) if item else ("", "")
    return Task(
        row.touch_id, row.key, row.programme_id, row.customer_id, row.purpose, row.account_id, row.staff_id, title, say,
        row.task_state, row.asked_at, row.valid_until, row.ended_at, row.ended_by, row.said,
    )  # fmt: skip
