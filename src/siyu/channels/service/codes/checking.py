"""Codes are read again: with each reconcile, and when the platform says that something became of one."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels.rules.codes import wrong_with
from siyu.channels.service.acting import pause
from siyu.channels.store import code_checks as tables
from siyu.channels.store.code_checks import Checked, Due
from siyu.channels.store.codes import notify
from siyu.channels.types import Channel, CodeProblem
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, TryLater

log = structlog.get_logger(__name__)

_LEASE: Final = timedelta(minutes=3)
_AT_ONCE: Final = 50


def hear_codes(conn: Connection, account_id: int, hints: Mapping[str, str], now: datetime) -> None:
    """Have these codes read again, each with what a push said of it, by handle. Those of others are left out; safe to
    repeat.
    """
    if hints and tables.ask(conn, account_id, hints, now):
        notify(conn, 0)


def check(database: Database, clock: Clock, plugin_of: Callable[[int], Channel]) -> int:
    """Read the next codes that are due, and write down what is wrong with each; how many were due.

    What somebody changed at the platform is told anew. What cannot be read stays as it is known, until the next reconcile
    or until the platform answers again.
    """
    began = clock.now()
    with database.transaction() as conn:
        due = tables.claim(conn, began, _LEASE, _AT_ONCE)
    found: list[Checked] = []
    later: dict[int, datetime] = {}
    waiting: dict[int, datetime] = {}
    for one in due:
        if one.account_id in waiting or clock.now() - began > _LEASE / 2:
            later[one.id] = waiting.get(one.account_id, clock.now())
            continue
        try:
            found.append(_looked(plugin_of(one.account_id), one, clock.now()))
        except TryLater as wait:
            later[one.id] = waiting[one.account_id] = clock.now() + pause(0, wait)
        except Exception as problem:  # noqa: BLE001 - what it is, the account's health says
            said = problem.code if isinstance(problem, SiyuError) else type(problem).__name__
            log.warning("codes.not_checked", account=one.account_id, way=one.id, code=said)
            found.append(Checked(one.id, one.handle.id, one.told_key, seen=False))
    with database.transaction() as conn:
        tables.put(conn, found, clock.now())
        tables.put_off(conn, later)
    return len(due)


def _looked(plugin: Channel, one: Due, now: datetime) -> Checked:
    if not plugin.about.shows_codes:
        return Checked(one.id, one.handle.id, one.told_key, seen=False)
    wrong = wrong_with(one.wanted, plugin.code_now(one.handle, one.wanted.kind), one.said)
    if wrong is None:
        return Checked(one.id, one.handle.id, one.told_key)
    log.warning("codes.wrong", account=one.account_id, way=one.id, fault=wrong.fault)
    again = wrong.fault == "Changed"
    problem = CodeProblem(wrong.fault, wrong.en, wrong.zh, 0, now if again else None)
    return Checked(one.id, one.handle.id, one.told_key, problem=problem, again=again)
