"""The worker's part of deliveries: they are handed to the plugin, and what it answers is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.ports import resting
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, Desk, broken, pause
from siyu.channels.service.delivering import read_content
from siyu.channels.service.media import brought
from siyu.channels.service.quotas import give_back, taken_of
from siyu.channels.store import deliveries as tables
from siyu.channels.store import tasks as task_tables
from siyu.channels.store.deliveries import Ready
from siyu.channels.types import Account, Channel, Item, Reservation, Sent
from siyu.kernel.errors import SiyuError, TryLater

log = structlog.get_logger(__name__)

FIRST_LOOK: Final = timedelta(minutes=5)  # at what staff have confirmed
_SINGLE: Final = 50  # of a way that sends one by one
_GIVE_UP: Final = timedelta(days=1)  # so long a platform that answers "later" is asked again
_AGO: Final = timedelta(minutes=5)
_MOST_LATE: Final = 5000
_LATE: Final = (
    "It could not be handed to the platform in the time that was given for it.",
    "未能在允许的时段内提交平台。",
)


@dataclass(frozen=True, slots=True)
class _Batch:
    account: Account
    way: str
    rows: Sequence[Ready]
    items: Sequence[Item]
    known: Sequence[str]


def do_deliveries(desk: Desk) -> int:
    """Send a piece of what is due, of one account in one way; returns how many deliveries were claimed.

    What belongs to an account that cannot be reached stays where it is: one piece in ten seconds or so finds out.

    They are marked as being sent, and that is durable, before the platform is called. What a process that died was sending
    is looked for on the platform, and sent only when it certainly is not there.
    """
    batch = _claimed(desk)
    if batch is None:
        return 0
    answers = _sent(desk, batch)
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        tables.lock_reports(conn, batch.account.id)
        written = [_turned(row, answers[row.key], now) for row in batch.rows]
        fresh = tables.write(conn, batch.account.id, written)
        lost = [
            Reservation(row.key, taken_of(row.taken))
            for row, turned in zip(batch.rows, written, strict=True)
            if turned["state"] == "refused" and row.key in fresh
        ]
        give_back(conn, batch.account, lost, now)
        handles = {one.handle for one in answers.values() if one.outcome == "waits_for_staff" and one.handle}
        tables.tell_reports(conn, batch.account.id, sorted({one.handle for one in answers.values() if one.handle}))
        task_tables.make(conn, batch.account.id, batch.way, sorted(handles), now + FIRST_LOOK, now)
    return len(batch.rows)


def _lapse(conn: Connection, now: datetime) -> None:
    """What was not handed over in time is not sent any more; what it had taken is given back."""
    lost: dict[int, list[Reservation]] = {}
    for account_id, key, taken in tables.lapse(conn, now, _LATE, _MOST_LATE):
        lost.setdefault(account_id, []).append(Reservation(key, taken_of(taken)))
    for account_id in sorted(lost):
        give_back(conn, find_account(conn, account_id), lost[account_id], now)


def _claimed(desk: Desk) -> _Batch | None:
    with desk.database.transaction() as conn:
        now = desk.clock.now()
        _lapse(conn, now)
        due = tables.next_due(conn, now, without=resting(desk.database, now))
        if due is None:
            return None
        account = find_account(conn, due[0])
        most = max((one.most for one in registry.about(account.channel).ways if one.name == due[1]), default=1)
        rows = tables.claim(conn, account.id, due[1], now, LEASE, max(_SINGLE, most))
        sealed = tables.contents(conn, account.id, {row.content_hash for row in rows})
        began = min((row.sending_at for row in rows if row.sending_at), default=now)
        known = tables.handles(conn, account.id, began - _AGO) if rows and rows[0].state == "sending" else []
    contents = {hash_: read_content(raw) for hash_, raw in sealed.items()}
    items = [Item(row.key, row.subject_id, contents[row.content_hash], row.staff_id, row.details) for row in rows]
    return _Batch(account, due[1], rows, items, known)


def _sent(desk: Desk, batch: _Batch) -> dict[str, Sent]:
    """An answer for each; ``later`` without a moment: nobody knows yet what became of it."""
    if not batch.rows:
        return {}
    if _by_hand(batch):
        return {row.key: Sent(row.key, "waits_for_staff") for row in batch.rows}
    unknown = batch.rows[0].state == "sending"
    try:
        channel = desk.opens(batch.account)
        batch = replace(batch, items=brought(desk, batch.account, batch.way, batch.items))
        found = _looked_for(channel, batch) if unknown else channel.send(batch.way, batch.items)
    except TryLater as wait:
        when = desk.clock.now() + pause(0, wait)
        unsure = unknown or bool(wait.details.get("unsure"))
        return {row.key: Sent(row.key, "later", retry_at=None if unsure else when) for row in batch.rows}
    except Exception as error:
        log.warning("sending.failed", account=batch.account.id, exc_info=not isinstance(error, SiyuError))
        why = broken(error, batch.rows[0].tries)
        # A plugin that broke in the middle may have sent some of them: they are looked for before they are sent again.
        if not isinstance(error, SiyuError) or unknown:
            return {row.key: Sent(row.key, "later") for row in batch.rows}
        return {row.key: Sent(row.key, "refused", "", why.code, why.reason, why.reason_zh) for row in batch.rows}
    return {one.key: one for one in found}


def _by_hand(batch: _Batch) -> bool:
    """Nobody has to be asked: the staff find it on their list."""
    return any(one.by_hand for one in registry.about(batch.account.channel).ways if one.name == batch.way)


def _looked_for(channel: Channel, batch: _Batch) -> list[Sent]:
    since = min((row.sending_at or row.asked_at) for row in batch.rows)
    moment = channel.ports.clock.now()
    return [
        # Certainly not there: it may be sent now.
        Sent(one.key, "later", retry_at=one.retry_at or moment) if one.outcome == "later" else one
        for one in channel.find_sent(batch.way, batch.items, since, batch.known)
    ]


def _turned(row: Ready, answer: Sent, now: datetime) -> Mapping[str, Any]:
    """The delivery as it is now."""
    state, due_at, ended_at = "refused", now, now
    if answer.outcome in ("sent", "waits_for_staff"):
        state = answer.outcome
    elif answer.outcome == "later" and answer.retry_at is None and now - row.asked_at < _GIVE_UP:
        state, due_at = "sending", now + pause(row.tries)
    elif answer.outcome == "later" and now - row.asked_at < _GIVE_UP:
        state, due_at = "ready", max(now, answer.retry_at or now)
    return {
        "key": row.key,
        "state": state,
        "handle": answer.handle,
        "code": answer.error,
        "reason": answer.reason if state != "ready" else "",
        "reason_zh": answer.reason_zh if state != "ready" else "",
        "due_at": due_at,
        "tries": row.tries + 1,
        "ended_at": ended_at if state in ("sent", "refused") else None,
    }
