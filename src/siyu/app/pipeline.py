"""How a message becomes facts. Read :func:`absorb` like a sentence; everything in it is one transaction."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
import structlog
from opentelemetry import trace
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from siyu.app import people
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import DeadLetter, Message
from siyu.kernel.clock import Clock
from siyu.kernel.errors import TryLater
from siyu.timeline import service as timeline

log = structlog.get_logger(__name__)
tracer = trace.get_tracer("siyu")  # costs nothing unless an OpenTelemetry SDK is installed and configured


def absorb(conn: Connection, messages: Sequence[Message], now: datetime) -> None:
    """Turn messages into facts: whose are they, what do they change, what happened."""
    resolution = identity.resolve(conn, messages, now)
    people.follow(conn, resolution, now)
    attributed = list(zip(messages, resolution.attributions, strict=True))
    timeline.append(
        conn,
        [
            *resolution.facts,
            *customers.apply(conn, attributed, now),
            *commerce.apply(conn, attributed, now),
        ],
    )


def run_once(database: Database, clock: Clock, max_messages: int) -> int:
    """Take the next batch through the pipeline; return how many messages were taken, 0 when none waited.

    Either the messages are gone from the queue and their facts are on the log, or nothing happened. A message that
    cannot be worked on becomes a dead letter; its companions do not notice.
    """
    with tracer.start_as_current_span("pipeline.batch") as span, database.transaction() as conn:
        envelopes = intake.claim(conn, max_messages)
        if not envelopes:
            return 0
        messages = intake.unseen(conn, envelopes)
        intake.bury(conn, _absorb_all_but_poison(conn, messages, clock.now()))
        intake.finish(conn, envelopes)
        taken = sum(len(envelope.messages) for envelope in envelopes)
        span.set_attributes({"siyu.messages": taken, "siyu.new": len(messages)})
    return taken


def _absorb_all_but_poison(conn: Connection, messages: Sequence[Message], now: datetime) -> list[DeadLetter]:
    """Absorb what can be absorbed; find what cannot by halving, and return it with the reason."""
    if not messages:
        return []
    try:
        with conn.begin_nested():
            absorb(conn, messages, now)
        return []
    except Exception as error:
        if _is_not_the_messages_fault(error):
            raise
        if len(messages) == 1:
            log.warning("pipeline.poison", message_id=messages[0].message_id, error=str(error)[:500])
            return [_letter(messages[0], error)]
    middle = len(messages) // 2
    return [
        *_absorb_all_but_poison(conn, messages[:middle], now),
        *_absorb_all_but_poison(conn, messages[middle:], now),
    ]


def _is_not_the_messages_fault(error: Exception) -> bool:
    """A lost connection, a deadlock, a full disk: the batch is right and is tried again as it is."""
    if isinstance(error, TryLater):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.OperationalError | psycopg.InternalError):
        return not isinstance(cause, psycopg.errors.ProgramLimitExceeded | psycopg.errors.StatementTooComplex)
    return isinstance(cause, psycopg.InterfaceError | MemoryError | OSError)


def _letter(message: Message, error: Exception) -> DeadLetter:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    reason = f"{type(cause).__name__}: {cause}".replace("\x00", "")[:2000]
    return DeadLetter(
        source_id=message.source_id,
        message_id=message.message_id.replace("\x00", ""),
        message_type=message.type,
        stage="pipeline",
        code=type(cause).__name__,
        reason=reason,
        reason_zh=f"处理时出错：{reason}",
        received_at=message.received_at,
        body=intake.serialised(message),
    )
