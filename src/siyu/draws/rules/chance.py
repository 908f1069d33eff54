"""How far what was drawn is from the odds."""

from collections.abc import Mapping, Sequence

from siyu.draws.types import WHOLE, Pool, PrizeTally, Tally


def tally(pool: Pool, counts: Mapping[tuple[str, str], int], left: Mapping[str, int], budget_left: int) -> Tally:
    """What was drawn in a round.

    Args:
        pool: the rule.
        counts: how many draws, by (what was drawn, what was given).
        left: pieces by prize, of those that have a stock.
        budget_left: fen.
    """
    draws = sum(counts.values())
    prizes = tuple(
        PrizeTally(
            one.code,
            one.weight,
            draws * one.weight / WHOLE,
            sum(count for (drawn, _), count in counts.items() if drawn == one.code),
            sum(count for (_, given), count in counts.items() if given == one.code),
            left.get(one.code),
        )
        for one in pool.prizes
    )
    found = [(one.drawn, one.expected) for one in prizes if one.weight]
    if not draws or len(found) < 2:
        return Tally(draws, prizes, None, None, budget_left)
    square = chi_square(found)
    return Tally(draws, prizes, square, p_of(square, len(found) - 1), budget_left)


def chi_square(found: Sequence[tuple[int, float]]) -> float:
    """Of (seen, expected)."""
    return sum((seen - expected) ** 2 / expected for seen, expected in found)


def p_of(square: float, freedom: int) -> float:
    """How often chance alone is as far off, or farther."""
    from scipy.special import gammaincc  # noqa: PLC0415 - SciPy, only where it is used

    return float(gammaincc(freedom / 2, square / 2))
