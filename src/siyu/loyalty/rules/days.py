"""Days on which orders earn more."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from siyu.kernel.errors import BadInput
from siyu.loyalty.types.earning import PLAIN, MultiplierDays

_BIRTHDAY: Final = re.compile(r"(?:\d{4}[-/.])?(\d{2})[-/.](\d{2})(?:$|[T ])")


def percent_of(days: Sequence[MultiplierDays], unit: str, on: date, birthday: tuple[int, int] | None) -> int:
    """How much an order of this day earns, in percent of what the rate says: the highest that fits.

    Args:
        days: all of them.
        unit: in which.
        on: the order's day.
        birthday: (month, day) of the customer; ``None`` where it is not known.
    """
    return max([PLAIN, *(one.percent for one in days if one.unit == unit and _fits(one, on, birthday))])


def _fits(one: MultiplierDays, on: date, birthday: tuple[int, int] | None) -> bool:
    if one.first is not None and one.last is not None:
        return one.first <= on <= one.last
    if one.weekdays is not None:
        return on.isoweekday() in one.weekdays
    if one.month_days is not None:
        return on.day in one.month_days
    if birthday is None:
        return False
    return birthday[0] == on.month if one.birthday == "month" else birthday in _birthdays_on(on)


def _birthdays_on(on: date) -> list[tuple[int, int]]:
    """On 28 February of a common year it is also the day of those of the 29th."""
    own = (on.month, on.day)
    return [own, (2, 29)] if own == (2, 28) and (on + timedelta(1)).month == 3 else [own]


def birthday_of(said: Any) -> tuple[int, int] | None:
    """(month, day) of a trait, ``1990-05-17`` (also with ``/`` or ``.``, or a time behind it) or ``05-17``."""
    found = _BIRTHDAY.match(said) if isinstance(said, str) else None
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    return (month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def check(days: Sequence[MultiplierDays]) -> None:
    """Check that each has one sort of days, and that no two of a sort share a day.

    Raises:
        BadInput: says what to change.
    """
    for number, one in enumerate(days, 1):
        kinds = [one.first is not None or one.last is not None, one.weekdays, one.month_days, one.birthday]
        if sum(map(bool, kinds)) != 1:
            raise BadInput(
                reason=f"multiplier {number} needs exactly one of: dates (first and last), weekdays, month_days, birthday.",
                reason_zh=f"倍数日 {number} 须且只能设置一种：日期（first 与 last）、星期、每月几号或生日。",
            )
        if kinds[0] and (one.first is None or one.last is None or one.first > one.last):
            raise BadInput(
                reason=f"multiplier {number} needs both a first and a last date, in this order.",
                reason_zh=f"倍数日 {number} 须同时填写开始与结束日期，且开始不晚于结束。",
            )
        for before, other in enumerate(days[: number - 1], 1):
            if other.unit == one.unit and _overlap(other, one):
                raise BadInput(
                    reason=f"multipliers {before} and {number} share a day; change one of them, or leave it out.",
                    reason_zh=f"倍数日 {before} 与 {number} 的日期重叠，请修改或删除其中一条。",
                )


def _overlap(one: MultiplierDays, other: MultiplierDays) -> bool:
    if one.first and one.last and other.first and other.last:
        return one.first <= other.last and other.first <= one.last
    if one.weekdays and other.weekdays:
        return bool(set(one.weekdays) & set(other.weekdays))
    if one.month_days and other.month_days:
        return bool(set(one.month_days) & set(other.month_days))
    return one.birthday is not None and one.birthday == other.birthday
