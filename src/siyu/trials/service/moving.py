"""What every step of an application has in common: its fact, and its points that are held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.kernel.errors import Conflict
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Confirm, NotPosted, Posted, Release, spent
from siyu.trials.types import Application, Trial


def told(kind: str, one: Application, of: Trial, now: datetime, **said: Any) -> Fact:
    """A step of an application, for the timeline; the name is that of the trial."""
    properties = {"trial": of.id, "application": one.id, **said}
    return Fact(kind, one.customer_id, 0, now, name=of.terms.name, properties=properties)


def hold_key(application_id: int) -> str:
    """Under which the ledger has the hold of an application's points."""
    return f"trial_application:{application_id}"


def give_points_back(conn: Connection, of: Trial, ids: Sequence[int], now: datetime) -> None:
    """Give the points of these applications back to their lots; those that went back by themselves stay as they are."""
    held = _held(conn, of, ids)
    _settled(loyalty.release(conn, [Release(f"{hold_key(one)}:back", hold_id) for one, hold_id in held], now))


def take_points(conn: Connection, of: Trial, ids: Sequence[int], actor: str, now: datetime) -> None:
    """Have the points of these applications be spent; those that went back by themselves stay with their people."""
    held = _held(conn, of, ids)
    to = spent("points")
    _settled(
        loyalty.confirm(conn, [Confirm(f"{hold_key(one)}:spent", hold, to, actor=actor) for one, hold in held], now)
    )


def _held(conn: Connection, of: Trial, ids: Sequence[int]) -> list[tuple[int, int]]:
    """(application, hold), in the order of the applications."""
    if not of.terms.points or not ids:
        return []
    found = loyalty.posted_under(conn, [hold_key(one) for one in ids])
    return [(one, found[hold_key(one)]) for one in sorted(ids)]


def _settled(answers: Sequence[Posted | NotPosted]) -> None:
    """Points that are settled already, because the time of the hold was over, are no reason to stop."""
    for one in answers:
        if not (isinstance(one, NotPosted) and isinstance(one.error, Conflict)):
            loyalty.sure(one)
