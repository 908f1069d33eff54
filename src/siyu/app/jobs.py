"""Jobs and when they run."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

import procrastinate
import structlog
from sqlalchemy import Connection

from siyu.app import (
    checking,
    drawing,
    exports,
    forgetting,
    guarding,
    imports,
    ledger,
    letters,
    lifetime,
    membership,
    paying,
    recognising,
    rehearsing,
    rewards,
    segmenting,
    syncing,
    trying,
)
from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.channels import service as channels
from siyu.engines.jobs import LONG, SHORT, SILENT, Abandoned, begin_nights, defer, forget_over, revive, suspects
from siyu.engines.postgres import Database, savepoint
from siyu.intake import service as intake
from siyu.intake.types import LettersOf, Settling
from siyu.journeys import service as journeys
from siyu.kernel.errors import EngineProblem, SiyuError, described
from siyu.timeline import service as timeline
from siyu.touch import service as touch

log = structlog.get_logger(__name__)

Ending = Callable[[], bool]
Work = Callable[[Context, Ending], object]
Problem = Mapping[str, Any]

# By the status of an error: whoever asked has to change something first. A conflict and a limit of a moment pass by themselves.
_WRONG: Final = frozenset(range(400, 500)) - {409, 429}


def _nobody_looks(*_: object, **__: object) -> None:
    """What comes of it is seen by what it changed."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What is done when it is asked for, and again when the worker that did it has died: what is done already is not done again.

    Attributes:
        work: is given what was asked with. What takes long stops at its next piece when the process ends, and is gone on with
            later.
        attempts: so many, with pauses that grow, before it has failed; one where what it was asked for is wrong.
        give_up: says, where people look for what comes of it, that nothing will: in this transaction, with this problem, of what
            was asked with. Safe to repeat.
    """

    name: str
    work: Callable[..., object]
    attempts: int = 8
    give_up: Callable[..., None] = _nobody_looks


@dataclass(frozen=True, slots=True)
class _Periodic:
    """What is done again and again, by one process at a time.

    Attributes:
        when: as cron has it, in UTC.
        queue: short jobs do not wait for those in the one for long ones.
    """

    name: str
    when: str
    work: Work
    queue: str = SHORT


@dataclass(frozen=True, slots=True)
class _Nightly:
    """What is done once a night; at the next start where nobody was there in the night.

    Attributes:
        at: on the brand's clock.
    """

    name: str
    at: time
    work: Work
    queue: str = LONG


def _forget_old(context: Context, ending: Ending) -> None:
    settings = context.settings
    with context.database.transaction() as conn:
        now = context.clock.now()
        intake.keep_seen(conn, now, settings.intake_dedup_days)
        intake.fold_arrivals(conn, now)
        channels.forget_welcomes(conn, now)
        channels.fold_tallies(conn)
        journeys.fold_passages(conn, now)
    imports.forget_files(context)
    in_pieces(
        context,
        intake.forgetting(now, letters_days=settings.intake_letters_days, rejects_days=settings.intake_rejects_days),
        ending,
    )


def _squash_aliases(context: Context, _: Ending) -> None:
    with context.database.transaction() as conn:
        timeline.squash(conn, context.clickhouse, context.clock.now())


def _desk(context: Context) -> channels.Desk:
    return channels.Desk(context.database, context.clock, syncing.opener(context.database, context.clock))


def _import(context: Context, _: Ending, import_id: int) -> None:
    run = imports.run_upload(context, import_id)
    if run is not None:
        log.info("import.done", **imports.describe(run))


def _begin_nights(context: Context, _: Ending) -> None:
    nightly = {one.name: one for one in _NIGHTLY}
    times, zone = {name: one.at for name, one in nightly.items()}, ZoneInfo(context.settings.brand_zone)
    with context.database.transaction() as conn:
        for name in begin_nights(conn, times, context.clock.now(), zone):
            defer(conn, name, {}, once=name, queue=nightly[name].queue)


def _forget_over(context: Context, _: Ending) -> None:
    with context.database.transaction() as conn:
        forget_over(conn, context.clock.now())


def _settle(context: Context, ending: Ending, how: Settling, **of: Any) -> None:
    letters.settle(context, how, LettersOf(**of), ending=ending)


_ASKED: Final = (
    _Job(imports.IMPORT, _import, 5, imports.give_up),
    _Job(letters.SETTLE, _settle),
    _Job(exports.EXPORT, lambda context, _, export_id: exports.write(context, export_id), 3, exports.give_up),
    _Job(segmenting.EVALUATE, lambda context, _, segment_id: segmenting.evaluate(context, segment_id)),
    _Job(
        channels.RECONCILE,
        lambda context, ending, account_id: syncing.reconcile(context, account_id, ending=ending),
    ),
    _Job(channels.END_TIES, lambda context, ending, account_id: syncing.end_ties(context, account_id, ending=ending)),
    _Job(
        journeys.REHEARSE,
        lambda context, ending, rehearsal_id: rehearsing.rehearse(context, rehearsal_id, ending=ending),
        give_up=rehearsing.give_up,
    ),
)
_PERIODIC: Final = (
    _Periodic(drawing.JOB, "* * * * *", lambda context, ending: drawing.keep(context, ending=ending)),
    _Periodic(paying.JOB, "* * * * *", lambda context, ending: paying.look_after(context, ending=ending)),
    _Periodic(trying.JOB, "* * * * *", lambda context, ending: trying.keep(context, ending=ending)),
    _Periodic(checking.JOB, "*/5 * * * *", lambda context, ending: checking.check_all(context, ending=ending)),
    _Periodic(guarding.JOB, "*/5 * * * *", lambda context, ending: guarding.guard_all(context, ending=ending)),
    _Periodic(ledger.JOB, "*/5 * * * *", lambda context, ending: ledger.keep(context, ending=ending)),
    _Periodic(rewards.JOB, "*/5 * * * *", lambda context, ending: rewards.keep(context, ending=ending)),
    _Periodic("jobs.nightly", "2-57/5 * * * *", _begin_nights),
    _Periodic("touch.staff", "*/10 * * * *", lambda context, _: touch.look_after_staff(_desk(context))),
    _Periodic("intake.forget_seen", "7 * * * *", _forget_old),
    _Periodic("channels.upload_again", "12 * * * *", lambda context, _: channels.upload_again(_desk(context)), LONG),
    _Periodic("jobs.forget", "22 * * * *", _forget_over),
    _Periodic("exports.forget", "37 * * * *", lambda context, _: exports.forget(context)),
    _Periodic(membership.JOB, "52 * * * *", lambda context, ending: membership.forget_members(context, ending=ending)),
)
_NIGHTLY: Final = (
    _Nightly("channels.reconcile_all", time(2, 47), lambda context, _: syncing.ask_all(context), SHORT),
    _Nightly(ledger.VERIFY, time(3, 7), lambda context, _: ledger.verify_nightly(context)),
    _Nightly("timeline.squash", time(3, 17), _squash_aliases),
    _Nightly(forgetting.JOB, time(3, 27), lambda context, ending: forgetting.forget_channels(context, ending=ending)),
    _Nightly(lifetime.REFIT, time(3, 37), lambda context, _: lifetime.refit(context)),
    _Nightly(recognising.JOB, time(4, 17), lambda context, _: recognising.recognise_all(context)),
    _Nightly(segmenting.ALL, time(4, 57), lambda context, _: segmenting.evaluate_all(context)),
)


def register(jobs: procrastinate.App, context: Context, *, ending: Ending = lambda: False) -> None:
    """Make all jobs known to Procrastinate; ``ending`` says whether the process ends."""
    for one in (*_ASKED, *(_Job(one.name, one.work) for one in _NIGHTLY)):
        _do_when_asked(jobs, one, context, ending)
    for each in _PERIODIC:
        _do_periodically(jobs, each, partial(each.work, context, ending))


def _do_when_asked(jobs: procrastinate.App, one: _Job, context: Context, ending: Ending) -> None:
    retry = _Retry(max_attempts=one.attempts, exponential_wait=4)

    async def run(this: procrastinate.JobContext, /, **how: Any) -> None:
        log.info("job.began", job=one.name)
        try:
            await asyncio.to_thread(one.work, context, ending, **how)
        except Exception as error:
            if retry.get_retry_decision(exception=error, job=this.job) is None:
                await asyncio.to_thread(_give_up, context, one, described(error), how)
            raise

    jobs.task(name=one.name, retry=retry, pass_context=True)(run)


class _Retry(procrastinate.RetryStrategy):
    """Tries again what another time may go well."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        if isinstance(exception, SiyuError) and exception.status in _WRONG:
            return None
        return super().get_retry_decision(exception=exception, job=job)


