"""What an order earns."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from siyu.commerce.types import OrderStanding
from siyu.kernel.errors import BadInput
from siyu.loyalty.types.accounts import UNIT_KINDS
from siyu.loyalty.types.earning import EarningRules, OrderRule


class Terms(NamedTuple):
    """By which an order earns; those of its first earning stay with it, whatever the rules become."""

    amount: int
    per_fen: int
    when: str
    expires_days: int | None

    def target(self, order: OrderStanding) -> int:
        """What the order should have earned by now."""
        if not (order.received if self.when == "received" else order.paid):
            return 0
        return max(0, order.paid_fen - order.refunded_fen) * self.amount // self.per_fen

    @property
    def lasts(self) -> timedelta | None:
        """So long what is earned can be spent."""
        return None if self.expires_days is None else timedelta(self.expires_days)


def check(rules: EarningRules) -> None:
    """Check that the rules make sense together.

    Raises:
        BadInput: says what to change.
    """
    before: list[OrderRule] = []
    for number, rule in enumerate(rules.orders, 1):
        kind = UNIT_KINDS.get(rule.unit)
        if kind is None or not kind.told:
            can = ", ".join(one.name for one in UNIT_KINDS.values() if one.told)
            raise BadInput(
                reason=f"rule {number}: orders earn {can}, not '{rule.unit}'.",
                reason_zh=f"规则 {number}：订单可获得的单位为 {can}，不能是“{rule.unit}”。",
            )
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


def terms_of(rules: Sequence[OrderRule], order: OrderStanding) -> dict[str, Terms]:
    """By unit, the terms of the first rule that fits."""
    found: dict[str, Terms] = {}
    for rule in rules:
        if rule.platform in {None, order.platform} and rule.shop in {None, order.shop}:
            found.setdefault(rule.unit, Terms(rule.amount, rule.per_fen, rule.when, rule.expires_days))
    return found


def _covers(one: OrderRule, other: OrderRule) -> bool:
    return one.unit == other.unit and one.platform in {None, other.platform} and one.shop in {None, other.shop}
