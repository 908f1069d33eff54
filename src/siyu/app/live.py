"""What happens, as it happens: one reader of the log a process, and everybody who watches.

The reader sleeps until the log says that it grew, reads what is new once, and hands it to every watcher. Each watcher
has a short queue of its own; who reads too slowly loses the oldest and is told how many. Nothing here is kept: the log
is, and a watcher who comes back says after which fact.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import orjson
import structlog

from siyu.engines.postgres import Call, Database
from siyu.intake import service as intake
from siyu.timeline import service as timeline
from siyu.timeline.types import LoggedFact

log = structlog.get_logger(__name__)

BACKLOG: Final = 50  # facts that a new watcher is shown first
RESUMED: Final = 500  # facts at most that one who comes back is shown of what was missed
_QUEUE: Final = 400  # events that wait for one watcher
_AT_ONCE: Final = 200  # facts of one look that are read; during an import the rest is only counted
_LOOKBACK: Final = 500  # entries: of two batches side by side the later may be durable first
_LOOK_ANYWAY: Final = 2.0
_BETWEEN_LOOKS: Final = 0.25
_RETRY: Final = 2.0

_DIGITS = re.compile(r"\d{7,}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

Kind: TypeAlias = Literal["fact", "message", "skipped"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell: ``id`` is that of a fact (0 when it is none), ``source_id`` is 0 when it is of no source."""

    kind: Kind
    id: int
    source_id: int
    data: dict[str, Any]

    def encoded(self) -> bytes:
        """As a server-sent event."""
        name = b"id: %d\n" % self.id if self.id else b""
        return b"%sevent: %s\ndata: %s\n\n" % (name, self.kind.encode(), orjson.dumps(self.data))


def hide(text: str) -> str:
    """What senders put into names may be a phone or an address of somebody: long numbers and mail are masked."""
    return _DIGITS.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", _MAIL.sub("***@***", text))[:200]


def event_of(fact: LoggedFact) -> Event:
    """A fact as it is shown. Its properties stay where they are: they may hold anything."""
    return Event(
        "fact",
        fact.fact_id,
        fact.source_id,
        {
            "fact_id": fact.fact_id,
            "kind": fact.kind,
            "name": hide(fact.name),
            "customer_id": fact.customer_id,
            "amount_fen": fact.amount_fen,
            "occurred_at": fact.occurred_at,
            "source_id": fact.source_id,
            "message_id": hide(fact.message_id),
        },
    )


@dataclass(slots=True, eq=False)
class Watcher:
    """One connection. Made in the event loop; :meth:`tell` is called by the reader's thread."""

    fits: Callable[[Event], bool]
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _events: list[Event] = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _lost: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    ended: bool = False

    def tell(self, events: Iterable[Event], left_out: int = 0) -> None:
        """Queue what fits; the oldest go when it is too much."""
        with self._lock:
            self._events += [event for event in events if self.fits(event)]
            over = max(0, len(self._events) - _QUEUE)
            del self._events[:over]
            self._lost += over + left_out
            wake = bool(self._events or self._lost or self.ended)
        if wake:
            self._wake()

    def end(self) -> None:
        """No more is to come: the process stops."""
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:
            self.ended = True  # its event loop is gone

    async def take(self, patience: float) -> list[Event]:
        """What came since the last time; waits for it at most ``patience`` seconds."""
        try:
            await asyncio.wait_for(self._woken.wait(), patience)
        except TimeoutError:
            return []
        with self._lock:
            self._woken.clear()
            events, lost = self._events, self._lost
            self._events, self._lost = [], 0
        return [Event("skipped", 0, 0, {"count": lost}), *events] if lost else events