def _give_up(context: Context, one: _Job, problem: Problem, how: Mapping[str, Any]) -> None:
    with context.database.transaction() as conn:
        one.give_up(context, conn, problem, **how)


def given_up(context: Context, conn: Connection, abandoned: Abandoned) -> None:
    """Say, where people look for what comes of a job, that nothing will, because whoever did it died again."""
    problem = EngineProblem(
        engine="siyu worker",
        reason="this was begun several times and never ended, the last time because its process died: it was given up.",
        reason_zh="多次执行均未完成，最后一次进程意外终止，已放弃。",
        advice="The worker's log or the machine's (is memory short?) may say why; then ask for it again.",
        advice_zh="请查看 worker 日志与系统日志（例如内存是否不足），处理后重新发起。",
    )
    for one in _ASKED:
        if one.name == abandoned.name:
            one.give_up(context, conn, problem.as_json(), **abandoned.asked)


def _do_periodically(jobs: procrastinate.App, one: _Periodic, work: Callable[[], object]) -> None:
    async def run(timestamp: int) -> None:
        log.info("job.began", job=one.name, due=timestamp)
        await asyncio.to_thread(work)

    task: Any = jobs.task(name=one.name, queue=one.queue, queueing_lock=one.name, pass_context=False)(run)
    jobs.periodic(cron=one.when)(task)


