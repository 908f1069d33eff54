"""What the demo brand's members earn: by orders, tasks and days on which they check in; and their tiers."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.loyalty import service as loyalty

_ACTOR: Final[Principal] = access.system("demo")
_WHY: Final = "演示品牌"
# A point for each yuan when the goods have come, twice as many on the member's day and in the month of the birthday.
EARNING: Final[dict[str, Any]] = {
    "orders": [
        {"amount": 1, "per_fen": 100, "unit": "points", "expires_days": 365},
        {"amount": 1, "per_fen": 100, "unit": "growth"},
    ],
    "days": [{"percent": 200, "weekdays": [3]}, {"percent": 200, "birthday": "month"}],
    "caps": [{"unit": "points", "per_day": 5_000}],
}
CHECK_IN: Final[dict[str, Any]] = {
    "daily": [{"amount": 5, "unit": "points", "expires_days": 365}],
    "streaks": [
        {
            "days": 7,
            "rewards": [{"amount": 50, "unit": "points", "expires_days": 365}, {"amount": 1, "unit": "turn"}],
        },
        {"days": 30, "rewards": [{"amount": 300, "unit": "points"}, {"amount": 1, "unit": "make_up"}]},
        {"days": 365, "rewards": [{"amount": 3650, "unit": "points"}]},
    ],
    "make_up_days": 30,
}
TASKS: Final[dict[str, Any]] = {
    "tasks": [
        {
            "code": "profile",
            "name": "完善资料",
            "fact": "profile.identified",
            "traits": ["name", "birthday", "city"],
            "rewards": [{"amount": 100, "unit": "points"}, {"amount": 1, "unit": "make_up"}],
        },
        {
            "code": "follow",
            "name": "添加专属顾问",
            "fact": "relation.started",
            "where": {"relation": "friend"},
            "rewards": [{"amount": 50, "unit": "points"}],
        },
        {
            "code": "group",
            "name": "加入会员群",
            "fact": "chat.joined",
            "after": "follow",
            "rewards": [{"amount": 30, "unit": "points"}, {"amount": 1, "unit": "turn"}],
        },
        {
            "code": "stay",
            "name": "入群满 30 天",
            "fact": "relation.lasted",
            "where": {"relation": "group_member", "days": 30},
            "rewards": [{"amount": 50, "unit": "points"}],
        },
        {
            "code": "invite",
            "name": "邀请好友",
            "fact": "member.invited",
            "every": "friend",
            "rewards": [{"amount": 100, "unit": "points", "expires_days": 365}],
        },
        {
            "code": "order",
            "name": "本周下单",
            "fact": "order.paid",
            "every": "weekly",
            "rewards": [{"amount": 20, "unit": "points"}],
        },
    ]
}
TIERS: Final[dict[str, Any]] = {
    "by": "spend",
    "window_days": 365,
    "grace_days": 30,
    "tiers": [
        {"code": "plain", "name": "布衣会员", "at_least": 0, "below": 100_000, "benefits": ["生日短信祝福"]},
        {
            "code": "silver",
            "name": "锦衣会员",
            "at_least": 100_000,
            "below": 500_000,
            "benefits": ["生日礼", "免费改裤脚"],
        },
        {
            "code": "gold",
            "name": "华服会员",
            "at_least": 500_000,
            "below": None,
            "benefits": ["生日礼", "专属顾问", "新品先享"],
        },
    ],
}

# What is asked for by hand, for a customer each: one is within the limit, the others wait for a second person.
BY_HAND: Final = ((200, "门店活动补发积分"), (5_000, "周年庆评选一等奖"), (2_000, "售后补偿积分"))


def stand_earning(context: Context) -> None:
    """What orders earn, before there are any: an order that has earned nothing when it came stays so. Safe to repeat."""
    with context.database.transaction() as conn:
        if loyalty.earning(conn) is None:
            loyalty.change_earning(conn, _ACTOR, loyalty.read_earning(EARNING), 0, _WHY, context.clock.now())


def stand_membership(context: Context) -> None:
    """Make the rules that are not there, for what is told from now on. Safe to repeat."""
    now = context.clock.now()
    with context.database.transaction() as conn:
        if loyalty.check_in_rules(conn) is None:
            loyalty.change_check_in(conn, _ACTOR, loyalty.read_check_in(CHECK_IN), 0, _WHY, now)
        if loyalty.tasks(conn) is None:
            loyalty.change_tasks(conn, _ACTOR, loyalty.read_tasks(TASKS), 0, _WHY, now)
        if loyalty.tiers(conn) is None:
            loyalty.change_tiers(conn, _ACTOR, loyalty.read_tiers(TIERS), 0, _WHY, now)
        if not loyalty.by_hand(conn, limit=1):
            _ask_by_hand(conn, now)


def _ask_by_hand(conn: Connection, now: datetime) -> None:
    for one, (amount, reason) in zip(customers.everybody(conn, limit=len(BY_HAND)), BY_HAND, strict=False):
        loyalty.post_by_hand(
            conn,
            _ACTOR,
            key=f"demo:by_hand:{amount}",
            customer_id=one,
            unit="points",
            amount=amount,
            reason=reason,
            now=now,
        )
