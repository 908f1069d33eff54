"""Into which tier a customer comes, and when that has to be looked at again."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from siyu.kernel.errors import BadInput
from siyu.loyalty.types.tiers import TierRules, TierWhy


class Measured(NamedTuple):
    """What a customer has of what counts.

    Attributes:
        figure: growth, fen or orders, not below 0.
        first_at: when the oldest of it came.
    """

    figure: int
    first_at: datetime | None


class Held(NamedTuple):
    """In which tier a customer is, as it is kept.

    Attributes:
        tier: its code.
        place: its place in the version of the rules by which it was last looked at; 0 is the lowest.
        since: since when.
        until: kept until then although less is there; ``None``: enough is there.
        why: see :class:`siyu.loyalty.types.TierStanding`.
        figure: what was there when it was last looked at.
        version: of the rules.
        next_at: when to look again even though nothing happens; ``None``: not.
    """

    tier: str
    place: int
    since: datetime
    until: datetime | None
    why: TierWhy
    figure: int
    version: int
    next_at: datetime | None


class Moved(NamedTuple):
    """What looking at it came to; ``before`` is the code of the tier that was left, where one was."""

    held: Held
    turn: Literal["raised", "lowered"] | None
    before: str


NOTHING = Measured(0, None)


def check(rules: TierRules) -> None:
    """Check that every figure is in exactly one tier.

    Raises:
        BadInput: says what to change.
    """
    codes: set[str] = set()
    expected = 0
    for number, tier in enumerate(rules.tiers, 1):
        if tier.code in codes:
            raise _bad(
                f"tier {number} has the code '{tier.code}' of one before it; codes are unique.",
                f"等级 {number} 的代码“{tier.code}”与前面的重复。",
            )
        codes.add(tier.code)
        if tier.at_least < expected:
            raise _bad(
                f"tier '{tier.name}' begins at {tier.at_least} and overlaps the one below it, which goes up to {expected}; "
                f"begin at {expected}.",
                f"等级“{tier.name}”从 {tier.at_least} 开始，与下一级（到 {expected} 为止）重叠，请从 {expected} 开始。",
            )
        if tier.at_least > expected:
            raise _bad(
                f"nobody from {expected} to {tier.at_least} is in a tier; have '{tier.name}' begin at {expected}.",
                f"{expected} 到 {tier.at_least} 之间没有等级，请让“{tier.name}”从 {expected} 开始。",
            )
        last = number == len(rules.tiers)
        if last != (tier.below is None) or (tier.below is not None and tier.below <= tier.at_least):
            raise _bad(
                f"tier '{tier.name}' {'is the highest and has no end' if last else 'ends above where it begins'}; "
                f"change its 'below'.",
                f"等级“{tier.name}”{'为最高级，不应有上限' if last else '的上限须大于下限'}，请修改 below。",
            )
        expected = tier.below or 0


def place_of(rules: TierRules, figure: int) -> int:
    """The place of the tier of a figure."""
    return max(0, bisect_right([tier.at_least for tier in rules.tiers], figure) - 1)


def stands(rules: TierRules, held: Held | None) -> int:
    """The place of the tier somebody is in; of one that is no more, the place it had."""
    if held is None:
        return 0
    places = {tier.code: place for place, tier in enumerate(rules.tiers)}
    return places.get(held.tier, held.place)


def move(rules: TierRules, version: int, held: Held | None, has: Measured, now: datetime) -> Moved | None:
    """Where a customer stands now; ``None`` for who is in the lowest tier and never was in another.

    Up at once. Down when the days of grace are over in which they did not come up to their tier again.
    """
    own, before = place_of(rules, has.figure), stands(rules, held)
    if held is None and not own:
        return None
    why: TierWhy = "rules" if held is not None and held.version != version else "reached"
    lessens = has.first_at + timedelta(rules.window_days) if has.first_at and rules.window_days else None
    there = {tier.code for tier in rules.tiers}
    if held is not None and held.tier in there and own <= before:
        until = None if own == before else held.until or now + timedelta(rules.grace_days)
        if own == before or (until is not None and until > now):
            next_at = min([one for one in (until, lessens if before else None) if one], default=None)
            kept = held._replace(place=before, until=until, figure=has.figure, version=version, next_at=next_at)
            return Moved(kept, None, "")
        why = "rules" if held.version != version and held.until is None else "lost"
    now_in = Held(rules.tiers[own].code, own, now, None, why, has.figure, version, lessens if own else None)
    turn: Literal["raised", "lowered"] | None = "raised" if own > before else "lowered" if own < before else None
    return Moved(now_in, turn, held.tier if held is not None else rules.tiers[0].code)


def joined(one: Held | None, other: Held) -> Held:
    """Of two people who are one now, the higher tier; who has it keeps it until it is looked at."""
    if one is not None and one.place >= other.place:
        return one
    return other._replace(why="merged")


def count(
    rules: TierRules, held: Mapping[int, Held], has: Mapping[int, Measured], customer_ids: Iterable[int]
) -> list[tuple[int, int, int]]:
    """Of these people, by tier: how many would come up into it, come down into it, and are in it."""
    found = [[0, 0, 0] for _ in rules.tiers]
    for customer_id in customer_ids:
        own = place_of(rules, has.get(customer_id, NOTHING).figure)
        before = stands(rules, held.get(customer_id))
        found[own][0 if own > before else 1 if own < before else 2] += 1
    return [(up, down, same) for up, down, same in found]


def percent_of(rules: TierRules, code: str | None) -> int:
    """What orders of a customer earn of what the rate says, by their tier; ``None`` and one that is no more: the lowest."""
    return next((tier.percent for tier in rules.tiers if tier.code == code), rules.tiers[0].percent)


def added(sums: Sequence[tuple[int, int, int]], more: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Counts of several pages of people."""
    return [(a + d, b + e, c + f) for (a, b, c), (d, e, f) in zip(sums, more, strict=True)]


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
