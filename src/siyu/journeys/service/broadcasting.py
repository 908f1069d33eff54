"""Broadcasts: journeys of one sending over a segment, with a pace, fair to staff, and with a control group like any."""

from dataclasses import replace
from datetime import datetime

from siyu.customers.types import Purpose
from siyu.journeys.types.definition import (
    Definition,
    Exit,
    Invite,
    ManualTrigger,
    Pace,
    Send,
    TimeTrigger,
)


def broadcast(
    name: str,
    segment: int,
    sending: Send | Invite,
    *,
    purpose: Purpose,
    at: datetime | None = None,
    per_minute: int = 0,
    fair: bool = True,
    variables: dict[str, str] | None = None,
) -> Definition:
    """The journey that sends this to everybody of a segment, at a moment or, without one, when it is told to begin.

    Args:
        name: of the broadcast.
        segment: to whom.
        sending: what and how; where it leads to does not matter.
        purpose: of it.
        at: when; ``None`` for a crowd that is brought by hand.
        per_minute: people at most; 0 for no pace.
        fair: every member of staff's customers are spread evenly.
        variables: for its texts.
    """
    alone = replace(sending, next="end", dropped="")
    steps = {"send": replace(alone, full="") if isinstance(alone, Invite) else alone, "end": Exit()}
    trigger = TimeTrigger(segment, once=at.isoformat(timespec="seconds")) if at is not None else ManualTrigger()
    return Definition(
        name,
        trigger,
        "send",
        steps,
        purpose=purpose,
        pace=Pace(per_minute, fair),
        variables=variables or {},
        kind="broadcast",
    )
