"""What the ledger tells on a customer's timeline."""

from siyu.kernel.fact import FactKind

_FIELDS = {
    "unit": ("string", "points, growth or group_points"),
    "amount": ("integer", "how many, always above 0"),
    "transaction": ("integer", "id of the transaction"),
    "reason": ("string", "one word on why: order, check_in, redemption …"),
    "about": ("string", "what it is about, as order:taobao:shop:123; empty when nothing"),
}
_OF = {"of": ("integer", "id of the transaction that is taken back")}
_TIER = {
    "tier": ("string", "code of the tier"),
    "before": ("string", "code of the tier that was left"),
    "by": ("string", "what counts: growth, spend (fen) or orders"),
    "figure": ("integer", "how much of it the customer had"),
    "why": (
        "string",
        "reached or lost by what the customer has; rules: the tiers were changed; merged: with another person",
    ),
}

FACTS: tuple[FactKind, ...] = (
    FactKind("points.earned", 1, "The customer got points or growth.", "获得积分", _FIELDS),
    FactKind("points.spent", 1, "The customer spent points.", "消耗积分", _FIELDS),
    FactKind("points.expired", 1, "Points of the customer expired.", "积分过期", _FIELDS),
    FactKind(
        "points.taken_back",
        1,
        "Points that the customer had got were taken back; what was spent meanwhile is owed.",
        "扣回积分",
        {**_FIELDS, **_OF},
    ),
    FactKind(
        "points.given_back", 1, "Points that the customer had spent were given back.", "退还积分", {**_FIELDS, **_OF}
    ),
    FactKind("tier.raised", 1, "The customer came into a higher tier.", "等级提升", _TIER),
    FactKind("tier.lowered", 1, "The customer fell into a lower tier.", "等级下降", _TIER),
    FactKind(
        "check_in.made",
        1,
        "The customer checked in, or made up for a day that was missed.",
        "签到",
        {
            "day": ("string", "the brand's day, as 2026-03-03"),
            "streak": ("integer", "how many days in a row it completes"),
            "made_up": ("boolean", "with a card, later"),
        },
    ),
    FactKind(
        "task.done",
        1,
        "The customer did a task of members.",
        "完成任务",
        {
            "task": ("string", "code of the task"),
            "period": ("string", "day or week in which it counts, empty for once"),
            "fact": ("string", "kind of the fact that fulfilled it"),
        },
    ),
)
