"""Journeys for tests: made, started, walked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Happened, Journey, Newcomer, Stepped

NOW: Final = datetime(2026, 11, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
ZONE: Final = ZoneInfo("Asia/Shanghai")
ACTOR: Final = "operator:1"


def definition(steps: Mapping[str, Mapping[str, Any]], *, start: str | None = None, **rest: Any) -> Definition:
    """Nobody is left alone unless a test asks for it."""
    whole = {
        "name": "测试旅程",
        "purpose": "service",
        "trigger": {"kind": "manual"},
        "control_bp": 0,
        "control_reason": "a test",
        "start": start or next(iter(steps)),
        "steps": steps,
    }
    return journeys.from_json({**whole, **rest})


def begin(conn: Connection, draft: Definition, *, key: str = "j", now: datetime = NOW) -> Journey:
    made = journeys.create(conn, key, draft, ACTOR, now)
    journeys.publish(conn, made.id, ACTOR, now, ZONE)
    return journeys.start(conn, made.id, ACTOR, now, ZONE)


def enter(
    conn: Connection, clickhouse: Client, journey: Journey, ids: Sequence[int], now: datetime = NOW, **more: Any
) -> list[int]:
    origin = more.pop("origin", "hand:1")
    newcomers = [Newcomer(journey.id, one, origin, now, **more) for one in ids]
    return [one.customer_id for one in journeys.enrol(conn, clickhouse, newcomers, now)]


def walk(database: Database, clickhouse: Client, now: datetime, *, most: int = 4000) -> Stepped:
    """Until nobody is due."""
    total = Stepped()
    while True:
        with database.transaction() as conn:
            done = journeys.step_once(conn, clickhouse, now, ZONE, most=most)
        if not done.enrolments:
            return total
        total = Stepped(
            total.enrolments + done.enrolments,
            total.steps + done.steps,
            total.ended + done.ended,
            total.touches + done.touches,
        )


def where(conn: Connection) -> dict[tuple[int, str], str]:
    """(customer, key) → step, of those inside."""
    found = rows(conn, "SELECT customer_id, key, step FROM journeys.enrolment")
    return {(row.customer_id, row.key): row.step for row in found}


def past(conn: Connection) -> dict[tuple[int, str], str]:
    """(customer, key) → how they left last."""
    found = rows(conn, "SELECT customer_id, key, how FROM journeys.past ORDER BY id")
    return {(row.customer_id, row.key): row.how for row in found}


def fact(
    customer_id: int,
    kind: str = "order.paid",
    at: datetime = NOW,
    *,
    fact_id: int = 1,
    amount: int = 0,
    **properties: Any,
) -> Happened:
    return Happened(fact_id, kind, "", customer_id, at, 1, amount, properties)
