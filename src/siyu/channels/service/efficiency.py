"""How staff serve, as the platform counts it: kept by member and day, because it forgets after half a year."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from siyu.channels import registry
from siyu.channels.service.acting import Desk
from siyu.channels.store import staff as staff_tables
from siyu.channels.store import staff_days as tables
from siyu.channels.types import Account, Capability
from siyu.kernel.errors import SiyuError

log = structlog.get_logger(__name__)

_FIRST: Final = 30  # days, at first; what one question may ask for
_AGAIN: Final = 3  # days that may still be counted anew
_AT_ONCE: Final = 50  # members that are kept together


def keep_staff_days(desk: Desk, account: Account, now: datetime) -> int:
    """Ask what each member did on the days before today, and keep it; returns how many days of members were kept.

    The last thirty days at first, afterwards those since the last time and the three before. No transaction may be open.
    Safe to repeat. What the platform refuses is no reason to fail: the next night asks again.
    """
    about = registry.about(account.channel)
    if Capability.STAFF_FIGURES not in about.capabilities:
        return 0
    zone = ZoneInfo(about.zone)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    with desk.database.transaction() as conn:
        staff, kept = staff_tables.serving(conn, account.id), tables.newest(conn, account.id)
    since = today - timedelta(days=_FIRST)
    if kept is not None:
        since = max(since, kept.astimezone(zone) - timedelta(days=_AGAIN))
    if not staff or since >= today:
        return 0
    channel, done = desk.opens(account), 0
    try:
        for at in range(0, len(staff), _AT_ONCE):
            days = list(channel.staff_days(staff[at : at + _AT_ONCE], since, today - timedelta(days=1)))
            with desk.database.transaction() as conn:
                tables.put(conn, account.id, days)
            done += len(days)
    except SiyuError as error:
        log.info("efficiency.refused", account=account.id, code=error.code, kept=done)
    return done
