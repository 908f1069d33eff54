"""What an order comes to by category: its money, shared among its lines."""

from collections.abc import Sequence

from siyu.commerce.types import LineStanding, OrderStanding


def by_category(order: OrderStanding, lines: Sequence[LineStanding]) -> dict[str | None, int]:
    """What is left of an order after refunds, in fen, by the category of its lines; what no line explains is under ``None``.

    What was paid for the whole (postage, coupons of the shop) is shared by what the lines are worth. What went back for a
    line is that line's; what went back beyond that is shared by what is left.
    """
    net = max(0, order.paid_fen - order.refunded_fen)
    worths = [line.worth_fen for line in lines]
    if not sum(worths):
        return {None: net} if net else {}
    paid = spread(order.paid_fen, worths)
    left = [max(0, part - line.refunded_fen) for part, line in zip(paid, lines, strict=True)]
    more = max(0, sum(left) - net)
    left = [part - back for part, back in zip(left, spread(more, left), strict=True)]
    found: dict[str | None, int] = {}
    for line, part in zip(lines, left, strict=True):
        if part:
            found[line.category] = found.get(line.category, 0) + part
    return found


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in whole parts by weights; they sum to it. None is more than its weight where the total is not."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts, weight, given = [], 0, 0
    for one in weights:
        weight += one
        parts.append(total * weight // whole - given)
        given += parts[-1]
    return parts
