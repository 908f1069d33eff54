"""What the end of a walk says of contacts whom it did not meet."""

from datetime import timedelta

import pytest
from tests.unit.channels.test_mirroring import NOW, Told, contact, follow, told  # noqa: F401 - the fixture

from siyu.channels import service
from siyu.channels.types import Account, Contact, Departure, Everything, Seen, Unseen
from siyu.engines.postgres import Database

LATER = NOW + timedelta(hours=1)


def walk(database: Database, account: Account, *seen: Seen, minutes: int = 60, fails: bool = False) -> None:
    began = NOW + timedelta(minutes=minutes)
    with database.transaction() as conn:
        begun = service.begin_walk(conn, account.id, began)
        done = service.mirror(conn, account, seen, began + timedelta(seconds=5), began=began)
        moved = service.move_walk(conn, begun, "x", done, began)
        service.end_walk(conn, moved, began, {"code": "PlatformRefused"} if fails else None)


def gone(told: Told) -> list[tuple[str, bool]]:  # noqa: F811
    return [tuple(row) for row in told.rows("SELECT contact_id, gone_at IS NOT NULL FROM channels.contact ORDER BY 1")]


@pytest.fixture
def two(told: Told) -> Told:  # noqa: F811
    told.see(contact("wm1", follow("ann")), contact("wm2", follow("ann")))
    return told


@pytest.fixture
def met() -> Contact:
    return contact("wm1", follow("ann"), complete=False)


def test_whom_nobody_serves_any_more_is_gone(database: Database, two: Told, met: Contact) -> None:
    walk(database, two.account, met, Everything(contacts_of=("ann", ("wm1",))))
    assert gone(two) == [("wm1", False), ("wm2", True)]
    two.see(contact("wm2", follow("ann", LATER)), minutes=120)
    assert gone(two) == [("wm1", False), ("wm2", False)]


def test_who_deleted_the_member_is_in_the_list_all_the_same(database: Database, two: Told, met: Contact) -> None:
    two.hear(Departure("ann", "wm1", "customer", NOW + timedelta(minutes=1)), minutes=1)
    walk(database, two.account, met, contact("wm2", follow("ann"), complete=False))
    assert gone(two) == [("wm1", False), ("wm2", False)]


def test_who_was_read_meanwhile_is_there(database: Database, two: Told, met: Contact) -> None:
    two.see(contact("wm3", follow("bo", LATER)), minutes=61)
    two.hear(Departure("bo", "wm3", "customer", LATER + timedelta(minutes=2)), minutes=62)
    walk(database, two.account, met, Everything(contacts_of=("ann", ("wm1",))))
    assert gone(two) == [("wm1", False), ("wm2", True), ("wm3", False)]


def test_nothing_is_said_of_contacts_that_could_not_be_seen(database: Database, two: Told, met: Contact) -> None:
    ended = Everything(contacts_of=("ann", ("wm1",)))
    walk(database, two.account, met, ended, Unseen("staff", "bo", "out of sight", "不可见"))
    assert gone(two) == [("wm1", False), ("wm2", False)]
    walk(database, two.account, met, minutes=120, fails=True)
    assert gone(two) == [("wm1", False), ("wm2", False)]
    walk(database, two.account, met, minutes=180)
    assert gone(two) == [("wm1", False), ("wm2", True)]
