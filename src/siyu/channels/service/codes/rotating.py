"""Keeping codes true on the platforms: who serves now, what the platform is told, who gets a mark."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from siyu.channels.rules.schedule import day_began
from siyu.channels.rules.wording import remark
from siyu.channels.service.accounts import account
from siyu.channels.service.codes.checking import check
from siyu.channels.service.codes.counting import enter, leave
from siyu.channels.service.codes.making import made
from siyu.channels.store import code_work
from siyu.channels.store import codes as tables
from siyu.channels.store.code_work import Mark, Work
from siyu.channels.types import Account, Channel, CodeProblem, Contact, Handle, Note, PlatformRefused
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, TryLater, original

log = structlog.get_logger(__name__)

_LEASE: Final = timedelta(minutes=3)
_LOOKS: Final = 200
_WORK: Final = 20
_MARKS: Final = 20
_MARKED_SINCE: Final = timedelta(days=2)
_FINDING: Final = timedelta(seconds=5)  # between looks for people to be marked
_LONGEST_PAUSE: Final = timedelta(hours=1)
_MOST_MARKS: Final = 8  # tries


@dataclass(slots=True)
class Rotation:
    """Does what is due, piece by piece; several may run at once, also in several processes.

    Attributes:
        database: where codes are.
        clock: what time it is.
        zone: of the brand.
        opens: puts the plugin of an account to work.
    """

    database: Database
    clock: Clock
    zone: ZoneInfo
    opens: Callable[[Account], Channel]
    _found_at: datetime | None = field(default=None, init=False)

    def run_once(self) -> int:
        """Do the next piece; how much was done, 0 when nothing is due.

        What the platform refuses is written on the code and tried again, later each time; the others do not notice.
        """
        with self.database.transaction() as conn:
            looked = look(conn, self.clock.now(), self.zone)
        return looked + self._tell() + self._mark() + check(self.database, self.clock, _Plugins(self).of)

    def _tell(self) -> int:
        now = self.clock.now()
        with self.database.transaction() as conn:
            work = code_work.claim_work(conn, now, _LEASE, _WORK)
        plugins = _Plugins(self)
        waiting: dict[int, datetime] = {}
        for one in work:
            # Its platform has just asked for patience; or so much time has passed that soon another may take it.
            later = waiting.get(one.account_id) or (self.clock.now() if self.clock.now() > now + _LEASE / 2 else None)
            if later is not None:
                with self.database.transaction() as conn:
                    code_work.postpone(conn, [one.id], later)
                continue
            try:
                self._tell_one(plugins.of(one.account_id), one)
            except Exception as problem:  # noqa: BLE001 - whatever a plugin does is said on the code
                retry_at = self._note(one, problem)
                if isinstance(problem, TryLater):
                    waiting[one.account_id] = retry_at
        return len(work)

    def _tell_one(self, plugin: Channel, work: Work) -> None:
        """Open, change or close; each step is durable before the next."""
        if work.closing:
            if work.handle.id:
                plugin.close_code(work.handle, work.wanted.kind)
            with self.database.transaction() as conn:
                code_work.closed(conn, work.id, self.clock.now())
                if work.handle.id:
                    leave(conn, plugin.account, work.wanted.kind, self.clock.now())
            return
        handle = work.handle
        if work.told_key != work.wanted_key:
            if handle.id:
                plugin.change_code(handle, work.wanted)
            else:
                handle = self._open(plugin, work)
            with self.database.transaction() as conn:
                code_work.opened(conn, work.id, handle, work.wanted_key)
        picture = None
        if not work.pictured and not handle.url:
            try:
                picture = plugin.code_picture(handle, work.wanted.kind)
            except Exception as problem:  # noqa: BLE001 - the code is open; only this waits for its picture
                self._note(work, problem)
                return
        with self.database.transaction() as conn:
            code_work.settle(conn, work.id, work.wanted_key, picture, self.clock.now())

    def _open(self, plugin: Channel, work: Work) -> Handle:
        """Open it within what the account may have in all; what the platform did not take counts no more."""
        account, kind = plugin.account, work.wanted.kind
        with self.database.transaction() as conn:
            enter(conn, account, kind, self.clock.now())
        try:
            return plugin.open_code(work.wanted)
        except SiyuError as problem:
            if not problem.details.get("unsure"):
                with self.database.transaction() as conn:
                    leave(conn, account, kind, self.clock.now())
            raise

    def _note(self, work: Work, problem: Exception) -> datetime:
        now = self.clock.now()
        attempts = work.attempts + 1
        retry_at = _retry_at(problem, now, attempts)
        said = problem_of(problem, attempts, retry_at)
        log.warning("codes.refused", code_id=work.code_id, number=work.number, code=said.code, error=said.en)
        with self.database.transaction() as conn:
            code_work.fail(conn, work.id, said)
        return retry_at

    def _mark(self) -> int:
        now = self.clock.now()
        with self.database.transaction() as conn:
            if self._found_at is None or now - self._found_at >= _FINDING:
                self._found_at = now
                code_work.note_marks(conn, now - _MARKED_SINCE, now)
            marks = code_work.claim_marks(conn, now, _LEASE, _MARKS)
        plugins = _Plugins(self)
        for mark in marks:
            self._mark_one(plugins, mark)
        return len(marks)

    def _mark_one(self, plugins: "_Plugins", mark: Mark) -> None:
        said, done = None, True
        try:
            plugin = plugins.of(mark.account_id)
            note = self._remark(plugin, mark) if mark.definition.remark else ""
            if tag_ids := mark.definition.platform_tag_ids:
                plugin.mark(mark.staff_id, mark.contact_id, tag_ids, ())
            if note:
                plugin.note(mark.staff_id, mark.contact_id, Note(remark=note))
        except Exception as problem:  # noqa: BLE001 - whatever a plugin does is said at the mark
            attempts = mark.attempts + 1
            said = problem_of(problem, attempts, _retry_at(problem, self.clock.now(), attempts))
            # What was not done by now nobody waits for any more.
            done = attempts >= _MOST_MARKS
            log.warning("codes.not_marked", code_id=mark.code_id, code=said.code, error=said.en, given_up=done)
        with self.database.transaction() as conn:
            code_work.end_mark(conn, mark, self.clock.now(), said, done=done)

    def _remark(self, plugin: Channel, mark: Mark) -> str:
        """The name is asked for here: it is personal, and nobody keeps it in clear."""
        pattern, name = mark.definition.remark, ""
        if "{name}" in pattern:
            name = next((one.name for one in plugin.read("contact", [mark.contact_id]) if isinstance(one, Contact)), "")
        came = mark.came_at.astimezone(self.zone).strftime("%m%d")
        return remark(pattern, {"name": name, "store": mark.definition.store, "date": came})


@dataclass(slots=True)
class _Plugins:
    """One plugin an account, for one piece of work."""

    rotation: Rotation
    _open: dict[int, Channel] = field(default_factory=dict)

    def of(self, account_id: int) -> Channel:
        if account_id not in self._open:
            one = self.rotation
            with one.database.transaction() as conn:
                found = account(conn, account_id)
            self._open[account_id] = one.opens(found)
        return self._open[account_id]


def look(conn: Connection, now: datetime, zone: ZoneInfo) -> int:
    """See who serves, for the codes for which it is time; how many were looked at. Safe to repeat.

    The platform is told only where that has changed.
    """
    due = code_work.claim_looks(conn, now, _LOOKS)
    if not due:
        return 0
    able: Mapping[int, set[str]] = tables.able_staff(conn, {one.account_id for one in due})
    began = day_began(now, zone)
    got = code_work.got_since(conn, [one.id for one in due], {one.id: began for one in due})
    written = {
        one.id: made(
            one.wanted.kind,
            one.name,
            one.definition,
            now,
            zone,
            got=got.get(one.id, {}),
            able=able[one.account_id],
            before=one.wanted,
        )
        for one in due
    }
    if changed := code_work.write_looks(conn, written):
        tables.unsettle(conn, changed, now)
    return len(due)


def problem_of(problem: Exception, attempts: int, retry_at: datetime) -> CodeProblem:
    """What is said on the code."""
    if isinstance(problem, PlatformRefused):
        return CodeProblem(str(problem.errcode), problem.message, problem.message_zh, attempts, retry_at)
    if isinstance(problem, TryLater):  # its own sentence speaks to who sent something
        reason, reason_zh = str(problem.details["reason"]), str(problem.details["reason_zh"])
        return CodeProblem(problem.code, reason, reason_zh, attempts, retry_at)
    if isinstance(problem, SiyuError):
        return CodeProblem(problem.code, problem.message, problem.message_zh, attempts, retry_at)
    said = f"{type(problem).__name__}: {problem}"[:300]
    return CodeProblem(type(problem).__name__, said, f"处理时出错{original(said)}。", attempts, retry_at)


def _retry_at(problem: Exception, now: datetime, attempts: int) -> datetime:
    """Twice as late each time, at least as late as the platform asks."""
    pause = min(timedelta(seconds=15 * 2 ** min(attempts - 1, 10)), _LONGEST_PAUSE)
    return now + (max(pause, problem.wait) if isinstance(problem, TryLater) else pause)
