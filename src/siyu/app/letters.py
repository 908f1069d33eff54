"""Dead letters of one kind, put back into the queue or given up: there may be a million of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from siyu.app import imports
from siyu.app.context import Context
from siyu.engines import jobs
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.intake import service as intake
from siyu.intake.types import LettersOf, Settling
from siyu.kernel.errors import TryLater

log = structlog.get_logger(__name__)

SETTLE: Final = "intake.settle_letters"  # name of the job


def record(context: Context, conn: Connection, principal: Principal, how: Settling, count: int, **which: Any) -> None:
    """Put into the audit that somebody settled so many."""
    action = "dead_letters.replayed" if how == "replayed" else "dead_letters.discarded"
    details = {"count": count, **{name: value for name, value in which.items() if value is not None}}
    now = context.clock.now()
    access.record(conn, actor=principal.actor, action=action, target="intake", details=details, now=now)


def ask(context: Context, conn: Connection, principal: Principal, how: Settling, of: LettersOf) -> int:
    """Have a job settle all that are of this kind now; return how many are open. Audited.

    Raises:
        NotAllowed: without the right ``intake.manage``.
    """
    count, asked = begin(context, conn, principal, how, of)
    if count:
        which = {"source_id": asked.source_id, "code": asked.code, "up_to": asked.up_to}
        jobs.defer(conn, SETTLE, {"how": how, **which}, queue=jobs.LONG)
    return count


def begin(
    context: Context, conn: Connection, principal: Principal, how: Settling, of: LettersOf
) -> tuple[int, LettersOf]:
    """Note who settles what is of this kind now, without what dies from now on. Audited.

    Raises:
        NotAllowed: without the right ``intake.manage``.
    """
    access.require(principal, "intake.manage")
    asked = replace(of, up_to=intake.last_dead_letter(conn))
    count = intake.count_letters_of(conn, asked)
    record(context, conn, principal, how, count, source_id=of.source_id, code=of.code)
    return count, asked


def settle(
    context: Context,
    how: Settling,
    of: LettersOf,
    *,
    ending: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Settle them in pieces, each in a transaction of its own; what is put back waits until the queue has room for it.

    Safe to repeat: what is settled is no longer open.

    Args:
        context: open engines.
        how: what becomes of them.
        of: which.
        ending: whether the process ends.
        progress: hears after each piece how many were settled so far.

    Returns:
        how many were settled; the door refuses the others of them still.

    Raises:
        TryLater: the process ends; another goes on with what is left.
    """
    done, after = 0, 0
    while not ending():
        if how == "replayed":
            imports.wait_for_room(context, ending)
        with context.database.transaction() as conn:
            count, last = intake.settle_piece(conn, how, of, after, context.clock.now())
        if last is None:
            log.info("letters.settled", how=how, count=done)
            return done
        done, after = done + count, last
        progress(done)
    raise TryLater(reason="the process ends.", reason_zh="进程即将退出。", retry_after=5)
