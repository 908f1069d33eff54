"""Staff who do not confirm: they are reminded once, and called off when it is too late. The platform is asked outside of
transactions, so this is done now and then, and not within a decision.
"""

from datetime import datetime, timedelta

import structlog

from siyu.channels import service as channels
from siyu.channels.service import Desk
from siyu.engines.access import service as access
from siyu.engines.zone import brand_zone
from siyu.kernel.errors import SiyuError
from siyu.touch.rules.hours import quiet_until, zone_of
from siyu.touch.service.ruling import in_force
from siyu.touch.service.tasks import end_overdue
from siyu.touch.store import reading

log = structlog.get_logger(__name__)

_MOST = 500


def look_after_staff(desk: Desk) -> int:
    """Remind staff who have not confirmed for hours, outside of the brand's quiet hours, and call off what has expired;
    returns how many tasks were reminded or called off. Safe to repeat: a task is reminded once. What staff were to say
    themselves is taken off their lists when its time is over.

    What the platform refuses is logged, and the next time tried again.
    """
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        done = end_overdue(conn, now)
    with desk.database.transaction() as conn:
        rules = in_force(conn)
        waiting = reading.unconfirmed(conn, _MOST)
        tasks = {
            (row.account_id, row.handle): channels.staff_task(conn, row.account_id, row.handle)[0]
            for row in waiting
            if row.handle
        }
    zone = brand_zone()
    quiet = quiet_until(rules.quiet_hours, zone_of(zone, zone), now) is not None
    patience = timedelta(hours=rules.staff.remind_hours)
    for row in waiting:
        task = tasks.get((row.account_id, row.handle))
        if task is None or task.state != "open":
            continue
        if row.valid_until <= now:
            done += _asked(desk, "cancel", row.account_id, row.handle)
        elif patience and not quiet and not task.reminded and _since(row.since, task.asked_at) + patience <= now:
            done += _asked(desk, "remind", row.account_id, row.handle)
    return done


def _since(decided: datetime, asked: datetime) -> datetime:
    return max(decided, asked)


def _asked(desk: Desk, what: str, account_id: int, handle: str) -> int:
    act = channels.cancel_task if what == "cancel" else channels.remind_staff
    try:
        act(desk, access.system("touch"), account_id, handle)
    except SiyuError as error:
        log.info("touch.staff_refused", what=what, account=account_id, error=error.code)
        return 0
    return 1
