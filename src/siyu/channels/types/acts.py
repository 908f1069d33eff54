"""What operators asked to be done on a platform, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


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
