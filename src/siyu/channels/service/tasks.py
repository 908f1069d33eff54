"""What members of staff have to confirm: how far it is, reminders, and what came of it for each customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service import contacts
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, Desk, at_work, broken, note, pause
from siyu.channels.service.contacts import Sums
from siyu.channels.service.quotas import fill, give_back, reserve, taken_of
from siyu.channels.service.rereading import ask_again
from siyu.channels.service.sending import FIRST_LOOK
from siyu.channels.store import deliveries as tables
from siyu.channels.store import tasks as task_tables
from siyu.channels.store.tasks import Polled
from siyu.channels.types import (
    Account,
    Capability,
    Departure,
    Refusal,
    Reservation,
    Result,
    Results,
    StaffConfirmation,
    StaffTask,
    TaskResult,
    Wanted,
)
from siyu.engines.access.types import Principal
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.errors import Conflict, NotFound, SiyuError, TryLater

log = structlog.get_logger(__name__)

_LONGEST_LOOK: Final = timedelta(hours=2)
_DEADLINE: Final = timedelta(days=7)
_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "sent": ("", ""),
    "no_friend": ("The customer is no friend of this member of staff any more.", "客户已不是该成员的好友。"),
    "capped": ("The customer had received as many as they may.", "客户已达群发接收上限。"),
}
_CANCELLED: Final = ("The task was cancelled before it was confirmed.", "任务在员工确认前已取消。")
_LEFT_OUT: Final = ("The member confirmed, and left this one out.", "员工确认时未勾选该对象。")
_LATE: Final = ("Nobody confirmed it within a week.", "员工一周内未确认。")


def staff_tasks(conn: Connection, account_id: int, limit: int = 100) -> list[StaffTask]:
    """Tasks of an account, newest first."""
    return task_tables.tasks(conn, account_id, None, limit)


def staff_task(conn: Connection, account_id: int, handle: str) -> tuple[StaffTask, list[StaffConfirmation]]:
    """One task with the staff who were asked; who has not confirmed comes first.

    Raises:
        NotFound: the account has no such task.
    """
    found = task_tables.tasks(conn, account_id, handle, 1)
    if not found:
        raise _missing(handle)
    return found[0], task_tables.staff(conn, account_id, handle)


def task_results(
    conn: Connection, account_id: int, handle: str, *, after: int = 0, limit: int = 1000
) -> list[TaskResult]:
    """A page of what became of a task for each customer or group, behind the one with the id ``after``.

    Raises:
        NotFound: the account has no such task.
    """
    if not task_tables.tasks(conn, account_id, handle, 1):
        raise _missing(handle)
    return task_tables.results(conn, account_id, handle, after, limit)


def remind_staff(desk: Desk, principal: Principal, account_id: int, handle: str) -> None:
    """Remind the staff who have not confirmed, as often as the channel's quota lets one task.

    Raises:
        NotAllowed: without the right ``channels.act``.
        NotFound: there is no such account or task.
        Conflict: it has ended, or they were reminded as often as they may be.
        CannotAct, PlatformRefused, TryLater: of the channel or its platform; then nobody was reminded.
    """
    account, channel = at_work(desk, principal, account_id, Capability.TASKS)
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        way, reminded = _open_task(conn, account, handle)
        quota = next((one.reminding for one in registry.about(account.channel).ways if one.name == way), "")
        reserved = reserve(conn, account, [Wanted(handle, (quota,), handle)], now) if quota else []
        for one in reserved:
            if isinstance(one, Refusal):
                raise Conflict(
                    reason=f"the staff were reminded {one.used} times: {one.en}.",
                    reason_zh=f"已提醒 {one.used} 次：{one.zh}。",
                )
        task_tables.set_reminded(conn, account.id, handle, [*reminded, now])
    try:
        channel.remind(way, handle)
    except SiyuError as error:
        if not error.details.get("unsure"):
            with desk.database.transaction() as conn:
                found = task_tables.lock(conn, account.id, handle)
                kept = found[3] if found else []
                if now in kept:
                    kept.remove(now)
                task_tables.set_reminded(conn, account.id, handle, kept)
                give_back(conn, account, [one for one in reserved if isinstance(one, Reservation)], now)
        raise
    with desk.database.transaction() as conn:
        note(conn, principal, account, {"handle": handle}, now, action="task.reminded")
        task_tables.look_soon(conn, account.id, handle, now + FIRST_LOOK)


def cancel_task(desk: Desk, principal: Principal, account_id: int, handle: str) -> None:
    """Nobody has to confirm any more; what was sent stays. What was not is given back to the quotas. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.act``.
        NotFound: there is no such account or task.
        Conflict: it has ended.
        CannotAct, PlatformRefused, TryLater: of the channel or its platform.
    """
    account, channel = at_work(desk, principal, account_id, Capability.TASKS)
    with desk.database.transaction() as conn:
        found = task_tables.lock(conn, account.id, handle)
        if found is None:
            raise _missing(handle)
    way, state, object_id, _ = found
    if state == "cancelled":
        return
    if state == "done":
        raise Conflict(reason="everybody has confirmed it.", reason_zh="员工均已确认，无法取消。")
    channel.cancel(way, handle, object_id)
    results = channel.results(way, handle, object_id)  # what was sent in the meantime
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        _settle(conn, account, way, handle, results, now)
        _end(conn, account, handle, "cancelled", _CANCELLED, now)
        task_tables.move(
            conn, account.id, handle, state="cancelled", object_id=results.object_id, due_at=now, tries=0, now=now
        )
        note(conn, principal, account, {"handle": handle}, now, action="task.cancelled")


def do_tasks(desk: Desk) -> int:
    """Ask about one task that is due; returns 1, or 0 when none is.

    Asked with pauses that grow from five minutes to two hours, until everybody has confirmed or a week is over.
    """
    with desk.database.transaction() as conn:
        task = task_tables.claim(conn, desk.clock.now(), LEASE)
        account = find_account(conn, task.account_id) if task else None
    if task is None or account is None:
        return 0
    try:
        results = desk.opens(account).results(task.way, task.handle, task.object_id)
    except Exception as error:
        log.info("tasks.failed", account=task.account_id, exc_info=not isinstance(error, SiyuError))
        _put_off(desk, task, error)
        return 1
    now = desk.clock.now()
    late = now - task.asked_at > _DEADLINE
    state = "done" if results.done else "expired" if late else "open"
    with desk.database.transaction() as conn:
        _settle(conn, account, task.way, task.handle, results, now)
        if state == "done" and not results.results:
            tables.confirm_all(conn, account.id, task.handle, now)
        elif state == "done":
            _end(conn, account, task.handle, "left_out", _LEFT_OUT, now)
        elif state == "expired":
            _end(conn, account, task.handle, "unconfirmed", _LATE, now)
        look = min(_LONGEST_LOOK, FIRST_LOOK * int(2 ** min(task.tries, 12)))
        task_tables.move(
            conn, account.id, task.handle,
            state=state, object_id=results.object_id, due_at=now + look, tries=task.tries + 1, now=now,
        )  # fmt: skip
        if any(results.staff.values()):
            task_tables.watch(conn, account.id, task.handle, now)
    return 1


def _put_off(desk: Desk, task: Polled, error: Exception) -> None:
    now = desk.clock.now()
    wait = pause(task.tries, error if isinstance(error, TryLater) else None)
    gone = not isinstance(error, TryLater) and now - task.asked_at > _DEADLINE
    why = broken(error, task.tries)
    problem = {"code": why.code, "message": why.reason, "message_zh": why.reason_zh}
    with desk.database.transaction() as conn:
        if gone:
            tables.end_waiting(conn, task.account_id, task.handle, "unconfirmed", _LATE, now)
        task_tables.move(
            conn, task.account_id, task.handle,
            state="expired" if gone else "open", object_id="", due_at=now + max(wait, FIRST_LOOK),
            tries=task.tries + 1, now=now, problem=problem,
        )  # fmt: skip


def _settle(conn: Connection, account: Account, way: str, handle: str, results: Results, now: datetime) -> None:
    """Write what is new for each, and what it means: who is no friend any more has left, who is capped is full."""
    task_tables.write_staff(conn, account.id, handle, results.staff)
    ended = [one for one in results.results if one.outcome != "waits_for_staff"]
    new = tables.settle(conn, account.id, handle, [_row(one) for one in ended], now)
    lost: list[Departure] = []
    capped: dict[str, datetime] = {}
    unused: list[Reservation] = []
    reached = _subject(account, way)
    for key, subject_id, staff_id, result, taken in new:
        at = results.staff.get(staff_id) or now
        if result == "no_friend":
            unused.append(Reservation(key, taken_of(taken)))
            if reached == "customer":
                lost.append(Departure(staff_id, subject_id, "customer", at))
        elif result == "capped":
            capped[subject_id] = at
    give_back(conn, account, unused, now)
    fill(conn, account, way, capped, now)
    sums = Sums()
    told = contacts.hear(conn, account, lost, now, sums)
    sums.ask("contact", [one.contact_id for one in lost])
    ask_again(conn, account.id, list(sums.asks), now)
    intake.put(conn, Lane.LIVE, told)


def _row(one: Result) -> dict[str, Any]:
    en, zh = _REASONS[one.outcome]
    return {
        "subject_id": one.subject_id,
        "staff_id": one.staff_id,
        "outcome": one.outcome,
        "at": one.at,
        "reason": en,
        "reason_zh": zh,
    }


def _end(conn: Connection, account: Account, handle: str, result: str, reasons: tuple[str, str], now: datetime) -> None:
    """What nobody has confirmed is not sent. A late confirmation is possible: then the quota is fuller than we know."""
    taken: Sequence[Sequence[Mapping[str, Any]]] = tables.end_waiting(conn, account.id, handle, result, reasons, now)
    if result != "unconfirmed":
        give_back(conn, account, [Reservation(handle, taken_of(one)) for one in taken], now)


def _open_task(conn: Connection, account: Account, handle: str) -> tuple[str, list[datetime]]:
    found = task_tables.lock(conn, account.id, handle)
    if found is None:
        raise _missing(handle)
    way, state, _, reminded = found
    if state != "open":
        raise Conflict(reason="the task has ended.", reason_zh="任务已结束。")
    return way, reminded


def _subject(account: Account, way: str) -> str:
    return next((one.subject for one in registry.about(account.channel).ways if one.name == way), "")


def _missing(handle: str) -> NotFound:
    return NotFound(what="task of staff", what_zh="员工任务", key=handle)
