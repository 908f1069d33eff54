"""An official account and what we keep of it come to be equal, whatever becomes of its callbacks."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from siyu.app import syncing
from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.syncing import Syncing
from siyu.channels import service
from siyu.channels.http import PushDoor
from siyu.channels.service import codes
from siyu.channels.types import Account, Channel, CodeDefinition, PushRequest, Roster
from siyu.channels.wechat import OfficialAccount
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.intake.types import Lane, Message
from siyu.kernel.clock import ManualClock, to_millis
from siyu.kernel.errors import BadInput, SiyuError
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app
from siyu.timeline.columns import unpack

TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class Siyu:
    """The door and the worker's loops, turned by hand."""

    def __init__(self, database: Database, clock: ManualClock, folder: Path, http: httpx.Client) -> None:
        self.database, self.clock, self.http = database, clock, http
        self.context = Context(Settings(data_folder=folder), database, cast("Any", None), clock)
        self.syncing = Syncing(database, clock, self.opens)
        self.pipeline = Pipeline(database, clock, 500)
        self.door = PushDoor(database, clock, http, check=lambda: None, put=self.put)

    def opens(self, account: Account) -> Channel:
        def wait(seconds: float) -> None:
            self.clock.advance(timedelta(seconds=seconds))

        return service.open_account(self.database, account, self.clock, self.http, sleep=wait)

    async def put(self, message: Message) -> None:
        def put() -> None:
            with self.database.transaction() as conn:
                intake.put(conn, Lane.LIVE, [message])

        await asyncio.to_thread(put)

    def connect(self, fake: Fake, url: str) -> Account:
        values = {
            "app_id": fake.state.app_id,
            "base_url": url,
            "app_secret": DEFAULT_SECRET,
            "callback_token": TOKEN,
            "callback_key": KEY,
        }
        with self.database.transaction() as conn:
            return service.connect_account(
                conn, access.system("tests"), channel="official_account", values=values, now=self.clock.now()
            )

    def work(self) -> None:
        """Until nothing is to be done."""
        while self.pipeline.run_once() or self.syncing.run_once():
            pass

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql)]

    def facts(self, *kinds: str) -> list[dict[str, Any]]:
        bodies = [
            bytes(row[0]) for row in self.rows("SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
        ]
        found = cast("list[dict[str, Any]]", unpack(bodies).to_pylist()) if bodies else []
        return [one for one in found if one["kind"] in kinds]


@pytest.fixture
def fake(clock: ManualClock) -> Fake:
    return Fake(clock, "official_account")


@pytest.fixture
def siyu(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Siyu]:
    with httpx.Client(trust_env=False) as http:
        yield Siyu(database, clock, tmp_path, http)


@pytest.fixture
def account(siyu: Siyu, fake: Fake) -> Iterator[Account]:
    """Connected both ways."""
    with serving(create_app(fake)) as url:
        account = siyu.connect(fake, url)

        async def hear(request: Request) -> Response:
            given = PushRequest("POST", dict(request.query_params), dict(request.headers), await request.body())
            try:
                answer = await siyu.door.take("official_account", account.id, given)
            except SiyuError as error:
                return Response(error.code, error.status)
            return Response(answer.body)

        with serving(Starlette(routes=[Route("/", hear, methods=["POST"])])) as address:
            fake.call_back(f"{address}/", TOKEN, KEY)
            yield account
            fake.hang_up()


def equals(siyu: Siyu, account: Account, fake: Fake) -> None:
    """The mirror, the customers and the facts are as the platform is."""
    truth = fake.truth()
    kept = siyu.rows("SELECT contact_id, since FROM channels.follow WHERE ended_at IS NULL AND staff_id = ''")
    assert {one: int(since.timestamp()) for one, since in kept} == {
        open_id: one.subscribed_at for open_id, one in truth.items()
    }
    customers = dict(siyu.rows("SELECT value, customer_id FROM identity.identifier WHERE type = 'open_id'"))
    unions = dict(siyu.rows("SELECT value, customer_id FROM identity.identifier WHERE type = 'union_id'"))
    relations = siyu.rows("SELECT customer_id, kind, scope FROM customers.relation WHERE ended_at IS NULL")
    assert sorted(relations) == sorted(
        (customers[open_id], "follower", service.scope_of(account.id, "")) for open_id in truth
    )
    assert all(unions[one.union_id] == customers[open_id] for open_id, one in truth.items())
    facts = siyu.facts("account.followed", "account.unfollowed")
    counts = Counter(one["kind"] for one in facts)
    assert counts["account.followed"] - counts["account.unfollowed"] == len(truth)
    for customer in customers.values():  # in turn
        told = [one["kind"] for one in facts if one["customer_id"] == customer]
        assert told == (["account.followed", "account.unfollowed"] * len(told))[: len(told)]
    begun = Counter(
        (one["customer_id"], to_millis(one["occurred_at"])) for one in facts if one["kind"] == "account.followed"
    )
    assert max(begun.values(), default=1) == 1
    assert siyu.rows("SELECT count(*) FROM intake.dead_letter") == [(0,)]
    assert siyu.facts("friend.added", "friend.deleted") == []


def test_where_a_follower_scans_again_is_told(siyu: Siyu, account: Account, fake: Fake, clock: ManualClock) -> None:
    channel = cast("OfficialAccount", siyu.opens(account))
    shelf = channel.make_code("shelf-3")
    open_id = fake.new_person()
    fake.scans(open_id, shelf.ticket)
    clock.advance(timedelta(minutes=5))
    fake.faults.repeated = 1
    fake.scans(open_id, channel.make_code("till-1").ticket)
    fake.deliver()
    siyu.work()
    facts = siyu.facts("account.followed", "entry.scanned")
    assert [(one["kind"], orjson.loads(one["properties"])["state"]) for one in facts] == [
        ("entry.scanned", "till-1"),
        ("account.followed", "shelf-3"),
    ]
    assert len({one["customer_id"] for one in facts}) == 1


def test_an_entry_code_brings_followers_and_counts_who_scans_again(
    siyu: Siyu, account: Account, fake: Fake, clock: ManualClock
) -> None:
    zone, me = ZoneInfo("Asia/Shanghai"), access.system("tests")
    definition = CodeDefinition(tags=("扫码关注",), store="老街店")
    with siyu.database.transaction() as conn:
        made = service.create_code(
            conn, me, account_id=account.id, kind="follow", name="海报", definition=definition,
            now=clock.now(), zone=zone, state="poster1",
        )  # fmt: skip
        for kind, wrong in (("staff", definition), ("follow", CodeDefinition(roster=Roster(staff=("lin",))))):
            with pytest.raises(BadInput):
                service.create_code(
                    conn, me, account_id=account.id, kind=cast("Any", kind), name="错", definition=wrong,
                    now=clock.now(), zone=zone,
                )  # fmt: skip
    rotation = service.Rotation(siyu.database, clock, zone, siyu.opens)
    while rotation.run_once():
        pass
    ((ticket, _),) = [(one, scene) for one, scene in fake.state.scenes.items() if scene[0] == "poster1"]
    with siyu.database.transaction() as conn:
        drawn = codes.code_poster(conn, made.id, brand="B", title="", theme="plain", page=False, base_url="http://b")
    assert "长按或扫码关注" in drawn
    old, new = fake.new_person(), fake.new_person()
    fake.follows(old)
    clock.advance(timedelta(minutes=1))
    fake.faults.repeated = 1
    for open_id in (old, new, new):
        fake.scans(open_id, ticket)
        clock.advance(timedelta(minutes=1))
    fake.deliver()
    siyu.work()
    clock.advance(timedelta(hours=1))
    with siyu.database.transaction() as conn:
        code = service.code(conn, made.id)
        since = clock.now() - timedelta(days=1)
        found = service.code_figures(conn, [code], since=since, until=clock.now(), now=clock.now(), zone=zone)[made.id]
    assert (code.open, code.pictured, code.problem, code.url) == (True, True, None, "")
    assert (found.added, found.there, found.left, found.scanned) == (1, 1, 0, 2)
    customers = dict(siyu.rows("SELECT value, customer_id FROM identity.identifier WHERE type = 'open_id'"))
    tagged = siyu.rows("SELECT customer_id, tag FROM customers.tag")
    assert tagged == [(customers[new], "扫码关注")]


@pytest.mark.parametrize("seed", range(3))
def test_they_come_to_be_equal(siyu: Siyu, account: Account, fake: Fake, clock: ManualClock, seed: int) -> None:
    """A fifth of the callbacks is lost, a fifth comes twice, a fifth late or in another order; then a reconcile."""
    fake.faults.lost = fake.faults.repeated = fake.faults.disordered = fake.faults.delayed = 0.2
    random = np.random.default_rng(seed)
    people = [fake.new_person(f"客户{number}") for number in range(25)]
    for _ in range(3):
        for _ in range(4):
            for open_id in map(str, random.choice(people, 8, replace=False)):
                (fake.unfollows if fake.person(open_id).subscribed_at else fake.follows)(open_id)
                clock.advance(timedelta(minutes=int(random.integers(1, 90))))
            fake.deliver()
            siyu.work()
        clock.advance(timedelta(hours=2))
        fake.deliver()
        walk = syncing.reconcile(siyu.context, account.id, siyu.opens)
        assert walk is not None
        assert walk.problem is None
        siyu.work()
        equals(siyu, account, fake)
    facts = len(siyu.facts("account.followed", "account.unfollowed"))
    syncing.reconcile(siyu.context, account.id, siyu.opens)
    siyu.work()
    assert len(siyu.facts("account.followed", "account.unfollowed")) == facts  # another finds no difference
