"""What a platform says later of what was sent, in whatever order it comes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.unit.channels.conftest import NOW
from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.service import Desk
from siyu.channels.types import Account, Content, Delivery, Item, Push, Report, Sent, UnreadablePush, Way
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock


class Prompt(Parrot):
    """Sends at once, and is done before it has answered: ``between`` is what happens in that moment."""

    about = replace(ABOUT, ways=(Way("note", "Note", "通知", "customer"),))
    between: Any = staticmethod(lambda: None)

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        answers = [Sent(item.key, "sent", f"h-{item.subject_id}") for item in items]
        type(self).between()
        return answers


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch, _parrot: None) -> Iterator[None]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"parrot": Prompt}, ()))
    yield
    Prompt.between = staticmethod(lambda: None)


def hear(database: Database, account: Account, *reports: Report, number: int = 1) -> None:
    push = Push(f"p{number}", "sent", NOW, reports=reports)
    message = service.push_message(account, push, NOW)
    assert service.read_push(message) == (account.id, push)
    with database.transaction() as conn:
        service.hear(conn, [message], NOW)


def send(database: Database, account: Account, *people: str) -> None:
    clock = ManualClock(NOW)
    with httpx.Client() as http:
        desk = Desk(database, clock, lambda one: service.open_account(database, one, clock, http))
        with database.transaction() as conn:
            service.deliver(conn, account, "note", [Item(one, one, Content("嗨")) for one in people], NOW)
        while service.do_deliveries(desk):
            pass


def kept(database: Database, account: Account, *keys: str) -> dict[str, Delivery]:
    with database.transaction() as conn:
        return service.deliveries(conn, account.id, keys)


def test_reports_behind_the_answer(database: Database, account: Account) -> None:
    send(database, account, "a", "b")
    hear(database, account, Report("h-a", "a", ok=True), Report("h-b", "b", ok=False, said="user block"))
    found = kept(database, account, "a", "b")
    assert (found["a"].state, found["a"].result) == ("sent", "sent")
    assert (found["b"].state, found["b"].result, found["b"].reason) == ("refused", "failed", "user block")
    hear(database, account, Report("h-b", "b", ok=True), number=2)  # the first word stands
    assert kept(database, account, "b")["b"].result == "failed"


def test_reports_that_are_quicker_than_the_answer(database: Database, account: Account) -> None:
    Prompt.between = staticmethod(lambda: hear(database, account, Report("h-a", "", ok=False, said="no")))
    send(database, account, "a")
    assert kept(database, account, "a")["a"].result == "failed"


def test_a_report_of_something_else_and_messages_of_before(database: Database, account: Account) -> None:
    hear(database, account, Report("h-x", "x", ok=True))
    message = service.push_message(account, Push("old", "e", NOW - timedelta(days=1)), NOW)
    old = message._replace(payload={key: value for key, value in message.payload.items() if key != "reports"})
    bad = message._replace(payload={**message.payload, "reports": [{"handle": 1}]})
    with database.transaction() as conn:
        service.hear(conn, [old], NOW)
    with pytest.raises(UnreadablePush), database.transaction() as conn:
        service.hear(conn, [bad], NOW)
