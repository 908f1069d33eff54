"""Calls of a platform at our door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyu.channels.types.declared import Grant
from siyu.channels.types.seen import ObjectKind
from siyu.kernel.errors import SiyuError

Hint = tuple[ObjectKind, str]
# The handle of an entry code, and what was said of it: ``unavailable``, or nothing.
CodeHint = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A call of the platform at our door, as it came."""

    method: Literal["GET", "POST"]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Departure:
    """A tie ended, as a push says: who ended it is told by nothing else.

    Attributes:
        by: ``staff``, ``customer`` or ``transfer``.
    """

    staff_id: str
    contact_id: str
    by: Literal["staff", "customer", "transfer"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody has just come and may be greeted.

    Attributes:
        code: allows one greeting.
        until: it lives so long.
        state: what the entry code carried.
    """

    staff_id: str
    contact_id: str
    code: str = field(repr=False)
    until: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Somebody who was there already came through an entry code: nothing began, but it says where they are.

    Attributes:
        state: what the entry code carried.
    """

    contact_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a sending, as the platform tells later.

    Attributes:
        handle: of :class:`~siyu.channels.types.Sent`.
        subject_id: whom it was for; empty for a sending to many.
        ok: it was sent, at least to some.
        said: the platform's own word for it, or how many it reached.
        said_zh: the same for operators; empty where the platform's own word stands for both.
        partly: it reached only some of those that it was for, and nobody says whom.
    """

    handle: str
    subject_id: str
    ok: bool
    said: str = ""
    said_zh: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Somebody wants no more of what is sent to them: they blocked the account, or forbade the messages of a template.

    Attributes:
        template_id: which they forbade; empty: they blocked the account.
    """

    contact_id: str
    template_id: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something was said to an account of customer service; what, is to be read.

    Attributes:
        service_id: of the account, on the platform.
        token: makes the reading cheaper while it lives.
        until: it lives so long.
    """

    service_id: str
    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """What a push says, checked and decrypted.

    Attributes:
        id: the same for the same push; a repeat is recognised by it.
        event: the platform's name of it.
        at: when, as the platform says.
        hints: what should be read again.
        departures: ties that ended.
        arrival: somebody who may be greeted.
        scan: somebody who came through an entry code, and is there already.
        grants: what the person's act allows.
        reports: what became of earlier sendings.
        spoken: conversations in which something was said.
        unwanted: who wants no more of what is sent to them.
        codes: entry codes that should be read again.
        ailing: something became of the account itself, which its health should say.
    """

    id: str
    event: str
    at: datetime
    hints: tuple[Hint, ...] = ()
    departures: tuple[Departure, ...] = ()
    arrival: Arrival | None = None
    grants: tuple[Grant, ...] = ()
    reports: tuple[Report, ...] = ()
    scan: Scan | None = None
    spoken: tuple[Spoken, ...] = ()
    unwanted: tuple[Unwanted, ...] = ()
    codes: tuple[CodeHint, ...] = ()
    ailing: bool = False


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What the door answers; ``push`` is made durable first, when there is one."""

    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    push: Push | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What came to the door of an account from the platform.

    Attributes:
        good_at: the last call that was the platform's: a push, or a try of the address.
        refused_at: the last call that was refused.
        refusals: how many were refused since the last good one, at least.
        reason, reason_zh: why the last one was.
    """

    good_at: datetime | None = None
    refused_at: datetime | None = None
    refusals: int = 0
    reason: str = ""
    reason_zh: str = ""


class PushRefused(SiyuError):
    """A push that is not the platform's, not for this account, or too old."""

    status = 403
    en = "This push is refused: {reason}"
    zh = "已拒绝该回调：{reason_zh}"