class Hub:
    """Reads the log while anybody watches, and hands on what is new.

    Args:
        database: where the log and the dead letters are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watchers: set[Watcher] = set()
        self._lock = threading.Lock()
        self._reader: _Reader | None = None
        self._closed = False

    def join(self, watcher: Watcher) -> None:
        """Begin to tell this watcher."""
        with self._lock:
            if self._closed:
                watcher.end()
                return
            self._watchers = {*self._watchers, watcher}
            if self._reader is None:
                self._reader = _Reader(self._database, self._nobody, self._tell)
                self._reader.start()

    def begun(self, patience: float) -> bool:
        """Whether what happens from now on is seen. A reader needs a moment to begin: waits for it, at most so many seconds."""
        reader = self._reader
        return reader is not None and reader.begun.wait(patience)

    def leave(self, watcher: Watcher) -> None:
        """Stop telling this watcher. Safe to repeat."""
        with self._lock:
            self._watchers = self._watchers - {watcher}

    @property
    def watched(self) -> int:
        """How many watch."""
        return len(self._watchers)

    def close(self) -> None:
        """End every watcher, for good: the process stops."""
        with self._lock:
            self._closed, watchers, self._watchers = True, self._watchers, set()
            reader = self._reader
        for watcher in watchers:
            watcher.end()
        if reader is not None:
            reader.end()

    def _nobody(self) -> bool:
        """Whether nobody watches any more; the reader then ends, and the next watcher starts another."""
        with self._lock:
            if self._watchers:
                return False
            self._reader = None
            return True

    def _tell(self, events: list[Event], left_out: int) -> None:
        with self._lock:
            watchers = self._watchers
        for watcher in watchers:
            watcher.tell(events, left_out)


class _Reader(threading.Thread):
    """The thread that reads, for as long as anybody watches."""

    def __init__(
        self, database: Database, nobody: Callable[[], bool], tell: Callable[[list[Event], int], None]
    ) -> None:
        super().__init__(name="live", daemon=True)
        self._database, self._nobody, self._tell = database, nobody, tell
        self._listener = database.listener(timeline.CHANNEL, intake.TRACE)
        self.begun = threading.Event()

    def end(self) -> None:
        """Returns when it has."""
        self._listener.end()
        self.join()

    def run(self) -> None:
        while not self._is_over():
            try:
                self._follow()
            except Exception as error:  # noqa: BLE001 - watchers wait; the database comes back
                log.warning("live.failed", error=str(error)[:300])
                self._listener.rest(_RETRY)

    def _is_over(self) -> bool:
        """Whether it was told to end; where nobody watches it tells itself."""
        if not self._listener.ended and self._nobody():
            self._listener.end()
        return self._listener.ended

    def _follow(self) -> None:
        with self._database.transaction() as conn:
            floor, letter = timeline.end_of_log(conn), intake.last_dead_letter(conn)
        known: set[int] = set()
        while not self._is_over():
            calls = self._listener.hear(_LOOK_ANYWAY)
            self.begun.set()  # it is called as soon as it listens
            self._listener.rest(_BETWEEN_LOOKS)  # what comes meanwhile is told together
            calls += self._listener.hear(0)
            if self._listener.ended:
                return  # the database may be closed by now
            with self._database.transaction() as conn:
                tail = timeline.tail(conn, after=floor, without=known, most=_AT_ONCE)
                letters = intake.dead_letters_after(conn, letter, limit=_AT_ONCE)
            known.update(tail.entries)
            if known:
                floor = max(floor, max(known) - _LOOKBACK)
                known = {entry for entry in known if entry > floor}
            letter = max([letter, *(one["id"] for one in letters)])
            events = [event_of(fact) for fact in tail.facts]
            events += [_of_letter(one) for one in letters]
            events += [event for call in calls for event in _of_whisper(call)]
            if events or tail.left_out:
                self._tell(events, tail.left_out)


def _of_letter(letter: dict[str, Any]) -> Event:
    told = ("stage", "code", "reason", "reason_zh", "message_type")
    data = {name: hide(str(letter[name])) for name in told}
    return Event(
        "message",
        0,
        letter["source_id"],
        {"what": "dead_letter", "message_id": hide(letter["message_id"]), "letter_id": letter["id"], **data},
    )


def _of_whisper(call: Call) -> list[Event]:
    if call.channel != intake.TRACE or not call.payload:
        return []
    told = orjson.loads(call.payload)
    return [
        Event(
            "message",
            0,
            source_id,
            {"what": told["what"], "message_id": hide(message_id), "message_type": message_type},
        )
        for source_id, message_id, message_type in told["messages"]
    ]


def by_message(events: Iterable[Event]) -> list[Event]:
    """The facts among these told as what became of their message: one event a message, with all its facts.

    The id is that of the last fact, so that one who comes back is told of no message twice.
    """
    told: list[Event] = []
    accepted: dict[str, Event] = {}
    for event in events:
        if event.kind != "fact":
            told.append(event)
            continue
        message_id = str(event.data["message_id"])
        fact = {name: event.data[name] for name in ("fact_id", "kind", "name", "customer_id", "amount_fen")}
        if message_id in accepted:
            accepted[message_id].data["facts"].append(fact)
        else:
            data = {"what": "accepted", "message_id": message_id, "facts": [fact]}
            accepted[message_id] = Event("message", event.id, event.source_id, data)
            told.append(accepted[message_id])
    return told


def missed(database: Database, last_id: int | None, fits: Callable[[Event], bool]) -> list[Event]:
    """What a watcher is shown first: what came after the fact it knows, or the last few when it knows none."""
    with database.transaction() as conn:
        if last_id is None:
            after, most = max(0, timeline.end_of_log(conn) - BACKLOG), BACKLOG
        else:
            after, most = max(0, last_id // timeline.FACTS_PER_ENTRY - 1), RESUMED
        tail = timeline.tail(conn, after=after, most=most)
    events = [event_of(fact) for fact in tail.facts if last_id is None or fact.fact_id > last_id]
    return [event for event in events if fits(event)]
