"""Tasks of members: facts fulfil them, once in a period, and they give what they give."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.engines.zone import brand_zone, here
from siyu.identity import service as identity
from siyu.kernel.fact import Fact
from siyu.loyalty.rules import tasks as rules
from siyu.loyalty.rules.rewarding import reward_request
from siyu.loyalty.service.posting import post, sure
from siyu.loyalty.store import tasks as tables
from siyu.loyalty.store.earning import lock_earners
from siyu.loyalty.store.tasks import Done
from siyu.loyalty.types import TASKS, MemberTask, MemberTasks, Reward, TaskState
from siyu.timeline import service as timeline

_VERSIONS: Final = Versions("loyalty.task_rules", TASKS, rules.check, "tasks")


class _Wanted(NamedTuple):
    task: MemberTask
    fact: Fact


_Asked = dict[tuple[int, str, str], _Wanted]


def tasks(conn: Connection) -> Version[MemberTasks] | None:
    """The tasks in force; ``None`` when nobody ever made any."""
    return _VERSIONS.newest(conn)


def task_versions(conn: Connection, limit: int = 50) -> list[Version[MemberTasks]]:
    """How the tasks were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_tasks(said: Any) -> MemberTasks:
    """Tasks from JSON.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


def change_tasks(
    conn: Connection, principal: Principal, changed: MemberTasks, version: int, reason: str, now: datetime
) -> Version[MemberTasks]:
    """Have these tasks in force, for facts that are told from now on. What was done under a code stays done. Audited.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: a task would be fulfilled by what it gives, cannot be done, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, "ledger.manage")
    return _VERSIONS.change(conn, principal, changed, version, reason, now, action="ledger.tasks_changed")


