"""What journeys tell on a customer's timeline."""

from siyu.kernel.fact import FactKind

_JOURNEY = ("integer", "id of the journey; the fact's name is its key")
_KEY = (
    "string",
    "what tells this enrolment from others of the same person, such as the number of an order; else empty",
)

FACTS: tuple[FactKind, ...] = (
    FactKind("journey.entered", 1, "The customer entered a journey.", "进入旅程", {"journey": _JOURNEY, "key": _KEY}),
    FactKind(
        "journey.ended",
        1,
        "The customer left a journey.",
        "结束旅程",
        {
            "journey": _JOURNEY,
            "key": _KEY,
            "step": ("string", "where they were"),
            "how": (
                "string",
                "exit, goal, stopped (the journey was), merged (two people are one), withdrawn (by hand)",
            ),
        },
    ),
)
