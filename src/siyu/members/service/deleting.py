"""Deletions that members ask for: they wait for some days, in which they can be taken back, and then are carried out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.identity import service as identity
from siyu.identity.types import IdentifierKey
from siyu.kernel.errors import Conflict
from siyu.members.store import answers, codes, sessions
from siyu.members.store import deletions as tables
from siyu.members.types import Deletion, Member

_PIECE: Final = 1000
_ANSWERS_KEPT: Final = timedelta(days=7)
_CODES_KEPT: Final = timedelta(days=2)
# A platform's sign-in counts for seven days: for so long it is known which of them has opened a session.
_SESSIONS_KEPT: Final = timedelta(days=8)


def deletion_of(conn: Connection, member: Member) -> Deletion | None:
    """What a member asked to have deleted and was not yet."""
    return tables.open_of(conn, member.customer_id)


def ask_deletion(conn: Connection, member: Member, now: datetime, *, after: timedelta) -> Deletion:
    """Have what is known of a member deleted when ``after`` is over. Audited. Safe to repeat: the first time counts."""
    identity.hold_people(conn, alone=False)
    new = tables.ask(conn, member.customer_id, now, now + after)
    found = tables.open_of(conn, member.customer_id)
    assert found is not None
    if new:
        _note(conn, member.actor, "member.deletion_asked", member.customer_id, now, due_at=found.due_at.isoformat())
    return found


def take_deletion_back(conn: Connection, member: Member, now: datetime) -> None:
    """Have nothing deleted after all. Audited.

    Raises:
        Conflict: nothing waits to be deleted.
    """
    identity.hold_people(conn, alone=False)
    if not tables.take_back(conn, member.customer_id, now):
        raise Conflict(reason="nothing waits to be deleted.", reason_zh="没有待处理的注销申请。")
    _note(conn, member.actor, "member.deletion_taken_back", member.customer_id, now)


def due_deletions(conn: Connection, now: datetime, limit: int = 100) -> list[Deletion]:
    """Those whose time has come."""
    return tables.due(conn, now, limit)


def hold_deletion(conn: Connection, deletion_id: int) -> Deletion | None:
    """One that is still to be carried out, locked; ``None`` when it is done or was taken back meanwhile."""
    return tables.lock(conn, deletion_id)


def finish_deletion(
    conn: Connection, deletion: Deletion, identifiers: Sequence[IdentifierKey], actor: str, now: datetime
) -> None:
    """Say that everything was deleted: sessions of these identifiers end, and codes of these phones are gone. Audited."""
    sessions.end_of(conn, list(identifiers), now)
    codes.forget_phones(conn, [key.value for key in identifiers if key.type == "phone"])
    tables.finish(conn, deletion.id, now)
    _note(conn, actor, "member.deleted", deletion.customer_id, now, asked_at=deletion.asked_at.isoformat())


def regroup_deletions(conn: Connection, merged: Sequence[tuple[int, int]], now: datetime) -> None:
    """After merges: what one of them asked for is asked for the one who stays.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
        now: the present.
    """
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()), now)


def forgetting(now: datetime) -> Iterator[tuple[str, Callable[[Connection], int]]]:
    """What is kept no longer, each as a name and what deletes some of it and says how many; until that is none."""
    yield "answers", partial(answers.forget, before=now - _ANSWERS_KEPT, limit=_PIECE)
    yield "codes", partial(codes.forget, before=now - _CODES_KEPT, limit=_PIECE)
    yield "sessions", partial(sessions.forget, before=now - _SESSIONS_KEPT, limit=_PIECE)


def _note(conn: Connection, actor: str, action: str, customer_id: int, now: datetime, **details: str) -> None:
    access.record(conn, actor=actor, action=action, target=f"customer:{customer_id}", details=details, now=now)
