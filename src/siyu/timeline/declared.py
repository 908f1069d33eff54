"""Kinds of facts of rooms above segments, declared below them: so that rules of segments may ask of what only the rooms above
tell. Which touch, payments, loyalty, rewards, draws, trials and journeys do; nobody else tells facts of these kinds.
"""

from siyu.kernel.fact import FactKind

_TOUCH = {
    "touch": ("integer", "id of the touch"),
    "programme": ("integer", "id of the programme on whose behalf"),
    "purpose": ("string", "service, transactional or marketing"),
    "kinds": ("array", "red_packet, coupon …, as the proposer named them"),
}
_BY_WAY = {
    "account": ("integer", "id of the account"),
    "way": ("string", "group_send, kf, template …"),
    "staff": ("string", "the member of staff in whose name, empty when none"),
}

OF_TOUCHES: tuple[FactKind, ...] = (
    FactKind("touch.sent", 1, "Something was sent to the customer.", "触达成功", {**_TOUCH, **_BY_WAY}),
    FactKind(
        "touch.failed",
        1,
        "The gate let it through, and it did not reach the customer.",
        "触达失败",
        {**_TOUCH, **_BY_WAY, "reason": ("string", "refused, no_friend, capped, left_out, unconfirmed, cancelled …")},
    ),
    FactKind(
        "touch.dropped",
        1,
        "The gate did not let it through. Of control groups and the holdout there is no fact: who reacts to it would "
        "treat them otherwise than the others.",
        "触达未发送",
        {**_TOUCH, "reason": ("string", "the code that decided: consent_denied, no_relation, repeated …")},
    ),
    FactKind(
        "touch.complained",
        1,
        "The customer complained about being reached, as somebody wrote down who heard it. Without a touch in particular its "
        "fields are 0 and empty.",
        "投诉触达",
        _TOUCH,
    ),
)

_PAYMENT = {
    "payment": ("string", "the merchant's number of the payment"),
    "about": ("string", "what for, as offer:12"),
}

OF_PAYMENTS: tuple[FactKind, ...] = (
    FactKind("payment.paid", 1, "The customer paid through the merchant; the amount is in fen.", "完成支付", _PAYMENT),
    FactKind(
        "payment.refunded",
        1,
        "Some of a payment of the customer, or all of it, went back; the amount is below zero.",
        "支付退款",
        {**_PAYMENT, "refund": ("string", "the merchant's number of the refund")},
    ),
    FactKind(
        "transfer.received",
        1,
        "The customer confirmed a transfer of the merchant and has the money; the amount is in fen, below zero.",
        "收到转账",
        {"transfer": ("string", "the merchant's number of the transfer"), "about": ("string", "what for")},
    ),
)

_POSTING = {
    "unit": ("string", "points, growth or group_points"),
    "amount": ("integer", "how many, always above 0"),
    "transaction": ("integer", "id of the transaction"),
    "reason": ("string", "one word on why: order, check_in, redemption …"),
    "about": ("string", "what it is about, as order:taobao:shop:123; empty when nothing"),
}
_TAKEN_BACK = {"of": ("integer", "id of the transaction that is taken back")}
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

