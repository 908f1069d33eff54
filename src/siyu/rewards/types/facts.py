"""What rewards tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_FIELDS = {
    "redemption": ("integer", "id of the redemption"),
    "offer": ("integer", "id of the offer"),
    "pieces": ("integer", "how many"),
    "points": ("integer", "points of all pieces together"),
    "cash_fen": ("integer", "money of all pieces together, in fen"),
}

FACTS: tuple[FactKind, ...] = (
    FactKind("reward.redeemed", 1, "The customer redeemed an offer of the shop.", "兑换权益商品", _FIELDS),
    FactKind("reward.fulfilled", 1, "The customer got what they had redeemed.", "权益商品已交付", _FIELDS),
    FactKind("reward.cancelled", 1, "A redemption was cancelled; points and stock went back.", "取消兑换", _FIELDS),
)
