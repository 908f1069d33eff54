"""What became of group sends. The platform tells nobody: ask, with pauses that grow, until it is done or too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siyu.channels.wecom.calls import sends
from siyu.channels.wecom.client import Client

Reached = Literal["waits_for_staff", "sent", "no_friend", "capped"]
_STATUS: Final[Mapping[int, Reached]] = {0: "waits_for_staff", 1: "sent", 2: "no_friend", 3: "capped"}
_CONFIRMED: Final = 2


@dataclass(frozen=True, slots=True)
class Result:
    """What became of it for one customer or group.

    Attributes:
        subject_id: of the customer or the group.
        outcome: ``waits_for_staff``; ``sent``; ``no_friend``: no customer of this member any more; ``capped``: had received
            as many group sends as they may.
        at: when it was sent.
    """

    subject_id: str
    staff_id: str
    outcome: Reached
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """What became of a group send so far; ``done`` when every member has confirmed."""

    done: bool
    waiting_staff: tuple[str, ...]
    results: tuple[Result, ...]


def results(client: Client, handle: str) -> Results:
    """What became of the group send with this handle.

    Raises:
        PlatformRefused: there is none (41047), or it may not be asked for.
        TryLater: it cannot be asked now.
    """
    asked = list(sends.tasks(client, handle))
    found: dict[tuple[str, str], Result] = {}
    for task in asked:
        for one in sends.deliveries(client, handle, task.staff_id):
            subject_id = one.contact_id or one.group_id
            outcome = _STATUS.get(one.status, "waits_for_staff")
            found[subject_id, one.staff_id] = Result(subject_id, one.staff_id, outcome, one.sent_at)
    waiting = tuple(task.staff_id for task in asked if task.status != _CONFIRMED)
    return Results(bool(asked) and not waiting, waiting, tuple(found.values()))
