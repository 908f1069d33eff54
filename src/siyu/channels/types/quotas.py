"""Taking from quotas, and what is left of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from siyu.channels.types.declared import Subject, Window


@dataclass(slots=True)
class Wanted:
    """One intended use of an account's quotas, which is allowed by all of them or not at all. Not frozen, because there are
    so many.

    Attributes:
        key: the caller's, to know the answer by.
        names: ways of the channel (each stands for its quotas), or quotas.
        subject_id: the customer or group that it reaches, or the member of staff where the way reaches staff.
        staff_id: in whose name; needed where a quota is that of each member of staff.
        count: how much of each quota it takes.
        details: those of the item; a quota may count apart by one of them (:attr:`Quota.by`).
    """

    key: str
    names: tuple[str, ...]
    subject_id: str
    staff_id: str = ""
    count: int = 1
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What was taken from one quota. Not frozen, because there are so many.

    Attributes:
        at: when the window began; of 24 hours when they are over; of a grant when it ends, ``None`` for one without an
            end.
    """

    quota: str
    window: Window
    subject: Subject
    subject_id: str
    at: datetime | None
    count: int


class Reservation(NamedTuple):
    """Everything that was wanted is taken. A tuple, because there are so many."""

    key: str
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was taken, because this quota has not enough left; of several, the one that is free again last.

    Attributes:
        subject_id: whose allowance it is; empty for the account's.
        used: of ``limit``, in the running window or of what was granted.
        free_at: when the window ends; ``None`` when only an act of the person opens it again.
        en, zh: the quota as people call it.
    """

    key: str
    quota: str
    window: Window
    subject: Subject
    subject_id: str
    used: int
    limit: int
    free_at: datetime | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How a quota stands in its running window.

    Attributes:
        since, until: the window; ``None`` where grants open it, and of the 24 hours that go with the time.
        limit: so many in a window, of each subject; 0 for grants that have none.
        used: by all subjects together.
        left: of the account's own quota, or of all that is granted; ``None`` where each subject has its own.
        subjects: how many subjects used some of it; of grants, how many have some left.
        full: how many of them have nothing left.
        shared: so much of each subject's allowance went with what reached everybody.
    """

    quota: str
    en: str
    zh: str
    subject: Subject
    window: Window
    since: datetime | None
    until: datetime | None
    limit: int
    used: int
    left: int | None
    subjects: int
    full: int
    shared: int = 0
