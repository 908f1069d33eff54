"""Background and scheduled jobs, by Procrastinate in PostgreSQL. A job is a batch of work, never one customer."""

from siyu.engines.jobs.keeping import SILENT, Abandoned, begin_nights, forget_over, revive, suspects
from siyu.engines.jobs.queue import LONG, SCHEMA, SHORT, defer, job_app, job_states

__all__ = [
    "LONG",
    "SCHEMA",
    "SHORT",
    "SILENT",
    "Abandoned",
    "begin_nights",
    "defer",
    "forget_over",
    "job_app",
    "job_states",
    "revive",
    "suspects",
]
