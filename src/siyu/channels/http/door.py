"""One push at the door: the plugin checks it, it is durable before the answer, and whoever has come is made known."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import httpx
import structlog

from siyu.channels import service
from siyu.channels.http.calls import EVERY, Calls
from siyu.channels.service import Known
from siyu.channels.types import Account, Arrival, Capability, Channel, PushAnswer, PushRefused, PushRequest
from siyu.engines.postgres import Database
from siyu.intake.types import Message
from siyu.kernel.clock import Clock
from siyu.kernel.errors import NotFound, SiyuError, TryLater

log = structlog.get_logger(__name__)

BODY_LIMIT: Final = 256 * 1024  # bytes; the longest push of a platform has a few thousand

OnArrival = Callable[[Account, Arrival], None]


class PushDoor:
    """Takes what platforms push.

    Args:
        database: where the accounts are.
        clock: what time it is.
        http: handed to the plugins, which do not use it here.
        check: raises when nothing may come in now.
        put: returns when the message is durable.
        on_arrival: called in a thread of its own, after that, when somebody has come who may be greeted.
        every: seconds between two writings of what came to the door of an account.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        http: httpx.Client,
        *,
        check: Callable[[], None],
        put: Callable[[Message], Awaitable[None]],
        on_arrival: OnArrival | None = None,
        every: float = EVERY,
    ) -> None:
        self._database = database
        self._clock = clock
        self._http = http
        self._check = check
        self._put = put
        self._on_arrival = on_arrival
        self._accounts = service.KnownAccounts(database)
        self._calls = Calls(database, clock, every=every)
        self._channels: dict[int, tuple[Known, Channel]] = {}
        self._refreshing: asyncio.Task[bool] | None = None
        self._greeting: set[asyncio.Task[None]] = set()

    async def take(self, channel: str, account_id: int, request: PushRequest) -> PushAnswer:
        """Check one call of a platform, make its push durable, and return what to answer. Safe to repeat.

        Raises:
            NotFound: there is no such account, or its channel pushes nothing.
            PushRefused, BadInput: nothing was stored.
            TryLater: nothing was stored; the platform pushes again.
        """
        known, plugin = await self._find(channel, account_id)
        try:
            known, answer = await self._understood(known, plugin, request)
        except TryLater:
            raise
        except SiyuError as refusal:
            self._calls.refused(account_id, refusal)
            raise
        if answer.push is not None:
            self._check()
            await self._put(service.push_message(known.account, answer.push, self._clock.now()))
            if answer.push.arrival is not None and self._on_arrival is not None:
                self._greet(self._on_arrival, known.account, answer.push.arrival)
        self._calls.good(account_id)
        return answer

    async def _understood(self, known: Known, plugin: Channel, request: PushRequest) -> tuple[Known, PushAnswer]:
        try:
            return known, plugin.read_push(request)
        except PushRefused:
            # The operator may have filled in other keys a moment ago, and platforms try a new address at once.
            if not self._accounts.stale:
                raise
            await self._refresh()
            again, plugin = await self._find(known.account.channel, known.account.id)
            if again is known:
                raise
            return again, plugin.read_push(request)

    async def stop(self) -> None:
        """Wait for what is being done."""
        await asyncio.gather(*self._greeting, *([self._refreshing] if self._refreshing else []))
        await self._calls.stop()

    async def _find(self, channel: str, account_id: int) -> tuple[Known, Channel]:
        known = self._accounts.find(channel, account_id)
        if self._accounts.stale:
            if known is None:
                read = await self._refresh()  # it may have been connected a moment ago
                known = self._accounts.find(channel, account_id)
                if known is None and not read:
                    raise TryLater(reason="The database does not answer.", reason_zh="数据库没有响应。", retry_after=5)
            else:
                self._refresh()  # for those who come later
        if known is None:
            raise _unknown(channel, account_id)
        opened = self._channels.get(account_id)
        if opened is None or opened[0] is not known:
            opened = self._channels[account_id] = (known, self._open(known))
        return opened

    def _open(self, known: Known) -> Channel:
        account = known.account
        if Capability.PUSH not in service.about(account.channel).capabilities:
            raise _unknown(account.channel, account.id)
        ports = service.open_ports(self._database, account, self._clock, self._http, secrets=known.secrets)
        return service.open_channel(account, ports)

    def _refresh(self) -> asyncio.Task[bool]:
        """Read the accounts again; all who ask meanwhile wait for the same."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._read())
        return self._refreshing

    async def _read(self) -> bool:
        try:
            await asyncio.to_thread(self._accounts.refresh)
        except Exception as error:  # noqa: BLE001 - what is known stays; the queue says whether the database is away
            log.warning("channels.accounts_unknown", error=str(error)[:300])
            return False
        return True

    def _greet(self, on_arrival: OnArrival, account: Account, arrival: Arrival) -> None:
        task = asyncio.create_task(self._call(on_arrival, account, arrival))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _call(self, on_arrival: OnArrival, account: Account, arrival: Arrival) -> None:
        try:
            await asyncio.to_thread(on_arrival, account, arrival)
        except Exception as error:  # the push is durable: the pipeline meets it
            log.exception("channels.arrival_failed", account=account.id, error=str(error)[:300])


def _unknown(channel: str, account_id: int) -> NotFound:
    return NotFound(what="account", what_zh="账号", key=f"{channel}/{account_id}")
