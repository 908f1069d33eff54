"""What is said to whole group chats."""

from dataclasses import dataclass
from datetime import datetime

from siyu.touch.types.proposals import Message


@dataclass(frozen=True, slots=True)
class GroupNews:
    """What is to be said to group chats.

    Attributes:
        key: unique for ever, 1 to 100 printable characters.
        name: for operators.
        account_id: the account whose chats they are.
        group_ids: which, by the platform's ids; all that stand when empty.
        valid_until: from then on it is not sent any more.
        begins_at: when the first of them is due; ``None``: now.
        per_minute: groups at most; 0 for no pace. The groups of each owner are spread evenly over the whole.
    """

    key: str
    name: str
    account_id: int
    message: Message
    valid_until: datetime
    group_ids: tuple[str, ...] = ()
    begins_at: datetime | None = None
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was asked to be said, and how far it is.

    Attributes:
        groups: to how many; ``waiting``, ``handed`` to the platform, ``dropped`` by the gate.
    """

    id: int
    key: str
    name: str
    programme_id: int
    account_id: int
    way: str
    valid_until: datetime
    asked_by: str
    asked_at: datetime
    groups: int
    waiting: int
    handed: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Announced:
    """What became of it for one group.

    Attributes:
        state: ``waiting`` until ``due_at``; ``dropped`` by the gate; else as channels say: ``ready``, ``waits_for_staff``,
            ``sent``, ``refused``.
        code: the reason of the gate, or of the platform.
        reason, reason_zh: what the platform said.
    """

    group_id: str
    staff_id: str
    state: str
    code: str
    due_at: datetime
    reason: str = ""
    reason_zh: str = ""
