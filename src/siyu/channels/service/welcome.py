"""Greeting who has just come: the platform's code lives twenty seconds, so nothing of this waits in the queue.

What to say is kept in the process, worked out for each code and time of the day. Of all that hear of an arrival one claims
the welcome and sends it. Whoever claimed it and died is followed by another after some seconds; the platform takes a code
only once, so nobody is greeted twice by that.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from siyu.channels.rules.schedule import greeting_at
from siyu.channels.rules.wording import greeting_word, welcome
from siyu.channels.service import media
from siyu.channels.service.accounts import account
from siyu.channels.store import welcomes as tables
from siyu.channels.store.codes import CHANNEL
from siyu.channels.types import Account, Arrival, Channel, CodeDefinition, Content, Greeted, Sent
from siyu.channels.types.media import FILE
from siyu.engines.postgres import Database, Listener
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError

log = structlog.get_logger(__name__)

_STALE: Final = timedelta(seconds=6)  # a claim of which nothing was heard
_MARGIN: Final = timedelta(milliseconds=800)  # a request that begins later comes too late
_FRESH: Final = 30.0  # seconds; a call can be lost
_KEPT: Final = timedelta(days=90)
_PAUSE: Final = 1.0  # seconds between tries
_THREADS: Final = 4
_MOST_WAITING: Final = 200
_MOST_KEPT: Final = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Plan:
    code_id: int
    definition: CodeDefinition


def forget_welcomes(conn: Connection, now: datetime) -> None:
    """Daily: drop what is known of welcomes older than 90 days. Safe to repeat."""
    tables.forget(conn, now - _KEPT)


class Greeter:
    """Sends welcomes. One a process; the door hands it arrivals, and so does the pipeline, as a backup.

    Args:
        database: where claims are.
        clock: what time it is.
        zone: of the brand.
        brand: name of it, for ``{brand}``.
        opens: puts the plugin of an account to work.
        sleep: waits between tries; a rehearsal moves its clock instead.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        brand: str,
        opens: Callable[[Account], Channel],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._brand = brand
        self._opens = opens
        self._sleep = sleep
        self._kept: dict[tuple[str, int, str], tuple[float, Any]] = {}
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="welcome")
        self._codes: Listener | None = None

    def start(self) -> None:
        """Hear of codes that change, so that the next welcome says the new words."""
        self._codes = self._database.listener(CHANNEL)
        self._codes.hear(0)  # from now on

    def stop(self) -> None:
        """Finish what is begun."""
        self._pool.shutdown(wait=True)
        if self._codes is not None:
            self._codes.end()

    def submit(self, account_id: int, arrival: Arrival) -> bool:
        """Greet in a thread of the greeter's own. ``False`` when too many wait: the pipeline will meet the arrival."""
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            self._pool.submit(self._greet_and_release, account_id, arrival)
        except RuntimeError:  # it is being stopped
            self._waiting.release()
            return False
        return True

    def _greet_and_release(self, account_id: int, arrival: Arrival) -> None:
        try:
            self.greet(account_id, arrival)
        except Exception as problem:
            log.exception("welcome.failed", account_id=account_id, error=str(problem))
        finally:
            self._waiting.release()

    def greet(self, account_id: int, arrival: Arrival) -> Greeted:
        """Greet, unless another has or does, or there is nothing to say. Safe to repeat and to call from several places."""
        now = self._clock.now()
        content = self.content(account_id, arrival, now)
        if content is None or self._known_account(account_id).state == "paused":
            return Greeted("silent")
        digest = sha256(f"{account_id}\0{arrival.code}".encode()).hexdigest()
        began = time.monotonic()
        with self._database.transaction() as conn:
            if not tables.claim(conn, account_id, digest, arrival, now, _STALE):
                return Greeted("claimed")
        outcome, sent = self._send(account_id, arrival, content)
        took = round((time.monotonic() - began) * 1000)
        with self._database.transaction() as conn:
            tables.finish(
                conn,
                account_id,
                digest,
                outcome.outcome,
                self._clock.now(),
                took_ms=took,
                error=outcome.error,
                reason=sent.reason,
                reason_zh=sent.reason_zh,
            )
        log.info("welcome.done", account_id=account_id, outcome=outcome.outcome, error=outcome.error, took_ms=took)
        return Greeted(outcome.outcome, took, outcome.error)

    def content(self, account_id: int, arrival: Arrival, now: datetime) -> Content | None:
        """What would be said at this moment; ``None``: nothing."""
        if self._codes is not None and self._codes.hear(0):
            self.forget()
        plan = self._kept_or(("plan", account_id, arrival.state), lambda: self._plan(account_id, arrival.state))
        if plan is None:
            return None
        said = greeting_at(plan.definition.greetings, now, self._zone)
        if said is None:
            return None
        staff_id = arrival.staff_id
        staff = self._kept_or(("staff", account_id, staff_id), lambda: self._staff_name(account_id, staff_id))
        values = {
            "name": plan.definition.called,
            "staff": staff,
            "greeting": greeting_word(now, self._zone),
            "brand": self._brand,
            "store": plan.definition.store,
        }
        content = welcome(said, values)
        if not any(FILE in fields for _, fields in content.attachments):
            return content
        key = ("pictures", account_id, sha256(repr(content.attachments).encode()).hexdigest())
        pictures = self._kept_or(key, lambda: self._shown(content, now))
        content = replace(content, attachments=pictures)
        return content if content.text or content.attachments else None

    def _send(self, account_id: int, arrival: Arrival, content: Content) -> tuple[Greeted, Sent]:
        """Try until the platform has answered for good, or the code is dead."""
        sent = Sent(arrival.code, "later")
        while self._clock.now() < arrival.until - _MARGIN:
            try:
                sent = self._opens(self._known_account(account_id)).welcome(arrival.code, content)
            except SiyuError as problem:
                sent = Sent(arrival.code, "later", reason=problem.message, reason_zh=problem.message_zh)
            except Exception as problem:
                log.exception("welcome.broke", account_id=account_id)
                sent = Sent(arrival.code, "refused", reason=f"{type(problem).__name__}: {problem}")
            if sent.outcome == "sent":  # with an error: it was done before, and not by us
                return Greeted("already" if sent.error else "sent", error=sent.error), sent
            if sent.outcome != "later":
                dead = self._clock.now() >= arrival.until
                return Greeted("expired" if dead else "refused", error=sent.error), sent
            self._sleep(_PAUSE)
        return Greeted("expired", error=sent.error), sent

    def _plan(self, account_id: int, state: str) -> _Plan | None:
        if not state:
            return None
        with self._database.transaction() as conn:
            found = tables.plan(conn, account_id, state)
        return _Plan(*found) if found else None

    def _staff_name(self, account_id: int, staff_id: str) -> str:
        with self._database.transaction() as conn:
            return tables.staff_name(conn, account_id, staff_id)

    def _shown(self, content: Content, now: datetime) -> tuple[tuple[str, Mapping[str, str]], ...]:
        with self._database.transaction() as conn:
            return media.shown(conn, content, now).attachments

    def _account(self, account_id: int) -> Account:
        with self._database.transaction() as conn:
            return account(conn, account_id)

    def _known_account(self, account_id: int) -> Account:
        return self._kept_or(("account", account_id, ""), lambda: self._account(account_id))

    def _kept_or(self, key: tuple[str, int, str], read: Callable[[], T]) -> T:
        """What is known, not older than half a minute; of two that miss it at once both read."""
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < _FRESH:
            found: T = kept[1]
            return found
        read_at = time.monotonic()
        found = read()
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (read_at, found)
        return found

    def forget(self) -> None:
        """Read everything again when it is needed next."""
        self._kept.clear()
