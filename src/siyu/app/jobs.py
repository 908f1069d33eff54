"""Jobs and when they run."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import procrastinate
import structlog

from siyu.app import (
    checking,
    drawing,
    exports,
    forgetting,
    guarding,
    imports,
    ledger,
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
from siyu.channels import service as channels
from siyu.engines.access import service as access
from siyu.engines.jobs import LONG, SHORT
from siyu.intake import service as intake
from siyu.intake.files.types import Kind
from siyu.journeys import service as journeys
from siyu.timeline import service as timeline
from siyu.touch import service as touch

log = structlog.get_logger(__name__)

IMPORT: Final = imports.IMPORT


def register(jobs: procrastinate.App, context: Context, *, ending: Callable[[], bool] = lambda: False) -> None:
    """Make the tasks known to Procrastinate. Each is safe to run twice: what is done already is not done again.

    A long one stops at its next piece when ``ending`` says that the process ends, and is gone on with later.
    """

    def forget_old() -> None:
        with context.database.transaction() as conn:
            intake.keep_seen(conn, context.clock.now(), context.settings.intake_dedup_days)
            intake.fold_arrivals(conn, context.clock.now())
            channels.forget_welcomes(conn, context.clock.now())
            channels.fold_tallies(conn)
            journeys.fold_passages(conn, context.clock.now())
        imports.forget_files(context)

    def squash_aliases() -> None:
        with context.database.transaction() as conn:
            timeline.squash(conn, context.clickhouse, context.clock.now())

    _periodic(jobs, "intake.forget_seen", "7 * * * *", forget_old)
    _periodic(jobs, "timeline.squash", "17 3 * * *", squash_aliases, LONG)
    _periodic(jobs, lifetime.REFIT, "37 3 * * *", lambda: lifetime.refit(context), LONG)

    def forget_exports() -> None:
        exports.forget(context)

    _periodic(jobs, "exports.forget", "37 * * * *", forget_exports)

    _periodic(jobs, "channels.reconcile_all", "47 2 * * *", lambda: syncing.ask_all(context))

    _periodic(jobs, checking.JOB, "*/5 * * * *", lambda: checking.check_all(context, ending=ending))

    def upload_again() -> None:
        opens = syncing.opener(context.database, context.clock)
        channels.upload_again(channels.Desk(context.database, context.clock, opens))

    _periodic(jobs, "channels.upload_again", "12 * * * *", upload_again, LONG)
    _periodic(jobs, forgetting.JOB, "27 3 * * *", lambda: forgetting.forget_channels(context, ending=ending), LONG)

    desk = channels.Desk(context.database, context.clock, syncing.opener(context.database, context.clock))
    _periodic(jobs, "touch.staff", "*/10 * * * *", lambda: touch.look_after_staff(desk))

    _periodic(jobs, guarding.JOB, "*/5 * * * *", lambda: guarding.guard_all(context, ending=ending))

    _periodic(jobs, ledger.JOB, "*/5 * * * *", lambda: ledger.keep(context, ending=ending))
    _periodic(jobs, ledger.VERIFY, "7 * * * *", lambda: ledger.verify_nightly(context), LONG)

    _periodic(jobs, drawing.JOB, "* * * * *", lambda: drawing.keep(context, ending=ending))

    _periodic(jobs, paying.JOB, "* * * * *", lambda: paying.look_after(context, ending=ending))
    _periodic(jobs, rewards.JOB, "*/5 * * * *", lambda: rewards.keep(context, ending=ending))
    _periodic(jobs, trying.JOB, "* * * * *", lambda: trying.keep(context, ending=ending))
    _periodic(jobs, membership.JOB, "52 * * * *", lambda: membership.forget_members(context, ending=ending))

    _periodic(jobs, recognising.JOB, "17 4 * * *", lambda: recognising.recognise_all(context), LONG)

    _periodic(jobs, segmenting.ALL, "57 4 * * *", lambda: segmenting.evaluate_all(context), LONG)

    @jobs.task(name=segmenting.EVALUATE, retry=procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4))
    async def evaluate_segment(segment_id: int) -> None:
        await asyncio.to_thread(segmenting.evaluate, context, segment_id)

    @jobs.task(name=channels.RECONCILE, retry=procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4))
    async def reconcile(account_id: int) -> None:
        await asyncio.to_thread(syncing.reconcile, context, account_id, ending=ending)

    @jobs.task(name=channels.END_TIES, retry=procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4))
    async def end_ties(account_id: int) -> None:
        await asyncio.to_thread(syncing.end_ties, context, account_id, ending=ending)

    @jobs.task(name=exports.EXPORT, retry=procrastinate.RetryStrategy(max_attempts=3, exponential_wait=4))
    async def write_export(export_id: int) -> None:
        await asyncio.to_thread(exports.write, context, export_id)

    @jobs.task(name=journeys.REHEARSE, retry=procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4))
    async def rehearse(rehearsal_id: int) -> None:
        await asyncio.to_thread(rehearsing.rehearse, context, rehearsal_id, ending=ending)

    @jobs.task(name=IMPORT, retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4))
    async def run_import(path: str, kind: Kind, actor: str, **how: Any) -> None:
        await asyncio.to_thread(_import, context, Path(path), kind, actor, how)


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


def _import(context: Context, path: Path, kind: Kind, actor: str, how: dict[str, Any]) -> None:
    run = imports.run_upload(context, path, kind, access.system(actor), how)
    if run is not None:
        log.info("import.done", **imports.describe(run))


def _periodic(jobs: procrastinate.App, name: str, when: str, work: Callable[[], object], queue: str = SHORT) -> None:
    async def run(timestamp: int) -> None:
        log.info("job.began", job=name, due=timestamp)
        await asyncio.to_thread(work)

    task: Any = jobs.task(name=name, queue=queue, queueing_lock=name, pass_context=False)(run)
    jobs.periodic(cron=when)(task)
