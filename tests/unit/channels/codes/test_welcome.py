"""The welcome: said once, in time, in the words of the code and of the hour, whoever hears of the arrival."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.channels.cockatoo import Cockatoo, Roost
from tests.unit.channels.coding import SHANGHAI, SOMEBODY, furnish

from siyu.channels import service
from siyu.channels.service import Greeter, codes
from siyu.channels.types import Account, Arrival, CodeDefinition, Content, Greeting, Roster, Sent, Span
from siyu.engines.postgres import Database, rows
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater

GREETINGS = (
    Greeting("{greeting}，{name}！明早{staff}会联系您。", span=Span("20:00", "08:00")),
    Greeting(
        "{greeting}，{name}，我是{brand}{store}的{staff}。",
        (("link", {"title": "{store}地图", "url": "https://a.example/"}),),
    ),
)
LIFE = timedelta(seconds=20)


@pytest.fixture
def shop(database: Database, account: Account, now: datetime) -> Account:
    furnish(database, account, now)
    with database.transaction() as conn:
        codes.create_code(
            conn,
            SOMEBODY,
            account_id=account.id,
            kind="staff",
            name="门店",
            definition=CodeDefinition(Roster(("ann",), backups=("bob",)), greetings=GREETINGS, store="南京店"),
            now=now,
            zone=SHANGHAI,
            state="wall",
        )
    return account


@pytest.fixture
def greeter(database: Database, clock: ManualClock) -> Iterator[Greeter]:
    made = another(database, clock)
    yield made
    made.stop()


def another(database: Database, clock: ManualClock) -> Greeter:
    def opens(account: Account) -> Cockatoo:
        return Cockatoo(account, service.open_ports(database, account, clock, None))  # type: ignore[arg-type]

    return Greeter(
        database, clock, SHANGHAI, "花间", opens, sleep=lambda seconds: void(clock.advance(timedelta(seconds=seconds)))
    )


def void(_: object) -> None: ...


def arrival(clock: ManualClock, code: str = "w1", state: str = "wall") -> Arrival:
    return Arrival("ann", "c1", code, clock.now() + LIFE, state)


def noted(database: Database) -> list[tuple]:
    with database.transaction() as conn:
        return [tuple(row) for row in rows(conn, "SELECT outcome, error, claims FROM channels.welcome")]


def test_says_what_the_code_says_at_this_hour(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    assert greeter.greet(shop.id, arrival(clock)).outcome == "sent"
    link = ("link", {"title": "南京店地图", "url": "https://a.example/"})
    assert roost.greeted == [("w1", Content("下午好，朋友，我是花间南京店的Ann。", (link,)))]
    clock.advance(timedelta(hours=5))
    assert greeter.greet(shop.id, arrival(clock, "w2")).outcome == "sent"
    assert roost.greeted[1] == ("w2", Content("晚上好，朋友！明早Ann会联系您。"))
    assert noted(database) == [("sent", 0, 1)] * 2


def test_a_race_of_threads_and_processes_sends_once(
    shop: Account, clock: ManualClock, roost: Roost, database: Database
) -> None:
    greeters = [another(database, clock) for _ in range(3)]
    barrier, outcomes = threading.Barrier(12), []

    def race(greeter: Greeter) -> None:
        barrier.wait()
        outcomes.append(greeter.greet(shop.id, arrival(clock)).outcome)

    threads = [threading.Thread(target=race, args=(greeters[n % 3],)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed"] * 11 + ["sent"]
    assert len(roost.greeted) == 1


@pytest.mark.parametrize(
    ("answers", "outcome", "error", "calls"),
    [
        ([Sent("", "sent", error=41051)], "already", 41051, 1),
        ([Sent("", "later", error=41096), Sent("", "later", error=41096), Sent("", "sent")], "sent", 0, 3),
        ([Sent("", "refused", error=41050, reason="dead", reason_zh="失效")], "refused", 41050, 1),
        ([Sent("", "later", error=41096)] * 40, "expired", 41096, 20),
    ],
)
def test_what_the_platform_answers(
    shop: Account,
    greeter: Greeter,
    clock: ManualClock,
    roost: Roost,
    database: Database,
    answers: list[Sent],
    outcome: str,
    error: int,
    calls: int,
) -> None:
    roost.answers = answers
    assert greeter.greet(shop.id, arrival(clock)).outcome == outcome
    assert noted(database) == [(outcome, error, 1)]
    assert len(roost.greeted) == calls
    assert greeter.greet(shop.id, arrival(clock)).outcome == "claimed"
    assert len(roost.greeted) == calls


def test_a_platform_that_cannot_be_reached_is_asked_again(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost
) -> None:
    roost.troubles = [TryLater(reason="away.", reason_zh="不可达。", retry_after=1)] * 2
    assert greeter.greet(shop.id, arrival(clock)).outcome == "sent"
    assert roost.calls == ["welcome"] * 3


def test_a_code_that_is_dead_is_noted_and_not_sent(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    late = arrival(clock)
    clock.advance(LIFE)
    assert greeter.greet(shop.id, late).outcome == "expired"
    assert roost.greeted == []
    assert noted(database) == [("expired", 0, 1)]


def test_who_died_with_a_claim_is_followed_by_another(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    came = arrival(clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Greeter, "_send", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            greeter.greet(shop.id, came)
    clock.advance(timedelta(seconds=5))
    assert greeter.greet(shop.id, came).outcome == "claimed"
    clock.advance(timedelta(seconds=2))
    assert greeter.greet(shop.id, came).outcome == "sent"
    assert noted(database) == [("sent", 0, 2)]


def test_nothing_is_said_where_nothing_is_to_be_said(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    assert greeter.greet(shop.id, arrival(clock, state="")).outcome == "silent"
    assert greeter.greet(shop.id, arrival(clock, state="unknown")).outcome == "silent"
    with database.transaction() as conn:
        service.pause_account(conn, SOMEBODY, shop.id, clock.now())
    assert another(database, clock).greet(shop.id, arrival(clock)).outcome == "silent"
    assert roost.greeted == []
    assert noted(database) == []


def test_new_words_are_heard_of_at_once(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    greeter.start()
    assert greeter.greet(shop.id, arrival(clock, "w1")).outcome == "sent"
    with database.transaction() as conn:
        [code] = codes.codes(conn)
        new = replace(code.definition, greetings=(Greeting("新话"),))
        codes.update_code(conn, SOMEBODY, code.id, now=clock.now(), zone=SHANGHAI, definition=new)
    wait_for(lambda: greeter.content(shop.id, arrival(clock), clock.now()) == Content("新话"))


def test_arrivals_are_greeted_by_threads_of_its_own(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    for n in range(30):
        assert greeter.submit(shop.id, arrival(clock, f"w{n}"))
    wait_for(lambda: len(noted(database)) == 30 and all(outcome == "sent" for outcome, _, _ in noted(database)))
    assert sorted(code for code, _ in roost.greeted) == sorted(f"w{n}" for n in range(30))


def test_how_welcomes_ended_is_told(
    shop: Account, greeter: Greeter, clock: ManualClock, roost: Roost, database: Database
) -> None:
    roost.answers = [Sent("", "sent"), Sent("", "refused", error=41050, reason="dead", reason_zh="失效")]
    for code in ("w1", "w2"):
        greeter.greet(shop.id, arrival(clock, code))
    with database.transaction() as conn:
        [code] = codes.codes(conn)
        found = codes.welcome_outcomes(conn, code.id, clock.now() - timedelta(days=1))
    assert [(one["outcome"], one["error"], one["reason_zh"], one["welcomes"]) for one in found] == [
        ("refused", 41050, "失效", 1),
        ("sent", 0, "", 1),
    ]


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(100):
        if holds():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not come about")
