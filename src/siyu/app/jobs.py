"""Jobs and when they run."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import procrastinate
import structlog

from siyu.app import exports, imports, lifetime
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.intake import service as intake
from siyu.intake.files.types import Kind
from siyu.timeline import service as timeline

log = structlog.get_logger(__name__)

IMPORT: Final = "imports.run"


def register(jobs: procrastinate.App, context: Context) -> None:
    """Make the tasks known to Procrastinate. Each is safe to run twice: what is done already is not done again."""

    def forget_seen() -> None:
        with context.database.transaction() as conn:
            intake.keep_seen(conn, context.clock.now(), context.settings.intake_dedup_days)

    def squash_aliases() -> None:
        with context.database.transaction() as conn:
            timeline.squash(conn, context.clickhouse, context.clock.now())

    _periodic(jobs, "intake.forget_seen", "7 * * * *", forget_seen)
    _periodic(jobs, "timeline.squash", "17 3 * * *", squash_aliases)
    _periodic(jobs, lifetime.REFIT, "37 3 * * *", lambda: lifetime.refit(context))

    def forget_exports() -> None:
        exports.forget(context)

    _periodic(jobs, "exports.forget", "37 * * * *", forget_exports)

    @jobs.task(name=exports.EXPORT, retry=procrastinate.RetryStrategy(max_attempts=3, exponential_wait=4))
    async def write_export(export_id: int) -> None:
        await asyncio.to_thread(exports.write, context, export_id)

    @jobs.task(name=IMPORT, retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4))
    async def run_import(path: str, kind: Kind, actor: str, **how: Any) -> None:
        await asyncio.to_thread(_import, context, Path(path), kind, actor, how)


def _import(context: Context, path: Path, kind: Kind, actor: str, how: dict[str, Any]) -> None:
    mapping = imports.find_mapping(context, how["mapping"]) if how.get("mapping") else None
    who = access.system(actor)
    begun = imports.begin(
        context,
        path,
        kind,
        actor=who,
        name=how.get("name", ""),
        source=how.get("source", ""),
        platform=how.get("platform"),
        shop=how.get("shop", ""),
        mapping=mapping,
    )
    if how.get("links_first"):
        imports.link_first(context, [begun], actor=who)
    run = imports.finish(context, begun)
    path.unlink(missing_ok=True)
    log.info("import.done", **imports.describe(run))


def _periodic(jobs: procrastinate.App, name: str, when: str, work: Callable[[], object]) -> None:
    async def run(timestamp: int) -> None:
        log.info("job.began", job=name, due=timestamp)
        await asyncio.to_thread(work)

    task: Any = jobs.task(name=name, queueing_lock=name, pass_context=False)(run)
    jobs.periodic(cron=when)(task)
