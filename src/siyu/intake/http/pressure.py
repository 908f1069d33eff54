"""Knows when to refuse, before the queue or the disk is in danger: what was acknowledged is never lost."""

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from siyu.engines import machine
from siyu.engines.postgres import Database
from siyu.intake import service
from siyu.intake.types import Lane, QueueDepth, Snapshot
from siyu.kernel.errors import TooManyRequests, TryLater

log = structlog.get_logger(__name__)

_LOOK_EVERY: Final = 1.0  # seconds
_BULK_SHARE: Final = 0.5  # bulk is turned away when half of what may wait is waiting; live may use all of it


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait.

    Attributes:
        messages: in the queue.
        queue_bytes: size of the queue on disk.
        free_bytes: disk that stays free.
        folder: where the disk is looked at; ``None`` when the database is on another machine.
    """

    messages: int
    queue_bytes: int
    free_bytes: int
    folder: Path | None


class Pressure:
    """Looks at the queue and the disk once a second; answers at once whether a request may come in.

    Between two looks it counts what this door let in, so that a flood cannot overrun the limits in that second. What a look
    saw is not counted again, whenever the door hears of its commit.
    """

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._depth = QueueDepth(messages={}, bytes=0, oldest=None, snapshot=Snapshot())
        self._let_in: dict[int, int] = {}  # messages that the last look did not see, by transaction
        self._unseen = 0  # their sum
        self._disk_low = False
        self._task: asyncio.Task[None] | None = None
        self._looking = threading.Lock()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._look_forever())

    async def stop(self) -> None:
        """End. A look that is under way is waited for: its connection would outlive the pool."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await asyncio.to_thread(self._looking.acquire)
            self._looking.release()

    def check(self, lane: Lane) -> None:
        """Let the request pass, or say when to come back.

        Raises:
            TryLater: 503, nothing may come in.
            TooManyRequests: 429, bulk must wait so that live events find room.
        """
        if self._disk_low:
            raise machine.nearly_full()
        full = share(self._depth, self._limits, self._unseen)
        if full >= 1:
            raise TryLater(reason="The queue is full.", reason_zh="队列已满。", retry_after=10)
        if lane is Lane.BULK and full >= _BULK_SHARE:
            raise TooManyRequests(
                reason="the queue is half full, and live events come first.",
                reason_zh="队列已过半，实时事件优先。",
                retry_after=10,
            )

    def let_in(self, messages: int, transaction: int | None) -> None:
        """Note that ``messages`` were made durable by a transaction, ``None`` where it brought none."""
        if transaction is not None and not self._depth.snapshot.saw(transaction):
            self._let_in[transaction] = self._let_in.get(transaction, 0) + messages
            self._unseen += messages

    async def look(self) -> None:
        """Look at the queue and the disk now."""
        self._depth, self._disk_low = await asyncio.to_thread(self._read)
        saw = self._depth.snapshot.saw
        self._let_in = {number: messages for number, messages in self._let_in.items() if not saw(number)}
        self._unseen = sum(self._let_in.values())

    def _read(self) -> tuple[QueueDepth, bool]:
        with self._looking, self._database.transaction() as conn:
            depth = service.depth(conn)
        folder, least = self._limits.folder, self._limits.free_bytes
        return depth, folder is not None and machine.disk_free(folder) < least

    async def _look_forever(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a database that is away is the coalescer's to report
                log.warning("intake.pressure_unknown", error=str(error))
            await asyncio.sleep(_LOOK_EVERY)


def share(depth: QueueDepth, limits: Limits, let_in: int = 0) -> float:
    """How full the queue is, 1 meaning full: the worse of its messages (with ``let_in`` more since) and its bytes."""
    waiting = sum(depth.messages.values()) + let_in
    # An empty queue may keep a large file until vacuum gives it back: bytes count only while something waits.
    size = depth.bytes / limits.queue_bytes if waiting else 0.0
    return max(waiting / limits.messages, size)
