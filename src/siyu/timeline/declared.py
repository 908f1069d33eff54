"""Kinds of facts of rooms above segments, declared below them: so that rules of segments may ask of what only the rooms above
tell. Which touch and journeys do; nobody else tells facts of these kinds.
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
