"""Days in a row, and what they give."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from siyu.kernel.errors import BadInput
from siyu.loyalty.types.accounts import UNIT_KINDS
from siyu.loyalty.types.check_in import CARD, TURN, CheckInRules, Reward, Streak

_ONE = timedelta(1)


def check(rules: CheckInRules) -> None:
    """Check that the rules make sense together.

    Raises:
        BadInput: says what to change.
    """
    check_rewards("the day", "每日签到", rules.daily)
    before = 0
    for streak in rules.streaks:
        if streak.days <= before:
            raise BadInput(
                reason=f"streaks go up, each number of days once; {streak.days} comes after {before}.",
                reason_zh=f"连续签到天数须递增且不重复：{before} 之后不能是 {streak.days}。",
            )
        before = streak.days
        check_rewards(f"the streak of {streak.days} days", f"连续 {streak.days} 天", streak.rewards)


def check_rewards(what: str, what_zh: str, rewards: Sequence[Reward]) -> None:
    """Check that customers can have what is given, each unit once.

    Raises:
        BadInput: says what to change.
    """
    can = [kind.name for kind in UNIT_KINDS.values() if kind.told] + [CARD, TURN]
    units: set[str] = set()
    for reward in rewards:
        if reward.unit not in can:
            raise BadInput(
                reason=f"{what} gives {', '.join(can)}, not '{reward.unit}'.",
                reason_zh=f"{what_zh}可奖励的单位为 {', '.join(can)}，不能是“{reward.unit}”。",
            )
        if reward.unit in units:
            raise BadInput(
                reason=f"{what} gives '{reward.unit}' twice; put the amounts together.",
                reason_zh=f"{what_zh}重复奖励“{reward.unit}”，请合并数量。",
            )
        units.add(reward.unit)


def row_around(days: Collection[date], day: date) -> tuple[date, date]:
    """The first and the last of the days in a row that this one is among."""
    first = last = day
    while first - _ONE in days:
        first -= _ONE
    while last + _ONE in days:
        last += _ONE
    return first, last


def completed(
    streaks: Iterable[Streak], first: date, new: date, last: date, given: Collection[tuple[int, date]]
) -> list[tuple[Streak, date]]:
    """What a new day among a row of days completes, with the day that completes it: the new one, or one behind it.

    Args:
        streaks: what there is for days in a row.
        first: of the row.
        new: the day that was added.
        last: of the row.
        given: (days, the day that completed them) of what this customer has got. What was given within this row is not
            given again, also when a card has joined two rows.
    """
    found = []
    for streak in streaks:
        on = first + timedelta(streak.days - 1)
        if new <= on <= last and not any(days == streak.days and first <= day <= last for days, day in given):
            found.append((streak, on))
    return found


def may_be_made_up(rules: CheckInRules, day: date, today: date) -> None:
    """Check that a card can make up for this day.

    Raises:
        BadInput: it is not over, or too long ago.
    """
    if day >= today:
        raise BadInput(
            reason=f"{day} is not over; check in on the day itself.", reason_zh=f"{day} 尚未过去，请在当天签到。"
        )
    if (today - day).days > rules.make_up_days:
        raise BadInput(
            reason=f"{day} is too long ago; cards make up for the last {rules.make_up_days} days.",
            reason_zh=f"{day} 已超出补签期限，仅可补签最近 {rules.make_up_days} 天。",
        )
