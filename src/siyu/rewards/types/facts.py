"""What rewards tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_FIELDS = {
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

FACTS: tuple[FactKind, ...] = (
    FactKind("reward.redeemed", 1, "The customer redeemed an offer of the shop.", "兑换权益商品", _FIELDS),
    FactKind("reward.fulfilled", 1, "The customer got what they had redeemed.", "权益商品已交付", _FIELDS),
    FactKind("reward.cancelled", 1, "A redemption was cancelled; points and stock went back.", "取消兑换", _FIELDS),
    FactKind("coupon.issued", 1, "The customer got a coupon.", "获得优惠券", _COUPON),
    FactKind("coupon.used", 1, "The customer used a coupon.", "使用优惠券", _USE),
    FactKind("coupon.returned", 1, "A coupon came back to the customer with a refund.", "退回优惠券", _USE),
    FactKind("coupon.expired", 1, "A coupon of the customer ended without being used.", "优惠券过期", _COUPON),
)
