"""Is it alive, is it ready, how far is it behind: for load balancers, monitors and people at two in the morning."""

import asyncio
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from siyu.app.context import Context
from siyu.engines import machine
from siyu.engines.http import ERROR_RESPONSES, Router
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.timeline import service as timeline

router = Router(tags=["health"], responses=ERROR_RESPONSES)

_QUEUE = Gauge("siyu_queue_messages", "Messages that wait in the queue.", ["lane"])
_QUEUE_AGE = Gauge("siyu_queue_age_seconds", "Age of the oldest message in the queue.")
_EXPORT = Gauge("siyu_export_facts", "Facts on the log that ClickHouse does not have yet.")
_EXPORT_AGE = Gauge("siyu_export_age_seconds", "Age of the oldest of them.")
_DEAD = Gauge("siyu_dead_letters", "Open dead letters.", ["code"])
_DISK = Gauge("siyu_disk_free_bytes", "Free disk under the data folder.")
_RESERVE = Gauge(
    "siyu_disk_reserve_bytes", "Below so much nothing is accepted, below half of it what waits stands still."
)


@router.get("/health/live", include_in_schema=False)
async def live() -> Response:
    """The process answers."""
    return Response(b'{"status":"live"}', media_type="application/json")


@router.get("/health/ready")
async def ready(request: Request) -> dict[str, Any]:
    """Both engines answer. Says how far the pipeline and the exporter are behind, in messages, facts and seconds.

    Raises:
        EngineProblem: 503, an engine does not answer.
    """
    return await asyncio.to_thread(state, request.app.state.context)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """The same for Prometheus."""
    await asyncio.to_thread(state, request.app.state.context)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def state(context: Context) -> dict[str, Any]:
    """How it goes, measured now; also sets the gauges."""
    with context.database.transaction() as conn:
        depth, lag, dead = intake.depth(conn), timeline.lag(conn), intake.dead_letter_counts(conn)
    context.clickhouse.scalar("SELECT 1")
    now = context.clock.now()
    free = machine.disk_free(context.settings.data_folder)
    reserve = context.settings.minimum_free_bytes if context.disk else 0
    for lane in Lane:
        _QUEUE.labels(lane.name.lower()).set(depth.messages[lane])
    _QUEUE_AGE.set(_age(depth.oldest, now))
    _EXPORT.set(lag.facts)
    _EXPORT_AGE.set(_age(lag.oldest, now))
    _DEAD.clear()
    for code, count in dead.items():
        _DEAD.labels(code).set(count)
    _DISK.set(free)
    _RESERVE.set(reserve)
    return {
        "status": "ready",
        "queue": {lane.name.lower(): depth.messages[lane] for lane in Lane} | {"oldest_s": _age(depth.oldest, now)},
        "export": {"facts": lag.facts, "oldest_s": _age(lag.oldest, now)},
        "dead_letters": dead,
        "disk_free_bytes": free,
        "disk_reserve_bytes": reserve,
    }


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, round((now - moment).total_seconds(), 3)) if moment else 0.0
