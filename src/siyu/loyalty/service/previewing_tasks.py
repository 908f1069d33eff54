"""Who would have done which tasks: by the facts that were told, and nothing is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.clickhouse.client import Client
from siyu.engines.zone import brand_zone
from siyu.loyalty.rules import tasks as rules
from siyu.loyalty.service.previewing import midnight, month_lines
from siyu.loyalty.service.tasks import tasks
from siyu.loyalty.store import tasks as tables
from siyu.loyalty.types import MemberTask, MemberTasks, TaskLine, TaskPreview, WouldGive
from siyu.timeline import service as timeline

_EPOCH: Final = date(1970, 1, 1).toordinal()
_AT_ONCE: Final = 10_000  # profiles that are read
_SOME: Final = 5
_NEVER: Final = np.int64(2**40)

_Whole = NDArray[np.int64]


class _Did(NamedTuple):
    """Customer, day, and what tells periods of a task apart; of the same length."""

    customers: _Whole
    days: _Whole
    periods: _Whole

    def of(self, mask: NDArray[np.bool_] | _Whole) -> Self:
        return type(self)(self.customers[mask], self.days[mask], self.periods[mask])


@dataclass(frozen=True, slots=True)
class _Window:
    conn: Connection
    clickhouse: Client
    first: date
    since: datetime
    until: datetime
    zone: ZoneInfo


def preview_tasks(
    conn: Connection, clickhouse: Client, principal: Principal, wanted: MemberTasks, now: datetime, *, days: int = 30
) -> TaskPreview:
    """Who would have done these tasks on the last days, today included, how often, and what that would have given.

    What somebody had done before those days under the code of a task stays done; series, seasons and traits count as in
    earnest, traits as they are now. Of ties that last only what was told counts: it is told once a task asks for it.

    Reads every fact of the kinds that are asked for: once an operator asks, not once a request of a member.

    Args:
        conn: an open transaction.
        clickhouse: of the timeline's database.
        principal: who asks.
        wanted: the tasks.
        now: the present.
        days: how many.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: the tasks make no sense together.
    """
    access.require(principal, "ledger.manage")
    rules.check(wanted)
    zone = ZoneInfo(brand_zone())
    last = now.astimezone(zone).date()
    first = last - timedelta(days - 1)
    window = _Window(conn, clickhouse, first, midnight(first, zone), now, zone)
    own = _would_do(window, wanted.tasks)
    found = tasks(conn)
    in_force = _would_do(window, found.rules.tasks) if found else {}
    lines = [_line(task, own[task.code], in_force.get(task.code)) for task in wanted.tasks]
    people = np.unique(np.concatenate([one.customers for one in own.values()])) if own else ()
    return TaskPreview(
        first,
        last,
        len(people),
        tuple(lines),
        month_lines(_given(wanted.tasks, own), _given(found.rules.tasks if found else (), in_force)),
    )


def _would_do(window: _Window, wanted: Sequence[MemberTask]) -> dict[str, _Did]:
    done: dict[str, _Did] = {}
    for task in wanted:
        did = _with_traits(window.conn, task, _told(window, task))
        if task.after is not None:
            did = _in_series(window, task.after, did, done[task.after])
        done[task.code] = _within_limits(window, task, _not_before(window, task, _once(did)))
    return done


def _told(window: _Window, task: MemberTask) -> _Did:
    """Facts that fulfil a task, whatever its people have done before; by day."""
    since, until = window.since, window.until
    if task.first is not None:
        since = max(since, midnight(task.first, window.zone))
    if task.last is not None:
        until = min(until, midnight(task.last + timedelta(1), window.zone))
    if since >= until:
        return _Did(*(np.empty(0, np.int64) for _ in range(3)))
    found = timeline.days_with(
        window.clickhouse,
        kind=task.fact,
        name=task.named,
        where=task.where,
        since=since,
        until=until,
        zone=window.zone.key,
        about=rules.FRIEND if task.every == "friend" else None,
    )
    periods = {"once": found.about, "daily": found.days, "weekly": _weeks(found.days), "friend": found.about}
    return _Did(found.customers, found.days, periods[task.every])


def _weeks(days: _Whole) -> _Whole:
    """Weeks from Monday; the first day of 1970 was a Thursday."""
    return (days + 3) // 7


def _once(did: _Did) -> _Did:
    """The first of each customer and period."""
    order = np.lexsort((did.days, did.periods, did.customers))
    did = did.of(order)
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(did.customers) != 0) | (np.diff(did.periods) != 0)
    return did.of(fresh)


def _with_traits(conn: Connection, task: MemberTask, did: _Did) -> _Did:
    if not task.traits or not len(did.customers):
        return did
    ids = np.unique(did.customers).tolist()
    having: list[int] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        plain = customers.traits_of(conn, some, task.traits)
        personal = customers.personal_prints(conn, some)
        having += [one for one in some if {*plain.get(one, ()), *personal.get(one, ())} >= set(task.traits)]
    return did.of(np.isin(did.customers, np.array(having, np.int64)))


def _in_series(window: _Window, before: str, did: _Did, done: _Did) -> _Did:
    """Without what was told before the task ``before`` was done, in earnest or by this preview."""
    ids = np.unique(did.customers)
    firsts = np.full(len(ids), _NEVER)
    mine = np.isin(done.customers, ids)
    np.minimum.at(firsts, np.searchsorted(ids, done.customers[mine]), done.days[mine])
    told = tables.first_done(window.conn, ids.tolist(), before)
    places = np.searchsorted(ids, np.array([one for one, _ in told], np.int64))
    days = np.array([at.astimezone(window.zone).date().toordinal() - _EPOCH for _, at in told], np.int64)
    np.minimum.at(firsts, places, days)
    return did.of(did.days >= firsts[np.searchsorted(ids, did.customers)]) if len(ids) else did


def _not_before(window: _Window, task: MemberTask, did: _Did) -> _Did:
    """Without what had been done in the same period before the first day."""
    if task.every == "daily" or not len(did.customers):
        return did
    told = tables.done_before(window.conn, np.unique(did.customers).tolist(), task.code, window.since)
    gone = {(one, number) for one, period in told if (number := _number(task, period, window.first)) is not None}
    if not gone:
        return did
    kept = [one not in gone for one in zip(did.customers.tolist(), did.periods.tolist(), strict=True)]
    return did.of(np.array(kept, np.bool_))


def _within_limits(window: _Window, task: MemberTask, did: _Did) -> _Did:
    """Without friends who are more than count; those who came before the first day count, too."""
    if task.every != "friend" or not len(did.customers):
        return did
    came: dict[int, list[date]] = defaultdict(list)
    for one, period in tables.done_before(window.conn, np.unique(did.customers).tolist(), task.code, window.since):
        if rules.friend_of(period) is not None:
            came[one].append(window.first - timedelta(1))
    did = did.of(np.lexsort((did.periods, did.days)))
    kept = []
    for one, number in zip(did.customers.tolist(), did.days.tolist(), strict=True):
        day = date.fromordinal(number + _EPOCH)
        kept.append(rules.room_for_friends(task, came[one], day))
        came[one] += [day] if kept[-1] else []
    return did.of(np.array(kept, np.bool_))


def _number(task: MemberTask, period: str, first: date) -> int | None:
    """A period of a task that may reach into the days from ``first`` on, as a number; ``None`` for others."""
    if task.every == "friend":
        return rules.friend_of(period)
    if task.every == "weekly":
        return (first.toordinal() - _EPOCH + 3) // 7 if period == rules.period_of("weekly", first) else None
    return 0 if period == "" else None


def _line(task: MemberTask, did: _Did, in_force: _Did | None) -> TaskLine:
    latest = did.customers[np.argsort(-did.days, kind="stable")]
    _, places = np.unique(latest, return_index=True)
    return TaskLine(
        task.code,
        task.name,
        len(places),
        len(latest),
        len(in_force.customers) if in_force is not None else 0,
        tuple([WouldGive(unit, amount) for unit, amount in sorted(_given([task], {task.code: did}).items())]),
        tuple(latest[np.sort(places)[:_SOME]].tolist()),
    )


def _given(wanted: Sequence[MemberTask], done: Mapping[str, _Did]) -> dict[str, int]:
    """By unit."""
    sums: dict[str, int] = defaultdict(int)
    for task in wanted:
        for reward in task.rewards:
            sums[reward.unit] += reward.amount * len(done[task.code].customers)
    return dict(sums)