async def run(jobs: procrastinate.App, places: int, until: Coroutine[Any, Any, None], ending: threading.Event) -> None:
    """Run jobs until ``until`` is over, so many long ones and so many short ones at the same time.

    Then ``ending`` is set, and what is begun has 20 seconds to reach its next piece.
    """
    running = [
        asyncio.create_task(
            jobs.run_worker_async(
                queues=[queue], concurrency=places, install_signal_handlers=False, shutdown_graceful_timeout=20
            )
        )
        for queue in (SHORT, LONG)
    ]
    ended = asyncio.create_task(until)
    await asyncio.wait({*running, ended}, return_when=asyncio.FIRST_COMPLETED)
    ending.set()
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@dataclass(slots=True)
class Reviving:
    """Has jobs done again whose worker died. Several may run at once, in threads and processes.

    Attributes:
        database: of the jobs.
        give_up: is told in its transaction of each that has failed for good. Where that cannot be said, the others are not kept
            waiting by it.
        silent: a worker that was not heard of for so long may have died. It has when that lasts for half as long again while
            somebody looks: a machine that has slept makes all look dead until they have said again that they live.
    """

    database: Database
    give_up: Callable[[Connection, Abandoned], None]
    silent: timedelta = SILENT
    _suspected: dict[int, float] = field(default_factory=dict)

    def run_once(self) -> int:
        """Look once; returns how many jobs were taken from the dead."""
        with self.database.transaction() as conn:
            now = monotonic()  # does not go on while the machine sleeps
            self._suspected = {one: self._suspected.get(one, now) for one in suspects(conn, self.silent)}
            dead = [job for job, since in self._suspected.items() if now - since >= self.silent.total_seconds() / 2]
            revived = revive(conn, dead, self.silent) if dead else []
            for one in revived:
                if one.became == "failed":
                    self._give_up(conn, one)
        for one in revived:
            tell = log.error if one.became == "failed" else log.warning
            tell("job.abandoned", job=one.name, id=one.id, became=one.became)
        return len(revived)

    def _give_up(self, conn: Connection, one: Abandoned) -> None:
        try:
            with savepoint(conn):
                self.give_up(conn, one)
        except Exception as error:
            log.exception("job.not_said", job=one.name, id=one.id, error=str(error))