def fulfil(conn: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Have facts of a batch fulfil tasks: each is given once to a customer in a period, whatever is told how often.

    The day of a fact decides about season and period. A task of a series needs the one before it done, also by a fact of
    the same batch.

    Args:
        conn: the transaction of the pipeline, in which the facts' rooms have written what they say.
        facts: of the batch.
        now: the present.
    """
    found = _VERSIONS.newest(conn)
    asked = _asked(found.rules, facts) if found is not None else {}
    if not asked:
        return
    accepted = _within_limits(conn, _in_series(conn, _with_traits(conn, asked)), now)
    made = (
        tables.insert(conn, [Done(*key, min(one.fact.occurred_at, now)) for key, one in accepted.items()])
        if accepted
        else set()
    )
    given, told = [], []
    for key in sorted(made):
        customer_id, code, period = key
        task, fact = accepted[key]
        for reward in task.rewards:
            name = f"task:{customer_id}:{code}:{period}:{reward.unit}"
            given.append(reward_request(name, customer_id, reward, "task", f"task:{code}", now, via=fact.via))
        said = {"task": code, "period": period, "fact": fact.kind}
        told.append(Fact("task.done", customer_id, fact.via, fact.occurred_at, name=task.name, properties=said))
    for answer in post(conn, given, now):
        sure(answer)
    timeline.append(conn, told)


def _asked(found: MemberTasks, facts: Iterable[Fact]) -> _Asked:
    """By customer, task and period, the first fact that would fulfil it; in the order of the tasks."""
    by_kind: dict[str, list[MemberTask]] = defaultdict(list)
    for task in found.tasks:
        by_kind[task.fact].append(task)
    zone = ZoneInfo(brand_zone())
    asked: _Asked = {}
    for fact in facts:
        if not fact.customer_id or fact.kind not in by_kind:
            continue
        day = fact.occurred_at.astimezone(zone).date()
        for task in by_kind[fact.kind]:
            if rules.fulfils(task, fact, day):
                key = (fact.customer_id, task.code, rules.period_for(task, fact, day))
                asked.setdefault(key, _Wanted(task, fact))
    places = {task.code: place for place, task in enumerate(found.tasks)}
    return dict(sorted(asked.items(), key=lambda one: places[one[0][1]]))


def _with_traits(conn: Connection, asked: _Asked) -> _Asked:
    """Without those whose customers lack a trait that the task needs."""
    needing = sorted({key[0] for key, one in asked.items() if one.task.traits})
    if not needing:
        return asked
    names = sorted({name for one in asked.values() for name in one.task.traits})
    plain = customers.traits_of(conn, needing, names)
    personal = customers.personal_prints(conn, needing)
    return {
        key: one
        for key, one in asked.items()
        if {*plain.get(key[0], ()), *personal.get(key[0], ())} >= set(one.task.traits)
    }


def _in_series(conn: Connection, asked: _Asked) -> _Asked:
    """Without those whose customers have not done what comes before; ``asked`` is in the order of the tasks."""
    before = {one.task.after for one in asked.values() if one.task.after is not None}
    done = (
        {(one.customer_id, one.task) for one in tables.done(conn, {key[0] for key in asked}, before)}
        if before
        else set()
    )
    accepted: _Asked = {}
    for key, one in asked.items():
        if one.task.after is None or (key[0], one.task.after) in done:
            accepted[key] = one
            done.add((key[0], key[1]))
    return accepted


def _within_limits(conn: Connection, asked: _Asked, now: datetime) -> _Asked:
    """Without friends who are more than count. Who waits for a customer's row sees what was counted before."""
    limited = {key: one for key, one in asked.items() if one.task.every == "friend"}
    if not limited:
        return asked
    lock_earners(conn, {key[0] for key in limited})
    zone = ZoneInfo(brand_zone())
    came: dict[tuple[int, str], list[date]] = defaultdict(list)
    known: set[tuple[int, str, str]] = set()
    for one in tables.done(conn, {key[0] for key in limited}, {key[1] for key in limited}):
        came[one.customer_id, one.task].append(one.at.astimezone(zone).date())
        known.add((one.customer_id, one.task, one.period))
    accepted: _Asked = {}
    for key, wanted in asked.items():
        days, day = came[key[:2]], min(wanted.fact.occurred_at, now).astimezone(zone).date()
        if key in known or rules.room_for_friends(wanted.task, days, day):
            accepted[key] = wanted
            days += [day] if key in limited and key not in known else []
    return accepted


def tasks_of(conn: Connection, customer_id: int, now: datetime) -> list[TaskState]:
    """How a customer stands with every task in force, in their order.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    found = _VERSIONS.newest(conn)
    if found is None:
        return []
    zone = ZoneInfo(brand_zone())
    today = now.astimezone(zone).date()
    own: Mapping[str, list[Done]] = defaultdict(list)
    for one in tables.done(conn, [living], [task.code for task in found.rules.tasks]):
        own[one.task].append(one)
    states = []
    for task in found.rules.tasks:
        period = rules.period_of(task.every, today)
        done_at = next((one.at for one in own[task.code] if one.period == period), None)
        ready = task.after is None or bool(own[task.after])
        room = rules.room_for_friends(task, [one.at.astimezone(zone).date() for one in own[task.code]], today)
        can = done_at is None and ready and room and rules.in_season(task, today)
        states.append(TaskState(task, can, done_at, len(own[task.code])))
    return states


def friend_tasks(conn: Connection, now: datetime) -> list[MemberTask]:
    """Tasks in force and in season that are done once for each friend somebody brings."""
    found = _VERSIONS.newest(conn)
    today = here(now).date()
    return [one for one in found.rules.tasks if one.every == "friend" and rules.in_season(one, today)] if found else []


def given_for_friends(conn: Connection, customer_id: int) -> dict[int, list[Reward]]:
    """By friend, what tasks in force gave a customer for having brought them, as those tasks stand now.

    Args:
        conn: an open transaction.
        customer_id: as OneID knows them now. Friends are named as they were when they came.
    """
    found = _VERSIONS.newest(conn)
    own = {task.code: task for task in found.rules.tasks if task.every == "friend"} if found else {}
    given: dict[int, list[Reward]] = defaultdict(list)
    for one in tables.done(conn, [customer_id], own) if own else ():
        friend = rules.friend_of(one.period)
        if friend is not None:
            given[friend] += own[one.task].rewards
    return dict(given)


def regroup_tasks(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: what one of them has done, the winner has done. That gives nothing by itself.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
    """
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()))
