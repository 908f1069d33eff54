"""The harm guard: a programme that drives people away is stopped, by itself, and says why.

It compares the exposed treated with the exposed control group by a test that may be asked at any time
(:func:`siyu.experiments.service.watch`): a programme that does no harm is stopped with a probability of 5 % at most over
its whole life.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.clickhouse.client import Client
from siyu.experiments import service as experiments
from siyu.kernel.errors import BadInput
from siyu.touch.rules import harming
from siyu.touch.service.sending import RIGHT, halt_sending, sendings
from siyu.touch.store import guards
from siyu.touch.types import Guard

_MOST_TOLERATED: Final = 10.0
_PAGE: Final = 200


def guard_of(conn: Connection, programme_id: int) -> Guard:
    """How the guard stands with a programme.

    Raises:
        NotFound: there is no such programme.
    """
    experiments.programme(conn, programme_id)
    return guards.guard(conn, programme_id)


def change_guard(
    conn: Connection,
    principal: Principal,
    programme_id: int,
    *,
    watching: bool,
    tolerated: float,
    reason: str,
    now: datetime,
) -> Guard:
    """Switch the guard of a programme on or off, or have it tolerate more. Audited with the reason; safe to repeat.

    Args:
        conn: an open transaction.
        principal: who does it.
        programme_id: of which.
        watching: off only by this.
        tolerated: so many times as often as in the control group is no harm yet, 1 to 10.
        reason: why, in 3 to 500 characters.
        now: the moment.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        NotFound: there is no such programme.
        BadInput: without a reason, or ``tolerated`` is not 1 to 10.
    """
    access.require(principal, RIGHT)
    said = access.reason_given(reason)
    if not 1 <= tolerated <= _MOST_TOLERATED:
        raise BadInput(
            reason=f"what is tolerated is 1 to {_MOST_TOLERATED:g} times the control group's rate.",
            reason_zh=f"容忍倍数须为对照组的 1 至 {_MOST_TOLERATED:g} 倍。",
        )
    experiments.programme(conn, programme_id)
    before = guards.guard(conn, programme_id, lock=True)
    if (before.watching, before.tolerated) != (watching, tolerated):
        guards.put_switch(conn, programme_id, watching=watching, tolerated=tolerated)
        access.record(
            conn,
            actor=principal.actor,
            action="guard.changed",
            target=f"programme:{programme_id}",
            details={"watching": watching, "tolerated": tolerated, "reason": said},
            now=now,
        )
    return replace(before, watching=watching, tolerated=tolerated)


def guarded_programmes(conn: Connection) -> list[int]:
    """Programmes that run, ascending: those that :func:`guard_programme` is to be asked of."""
    found: list[int] = []
    below: int | None = None
    while page := experiments.programmes(conn, below=below, limit=_PAGE, running=True):
        found += [one.id for one in page]
        below = page[-1].id
    states = sendings(conn, found)
    return sorted(one for one in found if one not in states or states[one].state != "halted")


def guard_programme(conn: Connection, clickhouse: Client, programme_id: int, now: datetime) -> Guard:
    """Look at the harm of one programme, keep what was seen, and stop it where that is past the limit. Safe to repeat.

    A programme that an operator let go on after it was stopped is judged by what happens from then on. One that is not
    watched is looked at all the same, so that its figures are seen, and never stopped.

    Args:
        conn: an open transaction of its own: when the programme is stopped, all decisions wait for its end.
        clickhouse: of the timeline's database.
        programme_id: of a programme that runs.
        now: the moment.

    Raises:
        NotFound: there is no such programme.
    """
    known = guards.guard(conn, programme_id, lock=True)
    sending = sendings(conn, [programme_id]).get(programme_id)
    halted = sending is not None and sending.state == "halted"
    if known.halted_at is not None and not halted and sending is not None:
        guards.put_resumed(conn, programme_id, sending.at)
        known = guards.guard(conn, programme_id)
    watched = experiments.watch(conn, clickhouse, programme_id, now, tolerated=known.tolerated, since=known.since)
    guards.put_watched(conn, programme_id, watched, now)
    if watched.alarm and known.watching and not halted:
        en, zh = harming.why(watched)
        guards.put_halted(conn, programme_id, en, zh, now)
        halt_sending(conn, programme_id, f"{zh} {en}", now)
    return guards.guard(conn, programme_id)
