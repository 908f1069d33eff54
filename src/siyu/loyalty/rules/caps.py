"""The most that a customer earns by orders of a day and of a month."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from siyu.kernel.errors import BadInput
from siyu.loyalty.types.earning import Cap


class Wanted(NamedTuple):
    """What one rule would have an order earn, and what it has.

    Attributes:
        day: of the order.
        due: without caps.
        had: earned and not taken back.
        cap: that of the terms by which the order earns; ``None`` for none.
    """

    day: date
    due: int
    had: int
    cap: Cap | None


def allowed(wanted: Sequence[Wanted]) -> list[int]:
    """How much each of them may earn, of one customer in one unit: everything of the months that are named is among them.

    What was earned before and is still due stays; what is left of the caps goes to the first of the others. So what a
    customer earns of a day and month does not depend on the order in which their orders are told.
    """
    days: dict[date, int] = defaultdict(int)
    months: dict[date, int] = defaultdict(int)
    found = []
    for one in wanted:
        kept = max(0, min(one.due, one.had))
        found.append(kept)
        days[one.day] += kept
        months[one.day.replace(day=1)] += kept
    for place, one in enumerate(wanted):
        month = one.day.replace(day=1)
        more = one.due - found[place]
        if one.cap is not None and one.cap.per_day is not None:
            more = min(more, one.cap.per_day - days[one.day])
        if one.cap is not None and one.cap.per_month is not None:
            more = min(more, one.cap.per_month - months[month])
        if more > 0:
            found[place] += more
            days[one.day] += more
            months[month] += more
    return found


def check(caps: Sequence[Cap]) -> None:
    """Check that there is one for a unit, and that it says something.

    Raises:
        BadInput: says what to change.
    """
    units: set[str] = set()
    for number, cap in enumerate(caps, 1):
        if cap.unit in units:
            raise BadInput(
                reason=f"cap {number} is a second one for '{cap.unit}'; put both limits into one.",
                reason_zh=f"上限 {number} 与前面的“{cap.unit}”上限重复，请合并为一条。",
            )
        if cap.per_day is None and cap.per_month is None:
            raise BadInput(
                reason=f"cap {number} limits nothing; say per_day or per_month, or leave it out.",
                reason_zh=f"上限 {number} 未设置任何限制，请填写每日或每月上限，或删除该条。",
            )
        if cap.per_day is not None and cap.per_month is not None and cap.per_day > cap.per_month:
            raise BadInput(
                reason=f"cap {number} allows more a day than a month; lower per_day or raise per_month.",
                reason_zh=f"上限 {number} 的每日上限大于每月上限，请调整。",
            )
        units.add(cap.unit)
