"""How a message becomes facts. Read :func:`absorb` like a sentence; everything in it is one transaction.

One exception, for speed: a large batch that merges and splits nobody writes new identifiers and sealed values in a short
transaction of its own, ahead of the rest. They are true whatever becomes of the batch, and a repeat finds them as it
would have made them; but other batches with the same people would wait for them until this one is through.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import psycopg
import structlog
from opentelemetry import trace
from sqlalchemy import Connection

from siyu.app import people
from siyu.channels import service as channels
from siyu.channels.types import Arrival
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.draws import service as draws
from siyu.engines.postgres import Database, run, savepoint
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import DeadLetter, Message
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, TryLater, original
from siyu.loyalty import service as loyalty
from siyu.members import service as members
from siyu.segments import service as segments
from siyu.timeline import service as timeline

log = structlog.get_logger(__name__)
tracer = trace.get_tracer("siyu")  # costs nothing unless an OpenTelemetry SDK is installed and configured

Ahead: TypeAlias = AbstractContextManager[Connection]

_LARGE: Final = 500  # messages; a smaller batch is through before anybody waits long
_LONGEST_REASON: Final = 2000


class _NeedsToBeAlone(Exception):
    """Customers would be merged or split while other batches write rows of theirs."""


def absorb(conn: Connection, ahead: Ahead, messages: Sequence[Message], now: datetime, *, alone: bool) -> bool:
    """Turn messages into facts: whose are they, what do they change, what happened.

    Returns whether customers were merged or split.
    """
    with ahead as first:
        orders = commerce.read(first, messages)
        resolution = identity.resolve(first, messages, now)
        regrouped = bool(resolution.merged or resolution.moved)
        if regrouped and not alone:
            raise _NeedsToBeAlone
    people.follow(conn, resolution, now)
    attributed = list(zip(messages, resolution.attributions, strict=True))
    fresh = _without_profile(conn, {owner.customer_id for owner in resolution.attributions})
    of_orders = commerce.apply(conn, attributed, orders, now)
    facts = [
        *resolution.facts,
        *of_orders,
        *customers.apply(conn, attributed, now),
        *channels.apply(conn, attributed, now),
        *members.join(conn, attributed),
    ]
    facts += channels.arrive(conn, facts, now)
    channels.hear(conn, messages, now)
    loyalty.apply(conn, of_orders, now)
    loyalty.fulfil(conn, facts, now)
    draws.apply(conn, of_orders, now)
    timeline.append(conn, facts)
    segments.touch(conn, fresh, segments.NEW)
    if len(messages) <= intake.WHISPERED:  # somebody may be trying out a source; a full batch is no try
        told = {fact.message_id for fact in facts}
        intake.whisper(conn, "nothing_new", [one for one in messages if one.message_id not in told])
    return regrouped


def _without_profile(conn: Connection, customer_ids: set[int]) -> list[int]:
    """Who is seen for the first time; nobody looks when no segment wants to know. They may come without a fact."""
    return customers.without_profile(conn, customer_ids) if segments.wants(conn, segments.NEW) else []


@dataclass(slots=True)
class Pipeline:
    """Takes messages out of the queue, batch by batch. Several may run at once, in threads and processes.

    Batches run side by side as long as they only add to what is known of people. One that merges or splits customers
    runs alone, because rooms keep rows by customer: an order must not be written for a customer that is being merged
    away. Whether it does is known only when OneID has looked, so the batch then begins again, alone; while batches
    keep merging, the next one is alone from the start.

    Attributes:
        database: where the queue is.
        clock: what time it is.
        max_messages: how many messages a batch has at most (at least one envelope).
        least: leave the queue alone unless so many wait.
        greet: told of arrivals that may still be greeted, when their batch is durable; the door has told it first.
    """

    database: Database
    clock: Clock
    max_messages: int
    least: int = 0
    greet: Callable[[int, Arrival], object] | None = None
    _alone: bool = False

    def run_once(self) -> int:
        """Take the next batch through the pipeline; return how many messages were taken, 0 when none waited.

        Either the messages are gone from the queue and their facts are on the log, or nothing happened. A message that
        cannot be worked on becomes a dead letter; its companions do not notice.
        """
        with tracer.start_as_current_span("pipeline.batch") as span:
            try:
                taken = self._run()
            except _NeedsToBeAlone:
                self._alone = True
                taken = self._run()
            span.set_attributes({"siyu.messages": taken, "siyu.alone": self._alone})
        return taken

    def _run(self) -> int:
        with self.database.transaction() as conn:
            envelopes = intake.claim(conn, self.max_messages, least=self.least)
            if not envelopes:
                return 0
            identity.hold_people(conn, alone=self._alone)
            messages = intake.unseen(conn, envelopes)
            letters, regrouped = _absorb_all_but_poison(
                conn, self._ahead(conn, messages), messages, self.clock.now(), alone=self._alone
            )
            intake.bury(conn, letters)
            intake.finish(conn, envelopes)
            if self.least:
                # Who looked meanwhile may have found nothing but what this batch held, and it leaves them the rest.
                intake.wake(conn)
        self._alone = regrouped
        self._greet(messages)
        return sum(len(envelope.messages) for envelope in envelopes)

    def _greet(self, messages: Sequence[Message]) -> None:
        if self.greet is None:
            return
        now = self.clock.now()
        for message in messages:
            if message.type == channels.PUSH and message.payload.get("arrival"):
                account_id, push = channels.read_push(message)
                if push.arrival is not None and push.arrival.until > now:
                    self.greet(account_id, push.arrival)

    def _ahead(self, conn: Connection, messages: Sequence[Message]) -> Ahead:
        if self._alone or len(messages) < _LARGE:
            return nullcontext(conn)
        return self._short_transaction()

    @contextmanager
    def _short_transaction(self) -> Iterator[Connection]:
        with self.database.transaction() as ahead:
            # Its commit reaches the disk with that of the batch, which is later in the same log. No wait without end:
            # PostgreSQL sees no deadlock through two transactions of one process.
            run(ahead, "SET LOCAL synchronous_commit TO off; SET LOCAL lock_timeout TO '10s'")
            yield ahead


def _absorb_all_but_poison(
    conn: Connection, ahead: Ahead, messages: Sequence[Message], now: datetime, *, alone: bool
) -> tuple[list[DeadLetter], bool]:
    """Absorb what can be absorbed; find what cannot by halving, and return it with the reason.

    Also returns whether customers were merged or split.
    """
    if not messages:
        return [], False
    try:
        with savepoint(conn):
            return [], absorb(conn, ahead, messages, now, alone=alone)
    except Exception as error:
        if isinstance(error, _NeedsToBeAlone) or _is_not_the_messages_fault(error):
            raise
        if len(messages) == 1:
            log.warning("pipeline.poison", message_id=messages[0].message_id, error=str(error)[:500])
            return [_letter(messages[0], error)], False
    middle, together = len(messages) // 2, nullcontext(conn)  # one half holds what the other may need
    first, first_regrouped = _absorb_all_but_poison(conn, together, messages[:middle], now, alone=alone)
    second, second_regrouped = _absorb_all_but_poison(conn, together, messages[middle:], now, alone=alone)
    return first + second, first_regrouped or second_regrouped


def _is_not_the_messages_fault(error: Exception) -> bool:
    """A lost connection, a deadlock, a full disk: the batch is right and is tried again as it is."""
    if isinstance(error, TryLater):
        return True
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return not isinstance(error, psycopg.errors.ProgramLimitExceeded | psycopg.errors.StatementTooComplex)
    return isinstance(error, psycopg.InterfaceError | MemoryError | OSError)


def _letter(message: Message, error: Exception) -> DeadLetter:
    said = f"{type(error).__name__}: {error}".replace("\x00", "")[:_LONGEST_REASON]
    reason, reason_zh = said, f"处理时出错{original(said)}。"
    if isinstance(error, SiyuError):
        reason, reason_zh = (text.replace("\x00", "")[:_LONGEST_REASON] for text in (error.message, error.message_zh))
    return DeadLetter(
        source_id=message.source_id,
        message_id=message.message_id.replace("\x00", ""),
        message_type=message.type,
        stage="pipeline",
        code=type(error).__name__,
        reason=reason,
        reason_zh=reason_zh,
        received_at=message.received_at,
        body=intake.serialised(message),
    )
