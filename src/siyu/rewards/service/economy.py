"""What points are worth, and which margin has to stay over."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.kernel.errors import BadInput, Conflict
from siyu.rewards.rules.margin import covers
from siyu.rewards.store import offers as tables
from siyu.rewards.types import RULES, RewardRules


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
    under = [
        one.terms.name
        for one in tables.lock_live(conn)
        if not covers(changed, one.terms.points, one.terms.cash_fen, one.terms.cost_fen)
    ]
    if under:
        raise Conflict(
            reason=f"{len(under)} live offers would be under their margin: {', '.join(under[:5])}. Pause them first.",
            reason_zh=f"有 {len(under)} 个在售权益将低于毛利底线：{'、'.join(under[:5])}。请先暂停它们。",
        )
    return _VERSIONS.change(conn, principal, changed, version, reason, now, action="rewards.rules_changed")


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
