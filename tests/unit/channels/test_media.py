"""Pictures for welcomes: kept once, uploaded again before the platform forgets them, left out when it has."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.unit.channels import cockatoo
from tests.unit.channels.cockatoo import Cockatoo, Roost, refusal
from tests.unit.channels.coding import SOMEBODY, furnish

from siyu.channels import registry, service
from siyu.channels.rules import qr
from siyu.channels.service import Desk, Greeter
from siyu.channels.types import Account, Arrival, CodeDefinition, Content, Greeting, PlatformRefused, Roster
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database, rows
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, NotAllowed, NotFound, TooLarge

SHANGHAI, DAY = ZoneInfo("Asia/Shanghai"), timedelta(days=1)
PICTURE = qr.png("https://a.example/", scale=2)


@pytest.fixture(autouse=True)
def roost(monkeypatch: pytest.MonkeyPatch, _parrot: None) -> Roost:
    monkeypatch.setattr(registry, "plugins", cockatoo.installed)
    monkeypatch.setattr(Cockatoo, "roost", Roost())
    return Cockatoo.roost


@pytest.fixture
def clock(now: datetime) -> ManualClock:
    return ManualClock(now)


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(
        database,
        clock,
        lambda account: Cockatoo(account, service.open_ports(database, account, clock, None)),  # type: ignore[arg-type]
    )


@pytest.fixture
def greeter(desk: Desk) -> Iterator[Greeter]:
    made = Greeter(desk.database, desk.clock, SHANGHAI, "花间", desk.opens)
    yield made
    made.stop()


def code_with(database: Database, account: Account, now: datetime, file: str, text: str = "您好") -> None:
    greetings = (Greeting(text, (("image", {"file": file}),)),)
    with database.transaction() as conn:
        service.create_code(
            conn, SOMEBODY, account_id=account.id, kind="staff", name="门店", now=now, zone=SHANGHAI, state="wall",
            definition=CodeDefinition(Roster(("ann",), backups=("bob",)), greetings=greetings),
        )  # fmt: skip


def said(greeter: Greeter, account: Account, clock: ManualClock) -> Content | None:
    greeter.forget()
    return greeter.content(account.id, Arrival("ann", "c1", "w", clock.now() + DAY, "wall"), clock.now())


def test_a_welcome_shows_a_picture_for_ever(
    database: Database, account: Account, desk: Desk, greeter: Greeter, clock: ManualClock, roost: Roost
) -> None:
    furnish(database, account, clock.now())
    kept = service.keep_picture(desk, SOMEBODY, account.id, "a.png", PICTURE)
    assert service.keep_picture(desk, SOMEBODY, account.id, "b.png", PICTURE) == kept
    code_with(database, account, clock.now(), str(kept.id))
    assert said(greeter, account, clock) == Content("您好", (("image", {"image_id": "m2"}),))
    assert service.upload_again(desk) == 0
    for number in range(3, 10):
        clock.advance(2.6 * DAY)
        assert service.upload_again(desk) == 1
        assert said(greeter, account, clock) == Content("您好", (("image", {"image_id": f"m{number}"}),))
    with database.transaction() as conn:
        assert service.picture(conn, account.id, kept.id).content == PICTURE


def test_what_the_platform_has_forgotten_is_left_out(
    database: Database, account: Account, desk: Desk, greeter: Greeter, clock: ManualClock, roost: Roost
) -> None:
    furnish(database, account, clock.now())
    kept = service.keep_picture(desk, SOMEBODY, account.id, "a.png", PICTURE)
    code_with(database, account, clock.now(), str(kept.id))
    clock.advance(2.6 * DAY)
    roost.troubles.append(refusal())
    assert service.upload_again(desk) == 0  # it is tried again with the next
    clock.advance(DAY)
    assert said(greeter, account, clock) == Content("您好")
    assert service.upload_again(desk) == 1
    assert said(greeter, account, clock) != Content("您好")
    with database.transaction() as conn:  # nobody shows it any more
        service.pause_account(conn, SOMEBODY, account.id, clock.now())
    clock.advance(3 * DAY)
    assert service.upload_again(desk) == 0


def test_what_is_no_picture_or_not_allowed(account: Account, desk: Desk, database: Database, roost: Roost) -> None:
    def keep(content: bytes) -> None:
        service.keep_picture(desk, SOMEBODY, account.id, "a.png", content)

    for content in (b"", b"<svg/>", b"GIF89a", b"%PDF-1.7"):
        with pytest.raises(BadInput):
            keep(content)
    with pytest.raises(TooLarge):
        keep(PICTURE + bytes(2 * 1024 * 1024))
    roost.troubles.append(refusal())
    with pytest.raises(PlatformRefused):
        keep(PICTURE)
    nobody = Principal(kind="operator", id=1, name="x", rights=frozenset({"channels.read"}))
    with pytest.raises(NotAllowed):
        service.keep_picture(desk, nobody, account.id, "a.png", PICTURE)
    with database.transaction() as conn, pytest.raises(NotFound):
        service.picture(conn, account.id, 99)
    with database.transaction() as conn:
        assert rows(conn, "SELECT count(*) FROM channels.media_file") == [(1,)]  # it was kept before it was refused


@pytest.mark.parametrize("file", ["99", "x", "", "1e3", "٣"])
def test_a_code_names_pictures_that_are_there(
    database: Database, account: Account, clock: ManualClock, file: str
) -> None:
    furnish(database, account, clock.now())
    with pytest.raises(BadInput, match="picture"):
        code_with(database, account, clock.now(), file)
