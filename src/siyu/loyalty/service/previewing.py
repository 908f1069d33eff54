"""What rules would have given last month: by the same reckoning as in earnest, and nothing is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import brand_zone
from siyu.loyalty.rules import check_in as days
from siyu.loyalty.rules import earning
from siyu.loyalty.service.check_in import check_in_rules
from siyu.loyalty.service.earning import earning as earning_rules
from siyu.loyalty.service.reckoning import would_earn
from siyu.loyalty.store import check_in as tables
from siyu.loyalty.types import CheckInRules, EarningRules, MonthLine, MonthPreview, Reward

_ONE: Final = timedelta(1)


def preview_earning(conn: Connection, principal: Principal, wanted: EarningRules, now: datetime) -> MonthPreview:
    """What the orders bought last month would have earned by these rules, and by those in force: as they stand now, and as if
    nobody had earned anything before. Tiers are those of now.

    Reads every order there is: once an operator asks, not once a request of a member.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: the rules make no sense together.
    """
    access.require(principal, "ledger.manage")
    earning.check(wanted)
    zone = ZoneInfo(brand_zone())
    first, after = _last_month(now, zone)
    since, until = midnight(first, zone), midnight(after, zone)
    orders = [one for one in commerce.bought_between(conn, since, until) if one.customer_id]
    own = would_earn(conn, wanted, orders, zone)
    found = earning_rules(conn)
    in_force = would_earn(conn, found.rules, orders, zone) if found else {}
    people = {customer_id for (customer_id, _), amount in own.items() if amount}
    return MonthPreview(first, after - _ONE, len(orders), len(people), month_lines(_by_unit(own), _by_unit(in_force)))


def preview_check_in(conn: Connection, principal: Principal, wanted: CheckInRules, now: datetime) -> MonthPreview:
    """What the days on which people checked in last month would have given by these rules, and by those in force.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: the rules make no sense together.
    """
    access.require(principal, "ledger.manage")
    days.check(wanted)
    first, after = _last_month(now, ZoneInfo(brand_zone()))
    people, counts = tables.counts(conn, first, after - _ONE)
    found = check_in_rules(conn)
    in_force = _of_days(found.rules, counts) if found else {}
    return MonthPreview(
        first, after - _ONE, sum(counts.values()), people, month_lines(_of_days(wanted, counts), in_force)
    )


def _of_days(rules: CheckInRules, counts: Mapping[tuple[int, bool], int]) -> dict[str, int]:
    """By unit; a day that was made up completes a row, and gives nothing by itself."""
    found: dict[str, int] = defaultdict(int)

    def give(rewards: Sequence[Reward], times: int) -> None:
        for reward in rewards:
            found[reward.unit] += reward.amount * times

    give(rules.daily, sum(count for (_, made_up), count in counts.items() if not made_up))
    for streak in rules.streaks:
        give(streak.rewards, sum(count for (in_a_row, _), count in counts.items() if in_a_row == streak.days))
    return found


def _by_unit(found: Mapping[tuple[int, str], int]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for (_, unit), amount in found.items():
        sums[unit] += amount
    return sums


def month_lines(wanted: Mapping[str, int], in_force: Mapping[str, int]) -> tuple[MonthLine, ...]:
    """What both give, by unit."""
    units = sorted({unit for one in (wanted, in_force) for unit, amount in one.items() if amount})
    return tuple([MonthLine(unit, wanted.get(unit, 0), in_force.get(unit, 0)) for unit in units])


def _last_month(now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Its first day, and that of this month."""
    after = now.astimezone(zone).date().replace(day=1)
    return (after - _ONE).replace(day=1), after


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins on a clock."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
