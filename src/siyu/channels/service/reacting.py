"""What customers do with what staff published: likes and comments become facts of theirs."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service import telling
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, Desk, pause
from siyu.channels.service.quotas import reserve
from siyu.channels.service.telling import Telling
from siyu.channels.store import tasks as tables
from siyu.channels.store.tasks import Polled
from siyu.channels.types import Account, Reaction, Refusal, Wanted
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import SiyuError, TryLater

log = structlog.get_logger(__name__)

_FIRST_LOOK: Final = timedelta(hours=1)
_LONGEST_LOOK: Final = timedelta(hours=12)
_WATCHED: Final = timedelta(days=7)  # after that hardly anybody comes back to a moment
_AGAIN: Final = timedelta(hours=6)


def do_reactions(desk: Desk) -> int:
    """Read of one published moment what people did with it; returns 1, or 0 when none is due.

    The platform tells all of it each time: what is new is told once. Read after an hour, then with pauses that grow to
    twelve, for a week; the quota of reading is taken beforehand.
    """
    with desk.database.transaction() as conn:
        now = desk.clock.now()
        task = tables.claim_watched(conn, now, LEASE)
        if task is None:
            return 0
        account = find_account(conn, task.account_id)
        staff = [one.staff_id for one in tables.staff(conn, account.id, task.handle) if one.confirmed_at]
        if (wait := _no_room(conn, account, task, len(staff), now)) is not None:
            tables.watched(conn, account.id, task.handle, task.tries, wait)
            return 1
    found: list[tuple[str, Reaction]] = []
    try:
        channel = desk.opens(account)
        for staff_id in staff:
            found += [(staff_id, one) for one in channel.reactions(task.object_id, staff_id)]
    except Exception as error:
        log.info("reacting.failed", account=account.id, exc_info=not isinstance(error, SiyuError))
        wait = desk.clock.now() + pause(task.tries, error if isinstance(error, TryLater) else None)
        with desk.database.transaction() as conn:
            tables.watched(conn, account.id, task.handle, task.tries + 1, _until(task, wait))
        return 1
    with desk.database.transaction() as conn:
        _tell(conn, account, task, found, desk.clock.now())
        look = min(_LONGEST_LOOK, _FIRST_LOOK * int(2 ** min(task.tries, 12)))
        next_look = _until(task, desk.clock.now() + look)
        tables.watched(conn, account.id, task.handle, task.tries + 1, next_look)
    return 1


def _no_room(conn: Connection, account: Account, task: Polled, calls: int, now: datetime) -> datetime | None:
    """When there is room to read again, unless there is now."""
    name = next((one.reading for one in registry.about(account.channel).ways if one.name == task.way), "")
    if not name or not calls:
        return None
    (answer,) = reserve(conn, account, [Wanted(task.handle, (name,), task.object_id, count=calls)], now)
    return (answer.free_at or now + _AGAIN) if isinstance(answer, Refusal) else None


def _tell(conn: Connection, account: Account, task: Polled, found: list[tuple[str, Reaction]], now: datetime) -> None:
    new = tables.put_reactions(conn, account.id, task.object_id, list(dict.fromkeys(found)))
    messages = []
    for staff_id, one in sorted(new, key=lambda each: (each[1].at, each[0], each[1].contact_id, each[1].kind)):
        place = f"{task.object_id}/{staff_id}/{one.contact_id}"
        told = Telling(one.contact_id, f"moment/{place}/{one.kind}/{to_millis(one.at)}")
        properties = {"account": account.id, "staff": staff_id, "moment": task.object_id}
        told.happened = [{"kind": f"moment.{one.kind}", "at": to_millis(one.at), "properties": properties}]
        told.act(one.at)
        messages.append(telling.message(account, told, now))
    intake.put(conn, Lane.LIVE, messages)


def _until(task: Polled, at: datetime) -> datetime | None:
    return at if at - task.asked_at <= _WATCHED else None
