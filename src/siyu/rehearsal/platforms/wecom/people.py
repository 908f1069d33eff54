"""Staff as they are: most confirm what they are asked to after a while, some forget it."""

import numpy as np

from siyu.rehearsal.platforms.wecom.types import Staff, StaffTask


def will_confirm(staff: Staff, now: int, random: np.random.Generator) -> StaffTask:
    """When this member of staff will confirm a task that they were given now; 0 when never."""
    if random.random() < staff.forgets or staff.status != 1:
        return StaffTask(staff.userid, 0)
    wait = float(random.exponential(staff.minutes * 60)) if staff.minutes else 0.0
    return StaffTask(staff.userid, now + int(wait))


def remind(task: StaffTask, staff: Staff, now: int, random: np.random.Generator) -> None:
    """A reminder gives who forgot another chance; who has it in mind does it no sooner."""
    if not task.done_at and not task.confirm_at:
        task.confirm_at = will_confirm(staff, now, random).confirm_at