OF_LEDGER: tuple[FactKind, ...] = (
    FactKind("points.earned", 1, "The customer got points or growth.", "获得积分", _POSTING),
    FactKind("points.spent", 1, "The customer spent points.", "消耗积分", _POSTING),
    FactKind("points.expired", 1, "Points of the customer expired.", "积分过期", _POSTING),
    FactKind(
        "points.taken_back",
        1,
        "Points that the customer had got were taken back; what was spent meanwhile is owed.",
        "扣回积分",
        {**_POSTING, **_TAKEN_BACK},
    ),
    FactKind(
        "points.given_back",
        1,
        "Points that the customer had spent were given back.",
        "退还积分",
        {**_POSTING, **_TAKEN_BACK},
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

_REDEMPTION = {
    "redemption": ("integer", "id of the redemption"),
    "offer": ("integer", "id of the offer"),
    "pieces": ("integer", "how many"),
    "points": ("integer", "points of all pieces together"),
    "cash_fen": ("integer", "money of all pieces together, in fen"),
}

_COUPON = {
    "coupon": ("integer", "id of the coupon"),
    "template": ("integer", "id of its template"),
    "until": ("string", "when it ends, ISO 8601; empty for never"),
}
_USE = {
    **_COUPON,
    "use": ("integer", "id of the use"),
    "order": ("string", "the shop's order"),
    "off_fen": ("integer", "what it took off, in fen"),
}

OF_REWARDS: tuple[FactKind, ...] = (
    FactKind("reward.redeemed", 1, "The customer redeemed an offer of the shop.", "兑换权益商品", _REDEMPTION),
    FactKind("reward.fulfilled", 1, "The customer got what they had redeemed.", "权益商品已交付", _REDEMPTION),
    FactKind("reward.cancelled", 1, "A redemption was cancelled; points and stock went back.", "取消兑换", _REDEMPTION),
    FactKind("coupon.issued", 1, "The customer got a coupon.", "获得优惠券", _COUPON),
    FactKind("coupon.used", 1, "The customer used a coupon.", "使用优惠券", _USE),
    FactKind("coupon.returned", 1, "A coupon came back to the customer with a refund.", "退回优惠券", _USE),
    FactKind("coupon.expired", 1, "A coupon of the customer ended without being used.", "优惠券过期", _COUPON),
)

_ROUND = {
    "pool": ("string", "code of what was drawn for"),
    "round": ("integer", "id of the round"),
}
_DRAW = {**_ROUND, "draw": ("integer", "id of the draw"), "prize": ("string", "code of what was got")}

OF_DRAWS: tuple[FactKind, ...] = (
    FactKind(
        "draw.made",
        1,
        "The customer had a turn at a draw; the name is that of the prize.",
        "参与抽奖",
        {
            **_DRAW,
            "won": ("boolean", "something was got"),
            "instead": ("string", "code of the prize that was drawn and could not be given, else empty"),
        },
    ),
    FactKind(
        "prize.handed_out", 1, "A thing that the customer won was handed out; the name is its.", "奖品已发放", _DRAW
    ),
    FactKind(
        "free_order.won",
        1,
        "An order of the customer was drawn and given back.",
        "订单免单",
        {
            **_ROUND,
            "order": ("string", "platform:shop:order_no"),
            "unit": ("string", "what was given"),
            "amount": ("integer", "how many"),
        },
    ),
)

_JOURNEY = ("integer", "id of the journey; the fact's name is its key")
_OF_ENROLMENT = (
    "string",
    "what tells this enrolment from others of the same person, such as the number of an order; else empty",
)

OF_JOURNEYS: tuple[FactKind, ...] = (
    FactKind(
        "journey.entered", 1, "The customer entered a journey.", "进入旅程", {"journey": _JOURNEY, "key": _OF_ENROLMENT}
    ),
    FactKind(
        "journey.ended",
        1,
        "The customer left a journey.",
        "结束旅程",
        {
            "journey": _JOURNEY,
            "key": _OF_ENROLMENT,
            "step": ("string", "where they were"),
            "how": (
                "string",
                "exit, goal, stopped (the journey was), merged (two people are one), withdrawn (by hand)",
            ),
        },
    ),
)

_TRIAL = {
    "trial": ("integer", "id of the trial"),
    "application": ("integer", "id of the application"),
}
_REPORT = {**_TRIAL, "stars": ("integer", "1 to 5")}

OF_TRIALS: tuple[FactKind, ...] = (
    FactKind(
        "trial.applied",
        1,
        "The customer applied for a trial; the name is its.",
        "申请试用",
        {**_TRIAL, "points": ("integer", "points that are held for it")},
    ),
    FactKind("trial.withdrawn", 1, "The customer does not want to try it any more.", "撤回试用申请", _TRIAL),
    FactKind("trial.chosen", 1, "The customer was chosen, and gets a piece.", "入选试用", _TRIAL),
    FactKind("trial.not_chosen", 1, "Others were chosen; the points went back.", "未入选试用", _TRIAL),
    FactKind(
        "trial.sent",
        1,
        "The piece was sent to the customer.",
        "试用品已寄出",
        {**_TRIAL, "until": ("string", "by when they report, ISO 8601")},
    ),
    FactKind("trial.reported", 1, "The customer reported on what they tried.", "提交试用报告", _REPORT),
    FactKind("trial.sent_back", 1, "The report has to be written again.", "试用报告被退回", _REPORT),
    FactKind(
        "trial.rewarded",
        1,
        "The report was approved and rewarded.",
        "试用报告通过",
        {
            **_REPORT,
            "points": ("integer", "points that it earned"),
            "coupon": ("integer", "id of the template of the coupon that it earned; 0 for none"),
        },
    ),
    FactKind("trial.missed", 1, "The customer did not report in time.", "试用报告逾期", _TRIAL),
)
