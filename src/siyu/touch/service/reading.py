"""Touches as they are shown: why did this person get it, or not?"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.touch.rules.wording import sentences
from siyu.touch.service.deciding import brand_zone
from siyu.touch.store import reading
from siyu.touch.types import Reason, ReasonCount, Touch, TouchState


@dataclass(frozen=True, slots=True)
class PersonTouches:
    """What a person's page shows: what is planned, what comes first first; everything else, newest first.

    Attributes:
        left_alone_until: until then they are not to be disturbed.
        left_alone_because: why not.
        next_before: what follows is asked for with this; ``None``: that was all.
    """

    customer_id: int
    left_alone_until: datetime | None
    left_alone_because: str
    planned: tuple[Touch, ...]
    touches: tuple[Touch, ...]
    next_before: int | None


def touches(
    conn: Connection,
    *,
    programme_id: int | None = None,
    state: TouchState | None = None,
    code: str | None = None,
    purpose: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Touch]:
    """Touches that pass every filter given, newest first; ``before``: only those with a lower id."""
    return reading.page(conn, limit, programme_id=programme_id, state=state, code=code, purpose=purpose, before=before)


def touch_by_key(conn: Connection, key: str) -> Touch | None:
    """The touch that was proposed under a key."""
    return next(iter(reading.page(conn, 1, key=key)), None)


def touches_of(conn: Connection, customer_id: int, *, before: int | None = None, limit: int = 50) -> PersonTouches:
    """Everything of one person with all reasons, and what is planned next.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    found = reading.page(conn, limit, customer_id=living, before=before)
    until, because = reading.left_alone(conn, living)
    return PersonTouches(
        living,
        until,
        because,
        tuple(reading.planned(conn, living)),
        tuple(found),
        found[-1].id if len(found) == limit else None,
    )


def reason_counts(conn: Connection, programme_id: int) -> list[ReasonCount]:
    """How many touches of a programme are in each state for each reason."""
    return reading.counts(conn, programme_id)


def said(reason: Reason) -> tuple[str, str]:
    """A reason in English and Chinese, moments by the brand's clock."""
    return sentences(reason, ZoneInfo(brand_zone()))
