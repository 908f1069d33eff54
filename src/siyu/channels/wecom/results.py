"""What became of group sends. The platform tells nobody: ask, with pauses that grow, until it is done or too late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from siyu.channels.types import Reached, Result, Results
from siyu.channels.wecom.calls import moments, sends
from siyu.channels.wecom.client import Client

_STATUS: Final[Mapping[int, Reached]] = {0: "waits_for_staff", 1: "sent", 2: "no_friend", 3: "capped"}
_CONFIRMED: Final = 2


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
    staff = {task.staff_id: _confirmed(task, client.ports.clock.now()) for task in asked}
    return Results(staff, tuple(found.values()))


def _confirmed(task: sends.Task, now: datetime) -> datetime | None:
    return (task.sent_at or now) if task.status == _CONFIRMED else None


def moment_results(client: Client, job_id: str, moment_id: str) -> Results:
    """Who has published a moment so far. The platform does not say when: it is the moment at which it was first seen."""
    if not moment_id:
        job = moments.moment_job(client, job_id)
        if job.state != "done" or not job.moment_id:
            return Results({}, began=False)
        moment_id = job.moment_id
    published: dict[str, bool] = {}
    cursor = ""
    while True:
        page, cursor = moments.moment_staff(client, moment_id, cursor)
        published |= page
        if not cursor:
            break
    now = client.ports.clock.now()
    return Results({one: now if done else None for one, done in published.items()}, object_id=moment_id)
