"""The brand's segments, as an operator would make them."""

from collections.abc import Mapping
from typing import Final

from siyu.app import segmenting
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.segments import service as segments
from siyu.segments.types import (
    AllOf,
    Anniversary,
    Bought,
    Bounds,
    Did,
    FactTest,
    FollowedBy,
    InSegment,
    Not,
    OnLayer,
    RelationIs,
    Rfm,
    Rule,
    Span,
    Window,
)

_ACTOR: Final[Principal] = access.system("demo")
HIGH_VALUE: Final = "高价值客户"
NEW_FRIENDS: Final = "新好友未下单"
BROWSING: Final = "常逛未买"
FOLLOWERS_BORN: Final = "公众号粉丝 7 天内生日"
_SEGMENTS: Final[Mapping[str, tuple[str, Rule]]] = {
    HIGH_VALUE: ("买过两次以上、累计满 500 元", Rfm(purchases=Bounds(2), money_fen=Bounds(50_000))),
    NEW_FRIENDS: (
        "30 天内加的好友，还没有购买",
        AllOf((RelationIs("friend", less_than_days=30), Not(Bought()))),
    ),
    FOLLOWERS_BORN: ("可用模板消息祝贺", AllOf((RelationIs("follower"), Anniversary(7)))),
    "7 天内生日": ("提前准备生日关怀", Anniversary(7)),
    "加购未付款": (
        "最近 7 天加购，24 小时内没有付款",
        FollowedBy(
            FactTest("event.tracked", "Product Added"),
            FactTest("order.paid"),
            Span(24, "hour"),
            followed=False,
            since=Window(Span(7)),
        ),
    ),
    BROWSING: (
        "最近 30 天浏览 3 次以上、没有购买",
        AllOf((Did(FactTest("event.tracked"), value=3, within=Window(Span(30))), Not(Bought(within=Window(Span(30)))))),
    ),
    "尚未入会的复购客": ("可邀请入会或加好友", OnLayer((2,))),
}
_AT_RISK: Final = "高价值流失预警"


def stand_segments(context: Context) -> None:
    """Make the segments that are not there, and fill them. Safe to repeat."""
    now = context.clock.now()
    with context.database.transaction() as conn:
        there = {one.name: one.id for one in segments.segments(conn)}
        for name, (note, rule) in _SEGMENTS.items():
            if name not in there:
                there[name] = segments.create(conn, _ACTOR, name, rule, now, note=note).id
        if _AT_RISK not in there:
            gone = Rfm(recency_days=Bounds(60))
            rule = AllOf((InSegment(there[HIGH_VALUE]), gone))
            segments.create(conn, _ACTOR, _AT_RISK, rule, now, note="高价值、60 天以上没有购买")
        waiting = segments.not_evaluated(conn)
    for segment_id in waiting:
        segmenting.evaluate(context, segment_id)
