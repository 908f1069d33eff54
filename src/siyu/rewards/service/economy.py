"""What points are worth, and which margin has to stay over."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.kernel.errors import BadInput, Conflict
from siyu.rewards.rules.coupons import check_cost, most_off
from siyu.rewards.rules.margin import covers
from siyu.rewards.store import offers as tables
from siyu.rewards.store import templates
from siyu.rewards.types import RULES, RewardRules, UnderMargin


def _check(_: RewardRules) -> None:
    """Every value that the type lets through makes sense with every other."""


_VERSIONS: Final = Versions("rewards.economy", RULES, _check, "reward_rules")


def rules(conn: Connection) -> Version[RewardRules] | None:
    """The rules in force; ``None`` when nobody ever made any: then nothing can go live."""
    return _VERSIONS.newest(conn)


def rule_versions(conn: Connection, limit: int = 50) -> list[Version[RewardRules]]:
    """How the rules were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_rules(said: Any) -> RewardRules:
    """Rules from JSON.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


def change_rules(
    conn: Connection, principal: Principal, changed: RewardRules, version: int, reason: str, now: datetime
) -> Version[RewardRules]:
    """Have points be worth this, and this margin kept. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``rewards.rules``.
        BadInput: there is no reason.
        Conflict: they were changed meanwhile, or offers that are live would be under their margin.
    """
    access.require(principal, "rewards.rules")
    under = _under(conn, changed)
    if under:
        raise Conflict(
            reason=f"{len(under)} live offers and coupons would be under their margin: {', '.join(under[:5])}. "
            "Pause them first.",
            reason_zh=f"有 {len(under)} 个在售权益或发放中的优惠券将低于毛利底线：{'、'.join(under[:5])}。请先暂停它们。",
        )
    return _VERSIONS.change(conn, principal, changed, version, reason, now, action="rewards.rules_changed")


def _under(conn: Connection, changed: RewardRules) -> list[str]:
    """The names of what is live and would be under its margin; what is live stays so until the end of the transaction."""
    live = tables.lock_live(conn)
    kinds = templates.live_and(conn, {one.terms.coupon_id for one in live if one.terms.coupon_id is not None})
    under = []
    for one in live:
        terms = one.terms
        cost = terms.cost_fen if terms.coupon_id is None else most_off(kinds[terms.coupon_id].terms) or 0
        if not covers(changed, terms.points, terms.cash_fen, cost):
            under.append(terms.name)
    for kind in kinds.values():
        try:
            check_cost(changed, kind.terms)
        except UnderMargin:
            if kind.state == "live":
                under.append(kind.terms.name)
    return under


def in_force(conn: Connection) -> RewardRules:
    """The rules in force.

    Raises:
        BadInput: nobody ever made any.
    """
    found = rules(conn)
    if found is None:
        raise BadInput(
            reason="say first what points are worth and which margin is kept (PUT /api/v1/rewards/rules).",
            reason_zh="请先设置积分价值与毛利底线（PUT /api/v1/rewards/rules）。",
        )
    return found.rules
