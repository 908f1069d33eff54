"""Asks the platforms and mirrors what they show: what pushes spoke of, at once; everything, at night and on demand.

No transaction waits for a platform. docs/decisions/0017-channels-are-mirrored.md.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, Protocol

import structlog

from siyu.app.context import Context
from siyu.app.outward import outward
from siyu.channels import service as channels
from siyu.channels.service import Desk
from siyu.channels.types import Account, Channel, Mirrored, ObjectKind, Reread, Seen, Walk
from siyu.engines.postgres import Database, run
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, TryLater, original

log = structlog.get_logger(__name__)

_LOCK: Final = 0x5159_5530
_AT_ONCE: Final = 100  # rereads claimed together
_ENOUGH: Final = 3  # refusals in a row, one object at a time: it is not the objects
_LONGEST_WAIT: Final = timedelta(hours=1)
_AFTER_THE_END: Final = 5


class Opens(Protocol):
    """Puts the plugin of an account to work."""

    def __call__(self, account: Account) -> Channel: ...


def opener(database: Database, clock: Clock) -> Opens:
    """The installed plugins, with real ports."""
    return lambda account: channels.open_account(database, account, clock, outward())


@dataclass(slots=True)
class Syncing:
    """Reads again what pushes spoke of. Several may run at once, in threads and processes.

    Attributes:
        database: of the mirror.
        clock: what time it is.
        opens: puts plugins to work.
    """

    database: Database
    clock: Clock
    opens: Opens
    _refused: dict[int, int] = field(default_factory=dict)

    def run_once(self) -> int:
        """Read what is due and mirror it; return how many objects were claimed, 0 when none is due.

        What is read is mirrored and done in one transaction. What cannot be read is put off and then read alone, so that
        it does not hold up others; what one account's platform refuses is noted there, and other accounts go on.
        """
        with self.database.transaction() as conn:
            claimed = channels.claim_rereads(conn, self.clock.now(), _AT_ONCE)
            accounts = {one.id: one for one in channels.accounts(conn)} if claimed else {}
        self._refused.clear()
        for account_id, kind, rows in _batches(claimed):
            self._read(accounts[account_id], kind, rows)
        return len(claimed)

    def _read(self, account: Account, kind: ObjectKind, rows: Sequence[Reread]) -> None:
        began = self.clock.now()
        if self._refused.get(account.id, 0) >= _ENOUGH:
            self._put_off(rows, account, kind, timedelta(minutes=1))
            return
        try:
            seen = self.opens(account).read(kind, [row.object_id for row in rows])
            with self.database.transaction() as conn:
                channels.mirror(conn, account, seen, began, heard=True)
                channels.finish_rereads(conn, rows)
                channels.note_reading(conn, account.id, began)
        except TryLater as later:
            self._put_off(rows, account, kind, min(_LONGEST_WAIT, later.wait))
        except Exception as error:
            if len(rows) == 1:
                self._refused[account.id] = self._refused.get(account.id, 0) + 1
            problem = _problem(error)
            log.warning(
                "syncing.failed",
                account=account.id,
                kind=kind,
                objects=len(rows),
                code=problem["code"],
                exc_info=not isinstance(error, SiyuError),
            )
            with self.database.transaction() as conn:
                channels.put_off_rereads(conn, rows, self.clock.now())
                channels.note_reading(conn, account.id, self.clock.now(), problem)
        else:
            self._refused[account.id] = 0

    def _put_off(self, rows: Sequence[Reread], account: Account, kind: ObjectKind, wait: timedelta) -> None:
        log.info("syncing.later", account=account.id, kind=kind, objects=len(rows), seconds=wait.total_seconds())
        with self.database.transaction() as conn:
            channels.put_off_rereads(conn, rows, self.clock.now(), wait=wait)


def _batches(claimed: Sequence[Reread]) -> Iterator[tuple[int, ObjectKind, list[Reread]]]:
    """By account and kind; what could not be read before comes last and alone."""
    fresh = [row for row in claimed if not row.tries]
    for (account_id, kind), rows in groupby(fresh, key=lambda row: (row.account_id, row.kind)):
        yield account_id, kind, list(rows)
    for row in claimed:
        if row.tries:
            yield row.account_id, row.kind, [row]


def reconcile(
    context: Context, account_id: int, opens: Opens | None = None, *, ending: Callable[[], bool] = lambda: False
) -> Walk | None:
    """Read everything that an account may see and mirror it; one process at a time.

    Goes on where an interrupted one stopped; each piece is durable with the cursor behind it. What a complete list lacks
    has ended; what could not be seen is in the report and has not. A walk that the platform refuses has failed, and the
    next begins anew. When ``ending`` says that this process ends, the walk stays where it is.

    Returns:
        the walk as it ended; ``None`` when the account is paused or no more, or another process is at it.

    Raises:
        TryLater: the platform cannot answer now, or the process ends; the walk stays where it is.
    """
    with context.database.transaction() as conn:
        account = next((one for one in channels.accounts(conn) if one.id == account_id), None)
    if account is None or account.state == "paused":
        return None
    return _reconcile(context, account, opens or opener(context.database, context.clock), ending)


def _reconcile(context: Context, account: Account, opens: Opens, ending: Callable[[], bool]) -> Walk | None:
    database, clock = context.database, context.clock
    with alone(database, _LOCK, account.id) as held:
        if not held:
            log.info("reconcile.under_way", account=account.id)
            return None
        with database.transaction() as conn:
            walk = channels.begin_walk(conn, account.id, clock.now())
        problem: dict[str, Any] | None = None
        try:
            with closing(_pieces(opens(account), walk.cursor, clock)) as pieces:
                for began, seen, cursor in pieces:
                    with database.transaction() as conn:
                        # What a crash would take goes with the cursor behind it, and is read again.
                        run(conn, "SET LOCAL synchronous_commit TO off")
                        hidden = [(one["kind"], one["id"]) for one in walk.unseen]
                        done = channels.mirror(conn, account, seen, began, began=walk.began_at, unseen=hidden)
                        walk = channels.move_walk(conn, walk, cursor, done, clock.now())
                    _go_on(ending)
        except TryLater:
            raise
        except SiyuError as error:
            problem = _problem(error)
            log.warning("reconcile.refused", account=account.id, code=error.code)
        except Exception as error:  # the job comes back, to the piece that broke
            with database.transaction() as conn:
                channels.note_reading(conn, account.id, clock.now(), _problem(error))
            raise
        unheard = [] if problem else channels.unheard_deletions(Desk(database, clock, opens), account, clock.now())
        if not problem:
            channels.keep_staff_days(Desk(database, clock, opens), account, clock.now())
        with database.transaction() as conn:
            if unheard:
                notes = [{"kind": u.kind, "id": u.id, "reason": u.reason, "reason_zh": u.reason_zh} for u in unheard]
                walk = channels.move_walk(conn, walk, walk.cursor, Mirrored(unseen=notes), clock.now())
            channels.count_codes(conn, account, clock.now())
            channels.end_walk(conn, walk, clock.now(), problem)
            channels.note_reading(conn, account.id, clock.now(), problem)
            walk = channels.walk(conn, account.id, walk.id)
    log.info("reconcile.ended", account=account.id, state=walk.state, unseen=len(walk.unseen), counts=walk.counts)
    return walk


def _go_on(ending: Callable[[], bool]) -> None:
    if ending():
        raise TryLater(reason="this process ends.", reason_zh="进程即将退出。", retry_after=_AFTER_THE_END)


def _pieces(channel: Channel, cursor: str, clock: Clock) -> Generator[tuple[datetime, Sequence[Seen], str], None, None]:
    """Each piece with the moment at which its reading began. The next one is read while this one is mirrored."""
    pieces = channel.walk(cursor)

    def read() -> tuple[datetime, Sequence[Seen], str] | None:
        began = clock.now()
        piece = next(pieces, None)
        return None if piece is None else (began, *piece)

    with ThreadPoolExecutor(1, thread_name_prefix="reconcile") as ahead:
        coming = ahead.submit(read)
        while (piece := coming.result()) is not None:
            coming = ahead.submit(read)
            yield piece


def ask_all(context: Context) -> None:
    """Nightly: have every active account reconciled."""
    with context.database.transaction() as conn:
        for account in channels.accounts(conn):
            if account.state == "active":
                channels.ask_reconcile(conn, account)


def end_ties(context: Context, account_id: int, *, ending: Callable[[], bool] = lambda: False) -> int:
    """End what stands with an account that was deleted, a piece a transaction; returns how much that was. Safe to repeat.

    Raises:
        TryLater: a reconcile of the account is still under way, or the process ends.
    """
    ended = 0
    with alone(context.database, _LOCK, account_id) as held:
        if not held:
            raise TryLater(reason="a reconcile is under way.", reason_zh="对账进行中。", retry_after=_AFTER_THE_END)
        while True:
            with context.database.transaction() as conn:
                count = channels.end_ties(conn, account_id, context.clock.now())
            ended += count
            if not count:
                break
            _go_on(ending)
    log.info("ending.ended", account=account_id, ended=ended)
    return ended


@contextmanager
def alone(database: Database, lock: int, account_id: int) -> Iterator[bool]:
    """A lock that outlives the transactions of the pieces, or ``False``. Whoever dies gives it back with the connection;
    who ends gives it back at once, because on a busy machine the server takes a while to notice that one was closed.
    """
    with database.raw() as connection:
        found = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (lock, account_id)).fetchone()
        held = bool(found and found[0])
        try:
            yield held
        finally:
            if held and not connection.broken:
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", (lock, account_id))


def _problem(error: Exception) -> dict[str, Any]:
    if isinstance(error, SiyuError):
        return error.as_json()
    said = type(error).__name__  # what it says may hold personal data
    return {
        "code": said,
        "message": f"The plugin or the mirror broke: {said}; the log has more.",
        "message_zh": f"插件或镜像处理出错{original(said)}，详情见日志。",
        "details": {},
    }
