"""What came to the door of each account lately: in memory, and now and then in the database, for whoever looks for a fault.

A stranger can have calls refused as often as they like, so refusals are written at most once a minute for an account, and
so are good calls; but the first of one kind after the other is not held up by it.
"""

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

import structlog

from siyu.channels import service
from siyu.channels.types import Heard
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError

log = structlog.get_logger(__name__)

EVERY: Final = 60.0  # seconds
_LONGEST: Final = 500  # characters of a reason


@dataclass(slots=True)
class _Account:
    heard: Heard = field(default_factory=Heard)
    written: Heard = field(default_factory=Heard)
    good_written: float = float("-inf")
    refused_written: float = float("-inf")
    later: asyncio.Task[None] | None = None


class Calls:
    """Called in the loop of the web process alone. ``every``: seconds between two writings."""

    def __init__(self, database: Database, clock: Clock, *, every: float = EVERY) -> None:
        self._database = database
        self._clock = clock
        self._every = every
        self._accounts: dict[int, _Account] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def good(self, account_id: int) -> None:
        """A call was the platform's."""
        one = self._accounts.setdefault(account_id, _Account())
        one.heard = replace(one.heard, good_at=self._clock.now(), refusals=0)
        if one.written.refusals:
            self._write(account_id, one)
        else:
            self._soon(account_id, one, one.good_written)

    def refused(self, account_id: int, refusal: SiyuError) -> None:
        """A call was refused."""
        one = self._accounts.setdefault(account_id, _Account())
        reason = str(refusal.details.get("reason") or refusal.message)
        reason_zh = str(refusal.details.get("reason_zh") or refusal.message_zh)
        one.heard = Heard(
            one.heard.good_at, self._clock.now(), one.heard.refusals + 1, reason[:_LONGEST], reason_zh[:_LONGEST]
        )
        self._soon(account_id, one, one.refused_written)

    async def stop(self) -> None:
        """Write what is not written yet."""
        for account_id, one in self._accounts.items():
            if one.later is not None:
                self._write(account_id, one)
        await asyncio.gather(*self._writing)

    def _soon(self, account_id: int, one: _Account, last: float) -> None:
        """At once, or when a minute has passed since the last time."""
        wait = last + self._every - monotonic()
        if wait <= 0:
            self._write(account_id, one)
        elif one.later is None:
            one.later = asyncio.create_task(self._after(wait, account_id, one))

    async def _after(self, wait: float, account_id: int, one: _Account) -> None:
        await asyncio.sleep(wait)
        one.later = None
        self._write(account_id, one)

    def _write(self, account_id: int, one: _Account) -> None:
        if one.later is not None:
            one.later.cancel()
            one.later = None
        one.written = one.heard
        if one.heard.refusals:
            one.refused_written = monotonic()
        else:
            one.good_written = monotonic()
        task = asyncio.create_task(self._put(account_id, one.heard))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _put(self, account_id: int, heard: Heard) -> None:
        try:
            await asyncio.to_thread(self._store, account_id, heard)
        except Exception as error:  # noqa: BLE001 - it is said again at the next call
            log.warning("channels.calls_not_kept", account=account_id, error=str(error)[:300])

    def _store(self, account_id: int, heard: Heard) -> None:
        with self._database.transaction() as conn:
            service.note_heard(conn, account_id, heard)
