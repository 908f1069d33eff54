"""What members of staff are asked to say themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyu.touch.types.proposals import Purpose

TaskState = Literal["open", "done", "declined", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a member of staff is asked to say to somebody; it is a touch that the gate let through.

    Attributes:
        id: of the touch.
        key: of the touch; whoever proposed it knows it by this.
        title: what is to be done.
        say: the words.
        staff_id: who is asked: whoever came last of those who follow the person, or the brand's fallback.
        due_at: until when it should be done.
        ended_by: who did or declined it, as the audit names them.
        said: why it was declined.
    """

    id: int
    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    account_id: int
    staff_id: str
    title: str
    say: str
    state: TaskState
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_by: str
    said: str
