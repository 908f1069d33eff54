"""What the mirror answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from siyu.channels.types.seen import ObjectKind
from siyu.kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a batch of what was seen came to.

    Attributes:
        seen: how many of each kind were looked at.
        began: ties of customers (friends, places in groups) that began.
        ended: those that ended.
        messages: put into the intake queue.
        unseen: what could not be seen, as the plugin said: kind, id, reason, reason_zh.
    """

    seen: Mapping[str, int] = field(default_factory=dict)
    began: int = 0
    ended: int = 0
    messages: int = 0
    unseen: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Reread:
    """An object that is to be read again and that was claimed for it.

    Attributes:
        asks: how often it was asked for; when it is asked for again meanwhile, it is not done.
        tries: how often reading it failed in a row.
    """

    account_id: int
    kind: ObjectKind
    object_id: str
    asks: int
    tries: int


@dataclass(frozen=True, slots=True)
class Walk:
    """One reconcile of an account.

    Attributes:
        cursor: where to go on; empty at the beginning.
        counts: how many were seen of each kind, ties that ``began`` and ``ended``, ``messages``, ``pieces``.
        unseen: what could not be seen: kind, id, reason, reason_zh. Nothing of it has ended.
        problem: why it failed.
        moved_at: when its last piece was done.
    """

    id: int
    account_id: int
    state: Literal["running", "done", "failed"]
    cursor: str
    counts: Mapping[str, int]
    unseen: Sequence[Mapping[str, str]]
    problem: Mapping[str, Any] | None
    began_at: datetime
    moved_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the mirror of an account stands.

    Attributes:
        waiting: objects that are to be read again.
        read_at: when the platform last answered.
        refused_at: when it last refused, unless it has answered since.
        refused: what it said: code, message, message_zh, details.
        last: the newest reconcile.
    """

    waiting: int
    read_at: datetime | None
    refused_at: datetime | None
    refused: Mapping[str, Any] | None
    last: Walk | None


class StaffMember(NamedTuple):
    """A member of staff of an account, by the platform's id."""

    account_id: int
    staff_id: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A member of staff and whom they serve.

    Attributes:
        departments: their names, in the order of the ids; the id of one that is not known.
        contacts: how many stand now.
        added, lost: in the period asked for; without transfers.
        taken_over, handed_over: in the same period, by transfer.
        chats: customers to whom they wrote, summed over the days of the period; ``messages``: what they wrote.
        replied: percent of the chats that customers began, over these days; ``None`` where nothing is known.
        first_reply_minutes: how long customers waited for the first reply on average; ``None`` the same.
        deleted_by: customers who deleted or blocked them, as the platform counts.
        confirmed: tasks of the period (group sends, moments) that they confirmed; ``forgotten``: whose time is over without.
    """

    staff_id: str
    name: str
    department_ids: Sequence[str]
    departments: Sequence[str]
    position: str
    serves: bool
    active: bool
    gone_at: datetime | None
    contacts: int
    added: int
    lost: int
    taken_over: int
    handed_over: int
    chats: int = 0
    messages: int = 0
    replied: float | None = None
    first_reply_minutes: float | None = None
    deleted_by: int = 0
    confirmed: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """A group chat; ``customers`` and ``staff`` are in it now, ``joined`` and ``left`` are customers in the period."""

    group_id: str
    name: str
    owner_id: str
    created_at: datetime | None
    gone_at: datetime | None
    customers: int
    staff: int
    joined: int
    left: int


@dataclass(frozen=True, slots=True)
class TagSummary:
    """A tag of the account; ``contacts`` have it now."""

    tag_id: str
    name: str
    group_id: str
    group_name: str
    place: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Relationship:
    """A follow, standing or past; ``tags`` are names."""

    staff_id: str
    since: datetime
    ended_at: datetime | None
    ended_by: str
    transferred_to: str
    way: str
    state: str
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """A contact who stands with a member of staff now; ``tags`` are names."""

    contact_id: str
    since: datetime
    way: str
    state: str
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class GroupMember:
    """The last stay of somebody in a group chat; ``way`` and ``state`` say how they came."""

    member_id: str
    kind: str
    joined_at: datetime
    left_at: datetime | None
    way: str
    invited_by: str
    state: str


@dataclass(frozen=True, slots=True)
class ContactFollows:
    """One contact with everybody who serves or served them, newest first."""

    contact_id: str
    kind: str
    union_id: str
    seen_at: datetime | None
    gone_at: datetime | None
    tags: Sequence[str]
    follows: Sequence[Relationship]


class UnreadablePush(BadInput):
    """A message of type ``push`` that does not say what it should."""

    en = "This push cannot be read: {reason}"
    zh = "无法读取该推送：{reason_zh}"
