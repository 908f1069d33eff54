"""Broadcasts to all and to chosen followers: four a month together, and what the platform left out is not said to be sent."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from tests.unit.channels.wechat.handed import KEY, TOKEN
from tests.unit.channels.wechat.test_together import FrontDoor

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.service import Desk
from siyu.channels.types import Account, Content, Delivery, Item
from siyu.channels.wechat import OfficialAccount
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake

DAY = timedelta(days=1)


class Brand:
    """An account that is connected to the fake, with what is sent and what is heard of it."""

    def __init__(
        self, database: Database, clock: ManualClock, fake: Fake, account: Account, http: httpx.Client
    ) -> None:
        self.database, self.clock, self.fake, self.account = database, clock, fake, account
        self.desk = Desk(
            database, clock, lambda one: service.open_account(database, one, clock, http, sleep=lambda _: None)
        )
        self.front = FrontDoor()
        self.front.channel = self.desk.opens(account)

    def sends(self, way: str, *subjects: str) -> list[Delivery]:
        """What became of one call to these, after the platform told its result."""
        items = [Item(f"{way} {self.clock.now()} {one}", one, Content("上新")) for one in subjects]
        with self.database.transaction() as conn:
            answers = service.deliver(conn, self.account, way, items, self.clock.now())
        while service.do_deliveries(self.desk):
            pass
        self.fake.deliver()
        with self.database.transaction() as conn:
            pushes = [service.push_message(self.account, one, self.clock.now()) for one in self.front.pushes.values()]
            service.hear(conn, pushes, self.clock.now())
            known = service.deliveries(conn, self.account.id, [item.key for item in items])
        self.front.pushes.clear()
        return [known.get(item.key, answer) for item, answer in zip(items, answers, strict=True)]

    def received(self, open_id: str) -> int:
        return sum((one.open_id, one.way) == (open_id, "broadcast") for one in self.fake.state.received)


@pytest.fixture
def brand(
    database: Database, clock: ManualClock, fake: Fake, url: str, http: httpx.Client, monkeypatch: pytest.MonkeyPatch,
    _parrot: None,
) -> Iterator[Brand]:  # fmt: skip
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"official_account": OfficialAccount}, ()))
    clock.advance(6 * DAY)  # the second of December
    values = {
        "app_id": fake.state.app_id, "app_secret": DEFAULT_SECRET, "callback_token": TOKEN, "callback_key": KEY,
        "base_url": url,
    }  # fmt: skip
    with database.transaction() as conn:
        account = service.connect_account(
            conn, access.system("tests"), channel="official_account", values=values, now=clock.now()
        )
    made = Brand(database, clock, fake, account, http)
    with serving(Starlette(routes=[Route("/", made.front.hear, methods=["GET", "POST"])])) as address:
        fake.call_back(f"{address}/", TOKEN, KEY, "safe")
        yield made
        fake.hang_up()


@pytest.fixture
def people(fake: Fake) -> list[str]:
    made = [fake.new_person() for _ in range(4)]
    for one in made:
        fake.follows(one)
    return made


def test_after_four_to_all_nobody_is_sent_another(brand: Brand, people: list[str]) -> None:
    for _ in range(4):
        (sent,) = brand.sends("broadcast_to_all", "*")
        assert (sent.state, sent.result, sent.reason) == ("sent", "sent", "")
        brand.clock.advance(DAY)
    for held in brand.sends("broadcast", *people[:2]):
        assert held.state == "held"
        assert held.retry_at == brand.clock.now().replace(day=31, hour=16)
        assert "全员群发" in held.reason_zh
    assert [brand.received(one) for one in people] == [4] * 4
    brand.clock.advance(30 * DAY)
    assert {one.result for one in brand.sends("broadcast", *people[:2])} == {"sent"}


def test_what_each_got_counts_with_what_all_got(brand: Brand, people: list[str]) -> None:
    for _ in range(3):
        assert {one.result for one in brand.sends("broadcast", *people[:2])} == {"sent"}
        brand.clock.advance(DAY)
    brand.sends("broadcast_to_all", "*")
    answers = brand.sends("broadcast", *people)
    assert [one.state for one in answers] == ["held", "held", "sent", "sent"]
    assert [brand.received(one) for one in people] == [4, 4, 2, 2]


def test_a_broadcast_to_all_says_how_many_it_reached(brand: Brand, people: list[str]) -> None:
    for _ in range(4):
        brand.sends("broadcast", *people[:2])
        brand.clock.advance(DAY)
    (partly,) = brand.sends("broadcast_to_all", "*")
    assert (partly.state, partly.result) == ("sent", "partly")
    assert ("2 of 4" in partly.reason, "2 人，共 4 人" in partly.reason_zh) == (True, True)


def test_what_the_platform_left_out_is_not_said_to_be_sent(brand: Brand, people: list[str]) -> None:
    """Somebody had sent by the platform's own pages, of which Siyu knows nothing."""
    for one in people[:3]:
        brand.fake.state.people[one].broadcasts["2026-12"] = 4
    nobody = brand.sends("broadcast", *people[:2])
    assert {(one.state, one.result) for one in nobody} == {("refused", "failed")}
    assert "接收上限" in nobody[0].reason_zh
    some = brand.sends("broadcast", *people[2:])
    assert {(one.state, one.result, "1 of 2" in one.reason) for one in some} == {("sent", "partly", True)}
