"""Jobs and when they run."""

import asyncio
from collections.abc import Callable
from typing import Any

import procrastinate
import structlog

from siyu.app.context import Context
from siyu.intake import service as intake
from siyu.timeline.clickhouse.store import squash

log = structlog.get_logger(__name__)


def register(jobs: procrastinate.App, context: Context) -> None:
    """Make the tasks known to Procrastinate. Each is safe to run twice: what is done already is not done again."""

    def forget_seen() -> None:
        with context.database.transaction() as conn:
            intake.keep_seen(conn, context.clock.now(), context.settings.intake_dedup_days)

    def squash_aliases() -> None:
        squash(context.clickhouse)

    for name, when, work in (
        ("intake.forget_seen", "7 * * * *", forget_seen),
        ("timeline.squash", "17 3 * * *", squash_aliases),
    ):
        _periodic(jobs, name, when, work)


def _periodic(jobs: procrastinate.App, name: str, when: str, work: Callable[[], None]) -> None:
    async def run(timestamp: int) -> None:
        log.info("job.began", job=name, due=timestamp)
        await asyncio.to_thread(work)

    task: Any = jobs.task(name=name, queueing_lock=name, pass_context=False)(run)
    jobs.periodic(cron=when)(task)
