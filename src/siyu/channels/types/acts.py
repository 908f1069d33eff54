"""What operators asked to be done on a platform, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class MarkWanted:
    """Tags for one contact, by their ids.

    Attributes:
        staff_id: in whose name; empty: of those who have the contact, the one who came last.
    """

    contact_id: str
    staff_id: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """One of them as it is kept.

    Attributes:
        code: of the platform, where it refused.
        tries: how often it broke for no reason of the platform's.
    """

    id: int
    account_id: int
    order_id: int
    staff_id: str
    contact_id: str
    adds: Sequence[str]
    removes: Sequence[str]
    state: Literal["waiting", "done", "failed"]
    code: int
    reason: str
    reason_zh: str
    tries: int
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class MarkOrder:
    """Marks that were asked for together, and how many of them are how far."""

    id: int
    actor: str
    asked_at: datetime
    total: int
    waiting: int
    done: int
    failed: int


HandoverKind = Literal["contact", "group"]
HandoverState = Literal["asked", "sending", "waiting", "done", "refused", "limit", "failed"]


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A customer or a group that goes from one member of staff to another.

    Attributes:
        giver_left: the giver is no more.
        said: what the customer is told.
        state: ``asked``: the platform is not asked yet; ``sending``: it is being asked; ``waiting``: it took it, and the
            customer may refuse; ``done``, ``refused``, ``limit``, ``failed``.
        code: of the platform, where it refused.
        taken: from quotas.
        tries: how often it was asked about without an answer.
    """

    id: int
    account_id: int
    kind: HandoverKind
    subject_id: str
    giver: str
    taker: str
    giver_left: bool
    said: str
    actor: str
    state: HandoverState
    code: int
    reason: str
    reason_zh: str
    taken: Sequence[Mapping[str, Any]]
    asked_at: datetime
    sent_at: datetime | None
    due_at: datetime
    tries: int
    ended_at: datetime | None


DeliveryState = Literal["ready", "sending", "waits_for_staff", "sent", "refused", "held"]


class Delivery(NamedTuple):
    """What becomes of one item that was given to :func:`siyu.channels.service.deliver`. A tuple, because there are so many.

    Attributes:
        state: ``ready``: it is sent behind this transaction; ``sending``: it is being sent, or nobody knows yet whether it
            was; ``waits_for_staff``: a member has to confirm; ``sent``; ``refused`` for good; ``held``: a quota has no room,
            nothing is kept, and the same key may come again.
        handle: of the platform.
        code: of the platform, where it refused.
        result: what the platform says of this one in the end: ``sent``, ``no_friend``, ``capped``, ``left_out`` by the member,
            ``declined`` by the member who was to say it themselves, ``cancelled``, ``unconfirmed`` when nobody did in time,
            or ``failed`` with the platform's own word as reason;
            ``partly``: of those that one call was for it reached some, the reason says how many, and nobody knows whom;
            ``late``: it could not be handed to the platform in the time that was given for it.
        retry_at: when there is room again, with ``held``; ``None`` when only an act of the person makes it.
    """

    key: str
    way: str
    subject_id: str
    staff_id: str
    state: DeliveryState
    handle: str = ""
    code: int = 0
    reason: str = ""
    reason_zh: str = ""
    result: str = ""
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    retry_at: datetime | None = None


class Address(NamedTuple):
    """Where a customer is reached. A tuple, because there are so many.

    Attributes:
        subject_id: in the platform's words.
        staff_id: the member of staff in whose name; empty where the account itself speaks.
    """

    subject_id: str
    staff_id: str


@dataclass(frozen=True, slots=True)
class StaffTask:
    """What members of staff were asked to confirm on the platform, and how far it is.

    Attributes:
        handle: of the platform.
        state: ``open``, ``done`` when everybody has confirmed, ``cancelled``, or ``expired``: it is not asked about any more.
        staff, confirmed: how many were asked, and did.
        total: how many customers or groups it is for; of them ``sent``, ``no_friend``, ``capped``; the rest waits.
        reminded: when the staff were reminded.
        liked, commented: how many contacts did so with what was published, where the platform tells it.
    """

    handle: str
    way: str
    state: Literal["open", "done", "cancelled", "expired"]
    object_id: str
    asked_at: datetime
    ended_at: datetime | None
    reminded: Sequence[datetime]
    staff: int
    confirmed: int
    total: int
    sent: int
    no_friend: int
    capped: int
    liked: int
    commented: int


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of a task for one customer or group; ``result`` as in :class:`Delivery`, empty while it waits."""

    id: int
    subject_id: str
    staff_id: str
    result: str
    reason: str
    reason_zh: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffConfirmation:
    """A member of staff in a task, with when they confirmed."""

    staff_id: str
    confirmed_at: datetime | None
