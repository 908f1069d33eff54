"""Doing a job as the worker does, without one."""

import asyncio
from typing import Any

from procrastinate import App, JobContext
from procrastinate.jobs import Job


def do_job(app: App, found: Any, attempts: int = 0) -> None:
    """Do a job by its row in the queue, as if it had been tried so many times before."""
    job = Job(
        id=found.id,
        queue=found.queue_name,
        lock=None,
        queueing_lock=None,
        task_name=found.task_name,
        attempts=attempts,
    )
    context = JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None)
    asyncio.run(app.tasks[found.task_name].func(context, **found.args))
