"""A corp that goes on living while Siyu reads it, a network that loses things, and a Siyu whose worker is turned by hand."""

import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send
from tests.running import free_port

from siyu.app import syncing
from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.syncing import Syncing
from siyu.app.web import create_app
from siyu.channels import service as channels
from siyu.channels.types import Account, Channel, Walk
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.calls import transfers
from siyu.channels.wecom.client import Client
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import Conflict, SiyuError, TryLater
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom.app import create_app as fake_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.wecom.life import Life

TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Town:
    """The people: one does something, and some seconds go by. Nobody does two things in one second."""

    def __init__(self, corp: Corp, clock: ManualClock, seed: int) -> None:
        self.corp, self.clock = corp, clock
        self.random = Random(seed)
        self.life = Life(corp, seed)
        self.told: list[str] = []  # everything that ever was to be told, as the platform wrote it
        self.busy = 0.0  # of so many calls somebody does something before the answer, and of as many behind it
        corp.events.append(self.told.append)

    def act(self) -> None:
        with self.corp.lock, suppress(Conflict):
            self.pass_time(2, 20)
            self.life.live(1)
            if self.random.random() < 0.02:
                self._comes_back_at_once()
            self.pass_time(1, 2)

    def _comes_back_at_once(self) -> None:
        """A member deletes a customer, who adds them again a minute later: only the moment shows that it was another tie."""
        able = [one.userid for one in self.corp.state.staff.values() if one.serves and one.status == 1]
        userid = self.random.choice(able)
        if customers := self.corp.customers_in_order(userid):
            customer = self.random.choice(customers)
            self.corp.staff_deletes(userid, customer)
            self.pass_time(40, 80)
            self.corp.customer_adds(customer, userid, add_way=2)

    def pass_time(self, least: float, most: float) -> None:
        self.clock.advance(timedelta(seconds=round(self.random.uniform(least, most), 3)))

    def around(self, app: App) -> App:
        """The server, as it is reached: each call takes its time, and people do not wait until it is answered."""

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            self.pass_time(0.02, 0.2 if self.random.random() < 0.97 else 20)
            if self.random.random() < self.busy:
                self.act()

            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start" and self.random.random() < self.busy:
                    self.act()  # the answer is written already
                await send(message)

            await app(scope, receive, answered)

        return call

    def hand_over(self, client: Client) -> int:
        """Whoever left: somebody else is to have their customers and groups."""
        able = sorted(one.userid for one in self.corp.state.staff.values() if one.serves and one.status == 1)
        moved = 0
        for one in [one for one in self.corp.state.staff.values() if one.status == 5]:
            customers = list(self.corp.customers_in_order(one.userid))[:100]
            heir = self.random.choice(able)
            with suppress(SiyuError):
                if customers:
                    moved += len(transfers.transfer(client, one.userid, heir, customers, resigned=True))
                groups = [group.chat_id for group in self.corp.state.groups.values() if group.owner == one.userid]
                if groups:
                    transfers.transfer_groups(client, groups, heir, resigned=True)
        return moved


class Siyu:
    """The real web application behind a port, and the worker's loops, turned by hand."""

    def __init__(self, database: Database, town: Town, platform: str, folder: Path) -> None:
        self.database, self.town, self.clock = database, town, town.clock
        self.http = httpx.Client(trust_env=False, timeout=20)
        engine = cast("Any", SimpleNamespace(close=lambda: None))
        settings = Settings(data_folder=folder, minimum_free_bytes=2**26)
        self.context = Context(settings, database, engine, self.clock)
        values = {
            "corp_id": town.corp.corp_id,
            "agent_id": "1000002",
            "secret": DEFAULT_SECRET,
            "callback_token": TOKEN,
            "encoding_aes_key": KEY,
            "base_url": platform,
        }
        with database.transaction() as conn:
            self.account: Account = channels.connect_account(
                conn, access.system("tests"), channel="wecom", external_id=town.corp.corp_id, name="", values=values,
                now=self.clock.now(),
            )  # fmt: skip
        self.pipeline = Pipeline(database, self.clock, 500)
        self.syncing = Syncing(database, self.clock, self.opens)

    def opens(self, account: Account) -> Channel:
        """The installed plugin with real ports, but whoever waits moves the clock."""
        channel = channels.open_account(self.database, account, self.clock, self.http, sleep=self.wait)
        assert isinstance(channel, Wecom)
        channel.client = Client(account, channel.ports, pause=self.wait)
        return channel

    def client(self) -> Client:
        return cast("Wecom", self.opens(self.account)).client

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def work(self) -> None:
        """Until nothing is due."""
        while self.pipeline.run_once() + self.syncing.run_once():
            pass

    def reconcile(self) -> Walk:
        """As the job does: it comes back when the platform is busy."""
        for _ in range(500):
            try:
                walk = syncing.reconcile(self.context, self.account.id, self.opens)
            except TryLater as later:
                self.wait(float(later.details.get("retry_after", 10)))
                self.work()
                continue
            assert walk is not None
            return walk
        raise AssertionError("the reconcile does not come to an end")

    def settle(self) -> Walk:
        """Everything is read, and nothing waits any more."""
        walk = self.reconcile()
        for _ in range(50):
            self.work()
            self.wait(600)
        return walk


@contextmanager
def connected(database: Database, corp: Corp, clock: ManualClock, folder: Path, seed: int) -> Iterator[Siyu]:
    """A corp behind a port, a Siyu behind another, each with the address of the other."""
    town = Town(corp, clock, seed)
    with serving(cast("Any", town.around(fake_app(corp)))) as platform:
        siyu = Siyu(database, town, platform, folder)
        with running(create_app(siyu.context)) as url:
            corp.call_back(f"{url}/callback/wecom/{siyu.account.id}", TOKEN, KEY)
            assert corp.deliverer is not None
            corp.deliverer.history = deque()  # of all, not of the last thousand
            yield siyu
            corp.hang_up()
        siyu.http.close()


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve the whole application, with what it does at its start and end."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="on", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(800):
        if server.started:
            break
        threading.Event().wait(0.025)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)
