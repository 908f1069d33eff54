"""What draws tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_ROUND = {
    "pool": ("string", "code of what was drawn for"),
    "round": ("integer", "id of the round"),
}
_DRAW = {**_ROUND, "draw": ("integer", "id of the draw"), "prize": ("string", "code of what was got")}

FACTS: tuple[FactKind, ...] = (
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
