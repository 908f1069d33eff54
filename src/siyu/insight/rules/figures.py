"""The definitions behind the numbers, and the arithmetic on what comes back.

Purchase
    an order of a customer (customer 0, nobody, is left out) that was paid (an ``order.paid`` fact), at the time it was
    paid. By the setting ``SIYU_PURCHASE_MEANS`` one of which nothing is left does not count: money was paid, and what
    was refunded and amended took all of it away again. Its money is counted either way.
Money
    the sum of ``amount_fen`` over the facts of orders: paid less refunded, with all later amendments, each at its time.
Active, repeat
    bought within the last ``SIYU_ACTIVE_DAYS`` days; made at least ``SIYU_REPEAT_PURCHASES`` purchases. In a cohort,
    active at an age means: made a purchase in that period.
Platform, shop, source
    of a customer: those of the first purchase; at equal times the first by name.
R, F, M
    R is the number of whole days from the last purchase to ``as_of``; F the number of purchases; M the money. Each is
    scored 1 to 5: one more than the number of bounds that the value lies above; R the other way round, since fewer
    days are better. Bounds are given by hand, or quintiles: the values at 20, 40, 60, 80 % of the sorted values of all
    customers with a purchase. Equal values always get equal scores, so the fifths are not of equal size where many
    customers are alike. A score of 4 or 5 is high; which of R, F and M are high names one of eight segments.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siyu.insight.types import KINDS, DaysPlan, Definitions, FunnelPlan, Period, Stated, UnknownFactKind
from siyu.kernel.errors import BadInput

PURCHASE: Final = "order.paid"
MONEY: Final = ("order.paid", "order.refunded", "order.amended", "order.claimed")
DAYS: Final = 30  # what is shown when no first day is named
_NEAREST: Final = 3
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2149, 6, 5)  # ClickHouse's Date holds one day more


def stated(definitions: Definitions) -> Stated:
    """The definitions as an answer tells them."""
    one, eine = {
        "kept": ("an order that was paid and not refunded in full", "已付款且未全额退款的订单"),
        "paid": ("an order that was paid, whatever was refunded later", "已付款的订单，不论之后是否退款"),
    }[definitions.purchase]
    days, times = definitions.active_days, definitions.repeat_purchases
    return Stated(
        definitions.purchase,
        days,
        times,
        f"A purchase is {one}. Active: bought within the last {days} days. Repeat buyer: {times} purchases or more.",
        f"购买：{eine}。活跃：最近 {days} 天内有购买。复购客户：购买 {times} 次及以上。",
    )


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


def days_asked(plan: DaysPlan | FunnelPlan) -> tuple[date, date]:
    """The first and the last day of a plan.

    Raises:
        BadInput: the zone is unknown, a day is out of the calendar, or the last comes before the first.
    """
    zone = zone_of(plan.zone)
    in_calendar(plan.first, plan.last)
    last = plan.last or plan.now.astimezone(zone).date()
    first = plan.first or max(last - timedelta(days=DAYS - 1), _FIRST_DAY)
    in_order(first, last)
    return first, last


def in_calendar(*days: date | None) -> None:
    """Pass when ClickHouse has these days.

    Raises:
        BadInput: it has not.
    """
    for day in days:
        if day and not _FIRST_DAY <= day <= _LAST_DAY:
            raise BadInput(
                reason=f"{day} is not between {_FIRST_DAY} and {_LAST_DAY}.",
                reason_zh=f"日期 {day} 不在 {_FIRST_DAY} 至 {_LAST_DAY} 之间。",
            )


def in_order(first: date | None, last: date | None) -> None:
    """Pass when ``last`` is not before ``first``.

    Raises:
        BadInput: it is.
    """
    if first and last and last < first:
        raise BadInput(
            reason=f"the last day, {last}, comes before the first, {first}.",
            reason_zh=f"结束日期 {last} 早于开始日期 {first}。",
        )


def start_of(period: Period, day: date) -> date:
    """The first day of the period in which ``day`` lies."""
    if period == "day":
        return day
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def age_of(period: Period, start: date, day: date) -> int:
    """How many periods after the one that begins at ``start`` the day lies."""
    end = start_of(period, day)
    if period == "month":
        return (end.year - start.year) * 12 + end.month - start.month
    return (end - start).days // (7 if period == "week" else 1)


def ages(period: Period, start: date, until: datetime, zone: ZoneInfo) -> int:
    """How many periods a cohort has seen by ``until``, the running one included."""
    return age_of(period, start, until.astimezone(zone).date()) + 1


def filled(length: int, values: Mapping[int, int]) -> tuple[int, ...]:
    """``values`` at their places, zeros elsewhere, at least one."""
    row = [0] * max(length, *(place + 1 for place in values), 1)
    for place, value in values.items():
        row[place] = value
    return tuple(row)


def summed(rows: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Rows of different lengths added place by place."""
    total: list[int] = []
    for row in rows:
        total += [0] * (len(row) - len(total))
        for place, value in enumerate(row):
            total[place] += value
    return tuple(total)
