"""What touches tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_COMMON = {
    "touch": ("integer", "id of the touch"),
    "programme": ("integer", "id of the programme on whose behalf"),
    "purpose": ("string", "service, transactional or marketing"),
    "kinds": ("array", "red_packet, coupon …, as the proposer named them"),
}
_HOW = {
    "account": ("integer", "id of the account"),
    "way": ("string", "group_send, kf, template …"),
    "staff": ("string", "the member of staff in whose name, empty when none"),
}

FACTS: tuple[FactKind, ...] = (
    FactKind("touch.sent", 1, "Something was sent to the customer.", "触达成功", {**_COMMON, **_HOW}),
    FactKind(
        "touch.failed",
        1,
        "The gate let it through, and it did not reach the customer.",
        "触达失败",
        {**_COMMON, **_HOW, "reason": ("string", "refused, no_friend, capped, left_out, unconfirmed, cancelled …")},
    ),
    FactKind(
        "touch.dropped",
        1,
        "The gate did not let it through. Of control groups and the holdout there is no fact: who reacts to it would "
        "treat them otherwise than the others.",
        "触达未发送",
        {**_COMMON, "reason": ("string", "the code that decided: consent_denied, no_relation, repeated …")},
    ),
)
