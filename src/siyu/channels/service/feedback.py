"""Deletions of which no push came: the platform says only how many customers deleted or blocked somebody, by the day."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.acting import Desk
from siyu.channels.store import contacts as tables
from siyu.channels.store import staff as staff_tables
from siyu.channels.types import Account, Capability, Unseen
from siyu.kernel.errors import SiyuError

log = structlog.get_logger(__name__)

_DAYS: Final = 7  # whole days of the platform's zone before today


def unheard_deletions(desk: Desk, account: Account, now: datetime) -> list[Unseen]:
    """For each of the last seven days on which the platform counts more deletions than pushes told of: how many.

    Who they are the platform does not say: their ties go on. No transaction may be open. What it refuses is no reason to
    fail: then nothing is said.
    """
    about = registry.about(account.channel)
    if Capability.FEEDBACK not in about.capabilities:
        return []
    zone = ZoneInfo(about.zone)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    since = today - timedelta(days=_DAYS)
    with desk.database.transaction() as conn:
        staff = staff_tables.serving(conn, account.id)
    if not staff:
        return []
    try:
        counted = desk.opens(account).feedback(staff, since, today - timedelta(days=1))
    except SiyuError as error:
        log.info("feedback.refused", account=account.id, code=error.code)
        return []
    with desk.database.transaction() as conn:
        return _missing(
            conn, account, {day.astimezone(zone): count for day, count in counted.items()}, about.zone, since
        )


def _missing(
    conn: Connection, account: Account, counted: dict[datetime, int], zone: str, since: datetime
) -> list[Unseen]:
    known = tables.deletions_by_day(conn, account.id, since, zone)
    found = []
    for day, count in sorted(counted.items()):
        heard = known.get(day.date(), 0)
        if count > heard:
            found.append(
                Unseen(
                    "feedback",
                    day.date().isoformat(),
                    f"The platform counts {count} customers who deleted or blocked staff; callbacks told of {heard}. "
                    f"Who the other {count - heard} are it does not say: they still count as there.",
                    f"平台统计有 {count} 位客户删除或拉黑了员工，回调只告知了 {heard} 位；其余 {count - heard} 位平台不提供名单，"
                    "仍计为好友。",
                )
            )
    return found
