"""The job that makes a rehearsal: some people after others, each piece short, until all were taken through."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.engines.postgres import run
from siyu.journeys import service as journeys
from siyu.journeys.types import AskedRehearsal, Definition, NotPublishable, Rehearsal
from siyu.kernel.errors import Conflict, SiyuError, TryLater

log = structlog.get_logger(__name__)

_FIRST: Final = 4  # people in the first piece
_MOST: Final = 400
_QUICK: Final = 1.0  # seconds; the next piece may be larger
_LONG: Final = 4.0  # seconds for which it holds rows of people at most …
_LONGEST: Final = 30.0  # … and those of a single one
_TRIES: Final = 5


def rehearse(context: Context, rehearsal_id: int, *, ending: Callable[[], bool] = lambda: False) -> None:
    """Make a rehearsal that was asked for, and keep what came of it. Safe to repeat: it begins anew.

    Raises:
        TryLater: the process ends, or others hold what it needs all the time.
    """
    with context.database.transaction() as conn:
        asked = journeys.rehearsal(conn, rehearsal_id)
        definition = journeys.rehearsed_definition(conn, rehearsal_id)
    if asked.state not in ("waiting", "running"):
        return
    result, problem = None, None
    try:
        result = _Rehearsing(context, asked, definition, ending).through()
    except TryLater:
        raise
    except SiyuError as error:
        problem = error.as_json()
    with context.database.transaction() as conn:
        journeys.finish_rehearsal(conn, rehearsal_id, result, problem, context.clock.now())


def give_up(context: Context, conn: Connection, problem: Mapping[str, Any], rehearsal_id: int) -> None:
    """Note that a rehearsal will not be made. Safe to repeat; one that ended in whatever way stays as it is."""
    if journeys.rehearsal(conn, rehearsal_id).state in ("waiting", "running"):
        journeys.finish_rehearsal(conn, rehearsal_id, None, problem, context.clock.now())


@dataclass(slots=True)
class _Rehearsing:
    context: Context
    asked: AskedRehearsal
    definition: Definition
    ending: Callable[[], bool]
    size: int = _FIRST
    parts: list[Rehearsal] = field(default_factory=list)

    def through(self) -> Rehearsal:
        """Everybody, or those who were taken through before it was cancelled."""
        asked, zone = self.asked, ZoneInfo(self.context.settings.brand_zone)
        with self.context.database.transaction() as conn:
            found = journeys.check(conn, self.definition, asked.since, zone)
            if found:
                raise NotPublishable.of(found)
            plan = journeys.plan_rehearsal(
                conn,
                self.context.clickhouse,
                self.definition,
                asked.since,
                asked.until,
                zone,
                asked.most,
                asked.segment_id,
            )
        left = list(plan.people)
        while self._noted(len(plan.people) - len(left), len(plan.people)) and left:
            if self.ending():
                raise TryLater(reason="the process ends.", reason_zh="进程即将退出。", retry_after=5)
            people = left[: self.size]
            part = self._piece(plan, people, zone)
            if part is None and len(people) == 1:
                raise Conflict(
                    reason="one person takes longer than half a minute: rehearse a shorter time.",
                    reason_zh="单个客户的演练超过半分钟，请缩短时间范围。",
                )
            if part is None:
                self.size = len(people) // 2
                continue
            self.parts.append(part)
            del left[: len(people)]
        return journeys.joined(self.parts, plan, asked.since, asked.until)

    def _noted(self, done: int, total: int) -> bool:
        with self.context.database.transaction() as conn:
            return journeys.note_rehearsal(conn, self.asked.id, done, total)

    def _piece(self, plan: journeys.Plan, people: list[int], zone: ZoneInfo) -> Rehearsal | None:
        """These people; ``None`` when they are too many for one piece."""
        for tried in range(_TRIES):
            began = time.monotonic()
            try:
                with self.context.database.transaction() as conn:
                    # Whoever holds what it needs goes first; it is tried again.
                    run(conn, "SET LOCAL lock_timeout TO '5s'")
                    found = journeys.rehearse(
                        conn,
                        self.context.clickhouse,
                        self.definition,
                        self.asked.since,
                        self.asked.until,
                        zone,
                        plan=plan,
                        people=people,
                        going=lambda: time.monotonic() - began < (_LONG if len(people) > 1 else _LONGEST),  # noqa: B023 - called within
                    )
            except (LockNotAvailable, DeadlockDetected):
                log.info("rehearsing.waits", rehearsal=self.asked.id, tried=tried)
                time.sleep(0.2 * (tried + 1))
                continue
            if time.monotonic() - began < _QUICK:
                self.size = min(_MOST, self.size * 2)
            return found
        raise TryLater(reason="others hold what it needs.", reason_zh="所需数据正被占用。", retry_after=30)
