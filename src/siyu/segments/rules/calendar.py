"""Days of the calendar: when a condition on a date changes its answer. Dates are numbers such as 19900501."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from siyu.kernel.clock import to_millis
from siyu.segments.types import TraitDate

Numbers = NDArray[np.int64]
_EPOCH: Final = date(1970, 1, 1)
_NEVER: Final = np.iinfo(np.int64).max


def day_number(dates: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """(days since 1970-01-01, whether there is such a day) of numbers such as 19900501."""
    years, months, days = dates // 10_000, dates // 100 % 100, dates % 100
    there = (years >= 1) & (months >= 1) & (months <= 12) & (days >= 1)
    months_since = (years - 1970) * 12 + np.where(there, months, 1) - 1
    first = months_since.astype("datetime64[M]")
    start = first.astype("datetime64[D]").astype(np.int64)
    length = (first + 1).astype("datetime64[D]").astype(np.int64) - start
    there &= days <= length
    return start + np.where(there, days, 1) - 1, there


def flips_by_day(leaf: TraitDate, numbers: Numbers, today: date) -> tuple[NDArray[np.bool_], Numbers]:
    """(who passes today, the first later day on which that changes) for dates given as days since 1970."""
    now = (today - _EPOCH).days
    never = np.full(len(numbers), _NEVER, np.int64)
    if leaf.comparison in {"before", "from"}:
        assert leaf.day is not None
        earlier = numbers < (leaf.day - _EPOCH).days
        return (earlier if leaf.comparison == "before" else ~earlier), never
    assert leaf.days is not None
    if leaf.comparison == "days_ago":
        begins, ends = numbers + leaf.days, never
    elif leaf.comparison == "last_days":
        begins, ends = numbers, numbers + leaf.days + 1
    else:
        begins, ends = numbers - leaf.days, numbers + 1
    return (begins <= now) & (now < ends), np.where(begins > now, begins, np.where(ends > now, ends, _NEVER))


def next_anniversaries(numbers: Numbers, days: int, today: date) -> tuple[NDArray[np.bool_], Numbers]:
    """(whose day of the year comes within ``days`` from today, the first later day on which that may change).

    Args:
        numbers: dates such as 19900501 that exist; the year does not matter.
        days: 0 is today only.
        today: as the brand's clock has it.
    """
    now = (today - _EPOCH).days
    month_days, places = np.unique(numbers % 10_000, return_inverse=True)
    within = np.zeros(len(month_days), np.bool_)
    changes = np.full(len(month_days), _NEVER, np.int64)
    for place, month_day in enumerate(month_days.tolist()):
        coming = [(_in_year(month_day, today.year + step) - _EPOCH).days for step in (-1, 0, 1, 2)]
        within[place] = any(day - days <= now <= day for day in coming)
        changes[place] = min(edge for day in coming for edge in (day - days, day + 1) if edge > now)
    return within[places], changes[places]


def _in_year(month_day: int, year: int) -> date:
    month, day = divmod(month_day, 100)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


def moments_of_days(numbers: Numbers, zone: ZoneInfo) -> Numbers:
    """The beginning of each of these days in the zone, in ms; of a day too far away to tell, never."""
    days, places = np.unique(numbers, return_inverse=True)
    found = np.full(len(days), _NEVER, np.int64)
    for place, number in enumerate(days.tolist()):
        if 0 <= number < 200_000:
            midnight = datetime.combine(_EPOCH + timedelta(days=number), time(), zone)
            found[place] = to_millis(midnight)
    moments: Numbers = found[places]
    return moments
