"""What an order earns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from siyu.commerce.types import LineStanding, OrderStanding
from siyu.kernel.errors import BadInput
from siyu.loyalty.rules import caps, days
from siyu.loyalty.rules.shares import by_category
from siyu.loyalty.types.accounts import UNIT_KINDS
from siyu.loyalty.types.earning import PLAIN, EarningRules, OrderRule


class Terms(NamedTuple):
    """By which an order earns in a unit; those of its first earning stay with it, whatever the rules become.

    Attributes:
        version: of the rules.
        day: of the order, on the brand's clock.
        day_percent: what that day gives.
        tier_percent: what the customer's tier gave when the order first earned; growth is what it is.
    """

    version: int
    day: date
    day_percent: int
    tier_percent: int = PLAIN

    @property
    def share(self) -> tuple[int, int]:
        """Of what the rate says, as a fraction."""
        return self.day_percent * self.tier_percent, PLAIN * PLAIN


def check(rules: EarningRules) -> None:
    """Check that the rules make sense together.

    Raises:
        BadInput: says what to change.
    """
    before: list[OrderRule] = []
    for number, rule in enumerate(rules.orders, 1):
        if rule.shop is not None and rule.platform is None:
            raise BadInput(
                reason=f"rule {number} names a shop; name its platform as well.",
                reason_zh=f"规则 {number} 指定了店铺，请同时指定平台。",
            )
        wider = next((place for place, one in enumerate(before, 1) if _covers(one, rule)), None)
        if wider is not None:
            raise BadInput(
                reason=f"rule {number} is never reached: rule {wider} comes first and fits all its orders. "
                "Move the narrower rule up, or leave it out.",
                reason_zh=f"规则 {number} 永远不会生效：规则 {wider} 在前且已涵盖其全部订单。请将范围更小的规则前移或删除。",
            )
        before.append(rule)
    _check_units("rule", "规则", [one.unit for one in rules.orders])
    _check_units("multiplier", "倍数日", [one.unit for one in rules.days])
    _check_units("cap", "上限", [one.unit for one in rules.caps])
    days.check(rules.days)
    caps.check(rules.caps)


def _check_units(what: str, what_zh: str, units: Iterable[str]) -> None:
    for number, unit in enumerate(units, 1):
        kind = UNIT_KINDS.get(unit)
        if kind is None or not kind.told:
            can = ", ".join(one.name for one in UNIT_KINDS.values() if one.told)
            raise BadInput(
                reason=f"{what} {number}: orders earn {can}, not '{unit}'.",
                reason_zh=f"{what_zh} {number}：订单可获得的单位为 {can}，不能是“{unit}”。",
            )


def _covers(one: OrderRule, other: OrderRule) -> bool:
    return one.unit == other.unit and all(
        getattr(one, name) in {None, getattr(other, name)} for name in ("platform", "shop", "category")
    )


def units_of(rules: Sequence[OrderRule], order: OrderStanding) -> set[str]:
    """In which units an order may earn."""
    return {rule.unit for rule in rules if _of_shop(rule, order)}


def dues(
    rules: Sequence[OrderRule], unit: str, order: OrderStanding, lines: Sequence[LineStanding], terms: Terms
) -> dict[int, int]:
    """What an order should have earned by now in a unit, before caps, by the place of the rule."""
    fitting = [(place, rule) for place, rule in enumerate(rules) if rule.unit == unit and _of_shop(rule, order)]
    if not any(rule.category for _, rule in fitting):
        shares: Mapping[str | None, int] = {None: max(0, order.paid_fen - order.refunded_fen)}
    else:
        shares = by_category(order, lines)
    counted: dict[int, int] = {}
    for category, fen in shares.items():
        place = next((place for place, rule in fitting if rule.category in {None, category}), None)
        if place is not None:
            counted[place] = counted.get(place, 0) + fen
    part, whole = terms.share
    found = {}
    for place, fen in counted.items():
        rule = rules[place]
        if order.received if rule.when == "received" else order.paid:
            found[place] = fen * rule.amount * part // (rule.per_fen * whole)
    return found


def _of_shop(rule: OrderRule, order: OrderStanding) -> bool:
    return rule.platform in {None, order.platform} and rule.shop in {None, order.shop}
