"""The worker process: the pipeline, the exporter, the jobs."""

import asyncio
import signal
import threading

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
        exporter = timeline.Exporter(context.database, context.clickhouse)
        pipelines = [
            Pipeline(context.database, context.clock, context.settings.pipeline_batch)
            for _ in range(context.settings.pipeline_loops)
        ]
        self._loops = [
            *(
                Loop(f"pipeline-{number}", context.database, intake.CHANNEL, pipeline.run_once)
                for number, pipeline in enumerate(pipelines)
            ),
            Loop("exporter", context.database, timeline.CHANNEL, exporter.export_once),
        ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is begun is finished."""
        for loop in self._loops:
            loop.start()
        log.info("worker.ready")
        try:
            asyncio.run(self._run_jobs())
        finally:
            for loop in self._loops:
                loop.stop()
            self._context.close()
            log.info("worker.stopped")

    async def _run_jobs(self) -> None:
        jobs = job_app(self._context.database.url)
        register(jobs, self._context)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stopping.set)
        async with jobs.open_async():
            running = asyncio.create_task(
                jobs.run_worker_async(
                    concurrency=self._context.settings.worker_jobs,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=20,
                )
            )
            ended = asyncio.create_task(stopping.wait())
            await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
