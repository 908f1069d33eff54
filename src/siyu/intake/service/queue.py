"""The queue: put messages in, take batches out."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import orjson
from sqlalchemy import Connection

from siyu.intake import store
from siyu.intake.envelope import open_body, part, seal
from siyu.intake.types import Arrivals, Envelope, Lane, Message, Outcome, QueueDepth

CHANNEL = "siyu_intake"  # NOTIFY wakes the pipeline
TRACE = "siyu_trace"  # NOTIFY with what became of messages
WHISPERED = 40  # a notification holds 8000 bytes
_WHISPERED_BYTES = 6000
_LONGEST_WHISPER = 100
MAX_PER_ENVELOPE = 1000
_ENVELOPES_A_CLAIM = 64


def put(conn: Connection, lane: Lane, messages: Sequence[Message], *, known_new: bool = False) -> None:
    """Make ``messages`` durable with this transaction; the pipeline hears of them at commit.

    A message that was put before under the same (source, message id) is dropped later, unless ``known_new``.
    """
    put_parts(conn, lane, [part(message) for message in messages], known_new=known_new)


def serialised(message: Message) -> bytes:
    """The form in which a message lies in an envelope and in a dead letter."""
    return part(message)


def put_parts(conn: Connection, lane: Lane, parts: Sequence[bytes], *, known_new: bool = False) -> int | None:
    """The same for messages that are serialised already (see :mod:`siyu.intake.envelope`).

    Returns:
        the number of the transaction, by which a :class:`~siyu.intake.types.Snapshot` tells whether it saw them; ``None``
        where there are no messages.
    """
    number = None
    for start in range(0, len(parts), MAX_PER_ENVELOPE):
        chunk = parts[start : start + MAX_PER_ENVELOPE]
        number = store.insert_envelope(conn, lane, len(chunk), seal(chunk), known_new=known_new)
    if parts:
        wake(conn)
    return number


def wake(conn: Connection) -> None:
    """Have the pipelines look into the queue, when this transaction is committed."""
    store.notify(conn, CHANNEL)


def claim(conn: Connection, max_messages: int, *, least: int = 0) -> list[Envelope]:
    """The oldest envelopes, at least one if any waits, of one lane: bulk only when nothing live waits.

    With ``least`` nothing is taken unless so many messages can be: for the relief, which would otherwise make small batches
    of what one could do in a larger one. They stay locked for this transaction; other workers pass them by. :func:`finish` takes them away.
    """
    for lane in Lane:
        if least and store.count_waiting(conn, lane, _ENVELOPES_A_CLAIM) < least:
            continue  # without a lock: who only looks must not be in the way
        found = store.lock_envelopes(conn, lane, _ENVELOPES_A_CLAIM, max_messages)
        if found:
            return [Envelope(row.id, row.known_new, tuple(open_body(bytes(row.body)))) for row in found]
    return []


def unseen(conn: Connection, envelopes: Sequence[Envelope]) -> list[Message]:
    """The messages that were never processed before, in order; marks them as seen with this transaction.

    Exact for at least the configured number of days (``SIYU_DEDUP_DAYS``): of several with one (source, message id)
    the first stays.
    """
    _note_arrivals(conn, [one for envelope in envelopes if not envelope.known_new for one in envelope.messages])
    first: dict[str, Message] = {}
    replayed: list[Message] = []
    for envelope in envelopes:
        if envelope.known_new:
            replayed += envelope.messages
            continue
        for message in envelope.messages:
            first.setdefault(digest(message.source_id, message.message_id), message)
    if not first:
        return replayed
    new = store.mark_seen(conn, list(first))
    if len(new) == len(first):
        return replayed + list(first.values())
    whisper(conn, "duplicate", [message for digest_, message in first.items() if digest_ not in new])
    return replayed + [message for digest_, message in first.items() if digest_ in new]


def _note_arrivals(conn: Connection, messages: Sequence[Message]) -> None:
    """Here, where messages are taken in large batches, and not at the door, where each sender waits."""
    found: dict[tuple[int, datetime], tuple[int, datetime]] = {}
    # Counted first: what one request or one chunk of a file brought has one moment.
    for (source_id, at), count in Counter([(one.source_id, one.received_at) for one in messages]).items():
        place = source_id, at.replace(second=0, microsecond=0)
        before, last = found.get(place, (0, at))
        found[place] = before + count, max(last, at)
    if found:
        store.insert_arrivals(conn, found)


def arrivals(conn: Connection, now: datetime, today: datetime, minutes: int = 5) -> list[Arrivals]:
    """What came in through each source that ever sent something: last, in the last whole ``minutes``, and today.

    By the moments at which messages reached us; those that still wait in the queue or were refused at the door do not
    count, those that came twice do.

    Args:
        conn: an open transaction.
        now: the present.
        today: when the day began.
        minutes: how long the short time is; the running minute counts too.
    """
    return store.arrivals(conn, now.replace(second=0, microsecond=0) - timedelta(minutes=minutes), today)


def fold_arrivals(conn: Connection, now: datetime) -> None:
    """Hourly: keep the table of arrivals small; what :func:`arrivals` says stays the same. Safe to repeat."""
    store.fold_arrivals(conn, now - timedelta(hours=1), now - timedelta(days=2))


def whisper(conn: Connection, what: Outcome, messages: Sequence[Message]) -> None:
    """Tell whoever listens on :data:`TRACE`, at commit, what became of messages that leave no trace in any table.

    For a live view of a source: at most :data:`WHISPERED` of them, and lost when nobody listens.
    """
    told: list[bytes] = []
    for one in messages[:WHISPERED]:
        name = one.message_id.replace("\0", "").encode("utf-8", "replace")[:_LONGEST_WHISPER].decode("utf-8", "ignore")
        told.append(orjson.dumps((one.source_id, name, one.type)))
        if sum(map(len, told)) > _WHISPERED_BYTES:
            break
    if told:
        store.notify(conn, TRACE, f'{{"what":"{what}","messages":[{b",".join(told).decode()}]}}')


def digest(source_id: int, message_id: str) -> str:
    """128 bits for (source, message id), as hex: two different messages share one with a chance below 10⁻²⁰."""
    return blake2b(f"{source_id}\0{message_id}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def finish(conn: Connection, envelopes: Sequence[Envelope]) -> None:
    """Take the claimed envelopes out of the queue, with this transaction."""
    store.delete_envelopes(conn, [envelope.id for envelope in envelopes])


def depth(conn: Connection) -> QueueDepth:
    """What waits in the queue."""
    return store.depth(conn)


def oldest_by_lane(conn: Connection) -> dict[Lane, datetime]:
    """When the oldest message of each lane came; a lane in which nothing waits is absent."""
    return store.oldest_by_lane(conn)


def keep_seen(conn: Connection, now: datetime, days: int) -> None:
    """Daily: begin a new dedup period when due, drop those older than ``days``. Idempotent."""
    store.rotate_seen(conn, now, keep=timedelta(days=days), period=timedelta(days=max(1, days // 3)))
