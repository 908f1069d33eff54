"""Broadcasts over the fake platforms: by one-time subscription messages, one for each time that somebody allowed it, and by
the official account.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from tests.unit.channels.wechat.test_together import KEY, TOKEN, FrontDoor
from tests.unit.journeys.journeying import ZONE, begin
from tests.unit.touch.conftest import ME, NOON, settle

from siyu.channels import registry
from siyu.channels import service as channels
from siyu.channels.registry import Plugins
from siyu.channels.service import Desk
from siyu.channels.types import Account
from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows, run
from siyu.intake import service as intake
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Send, Wish
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app
from siyu.touch import service as touch

DAY = timedelta(days=1)


@dataclass
class Shop:
    """An app of WeChat that is connected, and the people of it whom we know."""

    database: Database
    clickhouse: Client
    clock: ManualClock
    fake: Fake
    account: Account
    front: FrontDoor
    desk: Desk
    people: dict[int, str] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)

    def known(self, number: int, *, follows: bool = False) -> list[int]:
        """People of the fake whom OneID knows by their OpenID."""
        ids = list(range(len(self.people) + 1, len(self.people) + 1 + number))
        new = {one: self.fake.new_person() for one in ids}
        self.people |= new
        with self.database.transaction() as conn:
            settle(conn, ids)
            run(
                conn,
                """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
                   SELECT 1000000000 + id, id, 'open_id', :scope, value, :at, :at
                   FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS text[])) AS new (id, value)""",
                scope=self.account.external_id, ids=ids, values=list(new.values()), at=NOON,
            )  # fmt: skip
            if follows:
                run(
                    conn,
                    """INSERT INTO channels.contact (account_id, contact_id)
                       SELECT :account, value FROM unnest(CAST(:values AS text[])) AS new (value)""",
                    account=self.account.id, values=list(new.values()),
                )  # fmt: skip
                run(
                    conn,
                    """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
                       SELECT :account, value, '', :at, :at, :at FROM unnest(CAST(:values AS text[])) AS new (value)""",
                    account=self.account.id, values=list(new.values()), at=NOON - DAY,
                )  # fmt: skip
        if follows:
            for open_id in new.values():
                self.fake.follows(open_id)
        return ids

    def hear(self) -> None:
        """The callbacks of the platform arrive, and are worked on."""
        self.fake.deliver()
        new = [push for key, push in self.front.pushes.items() if key not in self.heard]
        self.heard |= {push.id for push in new}
        now = self.clock.now()
        with self.database.transaction() as conn:
            channels.hear(conn, [channels.push_message(self.account, push, now) for push in new], now)

    def sent(self, made: Definition, key: str, ids: list[int]) -> dict[int, tuple[str, str]]:
        """The broadcast goes out; what became of it for each: (state, code)."""
        now = self.clock.now()
        with self.database.transaction() as conn:
            journey = begin(conn, made, key=key, now=now)
            journeys.bring_crowd(conn, journey, made, ids, origin="hand", begins_at=now)
            journeys.let_crowds_in(conn, self.clickhouse, now)
            programme = journeys.journey(conn, journey.id).programme_id
        while self.done(lambda conn: journeys.step_once(conn, self.clickhouse, now, ZONE)).enrolments:
            pass
        while channels.do_deliveries(self.desk):
            pass
        self.hear()
        self.done(lambda conn: touch.take_outcomes(conn, now))
        with self.database.transaction() as conn:
            found = rows(
                conn, "SELECT customer_id, state, code FROM touch.touch WHERE programme_id = :id", id=programme
            )
        return {row.customer_id: (row.state, row.code) for row in found}

    def done(self, act: Callable[..., Any]) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def received(self, kind: str) -> list[str]:
        """By whom, in the order in which it came."""
        return [one.open_id for one in self.fake.state.received if one.way == kind]


def shop(database: Database, clickhouse: Client, plugin: Any, values: dict[str, str]) -> Iterator[Shop]:
    name, clock, front = plugin.about.name, ManualClock(NOON), FrontDoor()
    fake = Fake(clock, name)
    door = Starlette(routes=[Route("/", front.hear, methods=["GET", "POST"])])
    with serving(create_app(fake)) as platform, serving(door) as address, httpx.Client(trust_env=False) as http:
        given = {"app_id": fake.state.app_id, "app_secret": DEFAULT_SECRET, "base_url": platform, **values}
        with database.transaction() as conn:
            run(conn, "SELECT setval('identity.id_seq', 10000000)")
            account = channels.connect_account(conn, ME, channel=name, values=given, now=NOON)
        opens = lambda one: channels.open_account(database, one, clock, http, sleep=lambda _: None)  # noqa: E731
        front.channel = opens(account)
        fake.call_back(f"{address}/", TOKEN, KEY)
        yield Shop(database, clickhouse, clock, fake, account, front, Desk(database, clock, opens))
        fake.hang_up()


@pytest.fixture
def mini(database: Database, clickhouse: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"mini_program": MiniProgram}, ()))
    yield from shop(database, clickhouse, MiniProgram, {"callback_token": TOKEN, "callback_key": KEY})


@pytest.fixture
def official(database: Database, clickhouse: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"official_account": OfficialAccount}, ()))
    yield from shop(database, clickhouse, OfficialAccount, {"callback_token": TOKEN, "callback_key": KEY})


def notice(template_id: str, said: str, at: datetime) -> Definition:
    details = {"template_id": template_id, "data.thing1": said}
    sending = Send("", (Wish("notice", "mini_program"),), details=details, valid_for="2h")
    made = journeys.broadcast(f"{said} {at}", 1, sending, purpose="transactional")
    return journeys.from_json({**journeys.to_json(made), "control_bp": 0, "control_reason": "a test"})


def test_each_subscription_allows_one_message_and_no_more(mini: Shop) -> None:
    template = mini.fake.new_template("thing1")
    once, twice, never, forbids = mini.known(4)
    for one, times in ((once, 1), (twice, 2), (forbids, 2)):
        for _ in range(times):
            mini.fake.answers_popup(mini.people[one], {template: "accept"})
            mini.clock.advance(timedelta(minutes=1))  # the same within a second is the same callback
    mini.fake.answers_popup(mini.people[never], {template: "reject"})
    mini.hear()
    everybody = [once, twice, never, forbids]
    first = mini.sent(notice(template, "春茶到店", NOON), "first", everybody)
    assert first == {once: ("sent", ""), twice: ("sent", ""), forbids: ("sent", ""), never: ("dropped", "no_grant")}
    assert sorted(mini.received("notice")) == sorted(mini.people[one] for one in (once, twice, forbids))

    mini.fake.forbids(mini.people[forbids], template)
    mini.hear()
    mini.clock.advance(DAY)
    second = mini.sent(notice(template, "夏茶到店", NOON + DAY), "second", everybody)
    assert second == {
        once: ("dropped", "no_grant"), twice: ("sent", ""), never: ("dropped", "no_grant"), forbids: ("dropped", "no_grant"),
    }  # fmt: skip
    assert mini.received("notice")[3:] == [mini.people[twice]]
    # What was forbidden is a fact of the person, by which the harm guard counts it.
    with mini.database.transaction() as conn:
        said = [message for envelope in intake.claim(conn, 1000) for message in envelope.messages]
    told = [
        (one["kind"], message.payload["contact"]) for message in said for one in message.payload.get("happened", ())
    ]
    assert ("notice.refused", mini.people[forbids]) in told

    mini.fake.answers_popup(mini.people[once], {template: "accept"})
    mini.hear()
    mini.clock.advance(DAY)
    assert mini.sent(notice(template, "秋茶到店", NOON + 2 * DAY), "third", [once]) == {once: ("sent", "")}


def test_a_template_of_another_kind_is_another_counter(mini: Shop) -> None:
    orders, news = mini.fake.new_template("thing1"), mini.fake.new_template("thing1")
    (one,) = mini.known(1)
    mini.fake.answers_popup(mini.people[one], {orders: "accept"})
    mini.hear()
    assert mini.sent(notice(news, "春茶到店", NOON), "news", [one]) == {one: ("dropped", "no_grant")}
    mini.clock.advance(DAY)
    assert mini.sent(notice(orders, "已发货", NOON), "orders", [one]) == {one: ("sent", "")}


def test_followers_of_an_official_account_get_four_broadcasts_a_month(official: Shop) -> None:
    """In one call for all of them; the fifth has no room until the month is over."""
    ids = official.known(5, follows=True)
    official.hear()
    outcomes = []
    for number in range(5):
        sending = Send("", (Wish("broadcast", "official_account"),), f"第{number}期新品到店。", valid_for="2h")
        made = journeys.broadcast(f"第{number}期", 1, sending, purpose="transactional")
        made = journeys.from_json({**journeys.to_json(made), "control_bp": 0, "control_reason": "a test"})
        found = official.sent(made, f"news-{number}", ids)
        assert len(found) == 5
        outcomes.append(set(found.values()))
        official.clock.advance(DAY)
    assert outcomes == [{("sent", "")}] * 4 + [{("dropped", "no_room")}]
    assert sorted(official.received("broadcast")) == sorted(list(official.people.values()) * 4)
