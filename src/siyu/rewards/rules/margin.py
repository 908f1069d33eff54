"""The margin guard: nothing is given for less than it costs and what has to stay over."""

from typing import Final

from siyu.kernel.money import Money
from siyu.rewards.types.economy import RewardRules
from siyu.rewards.types.errors import UnderMargin

WHOLE: Final = 10_000  # basis points


def covers(rules: RewardRules, points: int, cash_fen: int, cost_fen: int) -> bool:
    """Whether points and cash are worth at least the cost and the margin on it. Exact: nothing is rounded."""
    return (points * rules.fen + cash_fen * rules.points) * WHOLE >= cost_fen * rules.points * (WHOLE + rules.margin_bp)


def points_needed(rules: RewardRules, cash_fen: int, cost_fen: int) -> int | None:
    """The fewest points that cover the cost and the margin together with this cash; ``None`` where points are worth nothing."""
    missing = cost_fen * rules.points * (WHOLE + rules.margin_bp) - cash_fen * rules.points * WHOLE
    if missing <= 0:
        return 0
    return None if not rules.fen else -(-missing // (rules.fen * WHOLE))


def cash_needed(rules: RewardRules, points: int, cost_fen: int) -> int:
    """The least fen that cover the cost and the margin together with these points."""
    missing = cost_fen * rules.points * (WHOLE + rules.margin_bp) - points * rules.fen * WHOLE
    return max(0, -(-missing // (rules.points * WHOLE)))


def check_margin(rules: RewardRules, name: str, points: int, cash_fen: int, cost_fen: int) -> None:
    """Check that an offer keeps the margin.

    Raises:
        UnderMargin: says what to change.
    """
    if covers(rules, points, cash_fen, cost_fen):
        return
    cost, worth = Money(cost_fen), Money(points * rules.fen // rules.points + cash_fen)
    percent = f"{rules.margin_bp / 100:g}"
    more_points, more_cash = points_needed(rules, cash_fen, cost_fen), Money(cash_needed(rules, points, cost_fen))
    by_points = "" if more_points is None else f"at least {more_points:,} points, or "
    by_points_zh = "" if more_points is None else f"积分不少于 {more_points:,}，或"
    raise UnderMargin(
        name=name,
        reason=f"it costs {cost} yuan and brings {worth}, and {percent} % have to stay over. "
        f"Ask {by_points}at least {more_cash} yuan in cash.",
        reason_zh=f"成本 {cost} 元，积分与现金合计价值 {worth} 元，须高于成本 {percent}%。"
        f"请将{by_points_zh}现金不少于 {more_cash} 元。",
    )
