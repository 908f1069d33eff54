"""Group commit: what many connections send in the same few milliseconds becomes durable in one transaction.

While one transaction commits, whatever arrives is gathered for the next: an idle door adds nothing to a request, a
busy one makes bigger transactions. Where several send at once, a few requests wait some milliseconds for
their like: a transaction for each of them would take the processors from those who work on what it brought.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Final

import structlog

from siyu.engines.postgres import Database
from siyu.intake import service
from siyu.intake.types import DeadLetter, Lane
from siyu.kernel.errors import TryLater

log = structlog.get_logger(__name__)

_WRITERS: Final = 2  # one commits while the other serialises
_PARTS_A_COMMIT: Final = 20_000
_SPACING: Final = 0.005  # seconds between the beginnings of two transactions of a few messages
_ENOUGH: Final = 8  # messages that wait for no others
_RETRY_AFTER: Final = 5


@dataclass(slots=True)
class _Request:
    lane: Lane
    parts: list[bytes]
    letters: list[DeadLetter]
    done: asyncio.Future[int | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Coalescer:
    """Writes requests to the queue together.

    Args:
        database: where the queue is.
        max_waiting_bytes: how much may wait in memory for its commit before senders are told to come back.
    """

    def __init__(self, database: Database, *, max_waiting_bytes: int = 64 * 1024 * 1024) -> None:
        self._database = database
        self._max_waiting_bytes = max_waiting_bytes
        self._waiting: list[_Request] = []
        self._waiting_bytes = 0
        self._waiting_parts = 0
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()
        self._began = 0.0  # of the last transaction
        self._busy = False  # others sent while it was under way, or with it
        self._writers: list[asyncio.Task[None]] = []
        self._writing = 0
        self._closing = False

    def start(self) -> None:
        """Begin to write; called in the event loop that serves the requests."""
        self._writers = [asyncio.create_task(self._write_forever()) for _ in range(_WRITERS)]

    async def stop(self) -> None:
        """Write what waits, then end."""
        self._closing = True
        self._arrived.set()
        self._enough.set()
        await asyncio.gather(*self._writers)

    async def put(self, lane: Lane, parts: list[bytes], letters: list[DeadLetter]) -> int | None:
        """Return when ``parts`` and ``letters`` are durable.

        Returns:
            the number of the transaction that brought them, as :func:`siyu.intake.service.put_parts`.

        Raises:
            TryLater: they are not, because the database does not answer or too much waits already.
        """
        size = sum(map(len, parts))
        if self._closing or self._waiting_bytes + size > self._max_waiting_bytes:
            raise TryLater(reason="Too many events arrive at once.", reason_zh="同时到达的事件过多。", retry_after=1)
        request = _Request(lane, parts, letters)
        self._waiting.append(request)
        self._waiting_bytes += size
        self._waiting_parts += len(parts)
        self._busy |= self._writing > 0
        self._arrived.set()
        if self._waiting_parts >= _ENOUGH:
            self._enough.set()
        try:
            return await request.done
        finally:
            self._waiting_bytes -= size

    async def _write_forever(self) -> None:
        while True:
            while not self._waiting:
                if self._closing:
                    return
                self._arrived.clear()
                await self._arrived.wait()
            await self._gather()
            batch = self._take()
            if not batch:
                continue  # the other writer has taken them
            self._busy = len(batch) > 1
            self._writing += 1
            try:
                number = await asyncio.to_thread(self._write, batch)
            except Exception as error:  # noqa: BLE001 - whatever it was, nothing is durable and every sender must know
                log.warning("intake.commit_failed", error=str(error), requests=len(batch))
                for request in batch:
                    if not request.done.done():
                        request.done.set_exception(
                            TryLater(
                                reason="The database does not answer.",
                                reason_zh="数据库没有响应。",
                                retry_after=_RETRY_AFTER,
                            )
                        )
            else:
                for request in batch:
                    if not request.done.done():  # the sender may have gone
                        request.done.set_result(number)
            finally:
                self._writing -= 1

    async def _gather(self) -> None:
        """Wait for enough messages, or until the last transaction began long enough ago. Who sends alone, one request after
        the other, waits for nobody.
        """
        left = self._began + _SPACING - time.monotonic()
        if self._busy and left > 0 and self._waiting_parts < _ENOUGH and not self._closing:
            self._enough.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), left)
        if self._waiting:
            self._began = time.monotonic()

    def _take(self) -> list[_Request]:
        count = parts = 0
        for request in self._waiting:
            count += 1
            parts += len(request.parts)
            if parts >= _PARTS_A_COMMIT:
                break
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        self._waiting_parts -= parts
        return batch

    def _write(self, batch: list[_Request]) -> int | None:
        with self._database.transaction() as conn:
            numbers = [
                service.put_parts(conn, lane, [part for one in batch if one.lane is lane for part in one.parts])
                for lane in Lane
            ]
            service.bury(conn, [letter for request in batch for letter in request.letters])
        return next(filter(None, numbers), None)  # of both lanes it is the same
