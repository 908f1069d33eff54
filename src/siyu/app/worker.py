"""The worker processes: the first runs the pipeline, the exporter and the jobs; the others help with the pipeline."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from siyu.app.context import Context
from siyu.app.jobs import register
from siyu.app.loops import Loop
from siyu.app.pipeline import Pipeline
from siyu.engines.jobs import job_app
from siyu.intake import service as intake
from siyu.timeline import service as timeline

log = structlog.get_logger(__name__)


class Worker:
    """Runs everything that happens behind the request, until it is told to stop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        pipeline = Pipeline(context.database, context.clock, context.settings.pipeline_batch)
        exporter = timeline.Exporter(context.database, context.clickhouse)
        self._loops = [
            Loop("pipeline", context.database, intake.CHANNEL, pipeline.run_once),
            Loop("exporter", context.database, timeline.CHANNEL, exporter.export_once),
        ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is begun is finished."""
        _work(self._context, self._loops, self._run_jobs())

    async def _run_jobs(self) -> None:
        jobs = job_app(self._context.database.url)
        register(jobs, self._context)
        async with jobs.open_async():
            running = asyncio.create_task(
                jobs.run_worker_async(
                    concurrency=self._context.settings.worker_jobs,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=20,
                )
            )
            ended = asyncio.create_task(_until_signalled())
            await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class Helper:
    """Takes full batches through the pipeline while the worker has its hands full; does nothing else."""

    def __init__(self, context: Context) -> None:
        self._context = context
        most = context.settings.pipeline_batch
        pipeline = Pipeline(context.database, context.clock, most, least=most // 2)
        self._loop = Loop("pipeline", context.database, "", pipeline.run_once)

    def run(self) -> None:
        """Help until SIGTERM or SIGINT; what is begun is finished."""
        _work(self._context, [self._loop], _until_signalled())


def _work(context: Context, loops: Sequence[Loop], until: Coroutine[Any, Any, None]) -> None:
    for loop in loops:
        loop.start()
    log.info("worker.ready", loops=[loop.name for loop in loops])
    try:
        asyncio.run(until)
    finally:
        for loop in loops:
            loop.stop()
        context.close()
        log.info("worker.stopped")


async def _until_signalled() -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()
