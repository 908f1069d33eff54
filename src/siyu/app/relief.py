"""The relief of the worker: a process for the pipeline and nothing else. Also how such processes run and end."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from siyu.app.context import Context
from siyu.app.loops import Loop
from siyu.app.pipeline import Pipeline

log = structlog.get_logger(__name__)


def serve(context: Context) -> None:
    """Be the relief until told to stop."""
    Relief(context).run()


class Relief:
    """Takes full batches through the pipeline while the worker has its hands full; does nothing else."""

    def __init__(self, context: Context) -> None:
        self._context = context
        most = context.settings.pipeline_batch
        pipeline = Pipeline(context.database, context.clock, most, least=most // 2)
        self._loop = Loop("pipeline", context.database, "", pipeline.run_once, seldom=1.0, may=context.has_room)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is begun is finished."""
        work(self._context, [self._loop], until_signalled())


def work(context: Context, loops: Sequence[Loop], until: Coroutine[Any, Any, None]) -> None:
    """Run the loops until ``until`` is over; what they have begun is finished."""
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


async def until_signalled() -> None:
    """Wait for SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()
