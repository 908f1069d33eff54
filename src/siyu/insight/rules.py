"""The definitions behind the numbers, and the arithmetic on what comes back. Pure.

Purchase
    an ``order.paid`` fact of a customer (customer 0, nobody, is left out). An order that was later refunded in full
    stays a purchase, its money goes.
Money
    the sum of ``amount_fen`` over the facts of orders: paid less refunded, with all later amendments.
R, F, M
    R is the number of whole days from the last purchase to ``as_of``; F the number of purchases; M the money. Each is
    scored 1 to 5 by quintiles over all customers with a purchase: one more than the number of bounds (at 20, 40, 60,
    80 % of the sorted values) that the value lies above; R the other way round, since fewer days are better. Equal
    values always get equal scores, so the fifths are not of equal size where many customers are alike.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siyu.insight.types import KINDS, DaysPlan, Period, UnknownFactKind
from siyu.kernel.errors import BadInput

PURCHASE: Final = "order.paid"
MONEY: Final = ("order.paid", "order.refunded", "order.amended", "order.claimed")
LEVELS: Final = (0.2, 0.4, 0.6, 0.8)
DAYS: Final = 30  # what is shown when no first day is named
_NEAREST: Final = 3
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2149, 6, 5)  # ClickHouse's Date holds one day more


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        BadInput: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            reason=f"'{name[:64]}' is not a time zone such as Asia/Shanghai.",
            reason_zh=f"“{name[:64]}”不是有效的时区，正确的写法如 Asia/Shanghai。",
        ) from None


def known_kind(kind: str) -> str:
    """The kind, if a room publishes facts of it.

    Raises:
        UnknownFactKind: none does; names those that are spelled most like it.
    """
    if kind in KINDS:
        return kind
    short = kind[:64]
    nearest = sorted(KINDS, key=lambda known: (-SequenceMatcher(None, short, known).ratio(), known))[:_NEAREST]
    raise UnknownFactKind(kind=short, nearest=", ".join(nearest))


def days_asked(plan: DaysPlan) -> tuple[date, date]:
    """The first and the last day of a plan.

    Raises:
        BadInput: the zone is unknown, a day is out of the calendar, or the last comes before the first.
    """
    zone = zone_of(plan.zone)
    for day in (plan.first, plan.last):
        if day and not _FIRST_DAY <= day <= _LAST_DAY:
            raise BadInput(
                reason=f"{day} is not between {_FIRST_DAY} and {_LAST_DAY}.",
                reason_zh=f"日期 {day} 不在 {_FIRST_DAY} 至 {_LAST_DAY} 之间。",
            )
    last = plan.last or plan.now.astimezone(zone).date()
    first = plan.first or max(last - timedelta(days=DAYS - 1), _FIRST_DAY)
    if last < first:
        raise BadInput(
            reason=f"the last day, {last}, comes before the first, {first}.",
            reason_zh=f"结束日期 {last} 早于开始日期 {first}。",
        )
    return first, last


def start_of(period: Period, day: date) -> date:
    """The first day of the period in which ``day`` lies."""
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def ages(period: Period, start: date, until: datetime, zone: ZoneInfo) -> int:
    """How many periods a cohort has seen by ``until``, the running one included."""
    end = start_of(period, until.astimezone(zone).date())
    if period == "month":
        return (end.year - start.year) * 12 + end.month - start.month + 1
    return (end - start).days // 7 + 1


def filled(length: int, at: Sequence[int], values: Sequence[int]) -> list[int]:
    """``values`` at their places, zeros elsewhere."""
    row = [0] * max(length, *(place + 1 for place in at), 1)
    for place, value in zip(at, values, strict=True):
        row[place] = value
    return row
