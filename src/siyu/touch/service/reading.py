"""Touches as they are shown: why did this person get it, or not?"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.zone import brand_zone
from siyu.experiments import service as experiments
from siyu.experiments.types import Programme
from siyu.identity import service as identity
from siyu.touch.rules.wording import sentences
from siyu.touch.service.sending import sendings
from siyu.touch.store import reading
from siyu.touch.types import Reason, ReasonCount, Sending, Touch, TouchState


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
    account_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Touch]:
    """Touches that pass every filter given, newest first.

    Args:
        conn: an open transaction.
        programme_id: of this programme.
        state: that are in this state.
        code: for which this reason decided.
        purpose: of this purpose.
        account_id: that go or went out by this account; those of whom that is not decided have none.
        since: proposed then or later.
        until: proposed earlier.
        before: with a lower id.
        limit: so many at most.
    """
    return reading.page(
        conn,
        limit,
        programme_id=programme_id,
        state=state,
        code=code,
        purpose=purpose,
        account_id=account_id,
        since=since,
        until=until,
        before=before,
    )


def programmes(
    conn: Connection, *, before: int | None = None, limit: int = 50
) -> list[tuple[Programme, Sending | None]]:
    """Programmes, newest first, and how each sends; ``None``: it was never held. ``before``: with a lower id."""
    found = experiments.programmes(conn, below=before, limit=limit)
    held = sendings(conn, [one.id for one in found])
    return [(one, held.get(one.id)) for one in found]


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
