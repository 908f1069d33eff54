"""The mirror on a real PostgreSQL: what differs is written once and told once."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.types import (
    Account,
    Contact,
    Department,
    Departure,
    Everything,
    Follow,
    Gone,
    Group,
    Member,
    Mirrored,
    Push,
    Seen,
    Staff,
    Tag,
    UnreadablePush,
    Unseen,
)
from siyu.engines.postgres import Database, rows, scalar
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Message

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
JOINED = NOW - timedelta(days=100)
BEGUN = NOW - timedelta(days=50)


class Linked(Parrot):
    about = replace(ABOUT, identity=("external_userid", "union_id", "phone"))


@pytest.fixture(autouse=True)
def _linked(monkeypatch: pytest.MonkeyPatch, _parrot: None) -> None:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"parrot": Linked}, ()))


def follow(staff_id: str, since: datetime = BEGUN, **more: Any) -> Follow:
    return Follow(staff_id, since, way="scan", state="shop-1", **more)


def contact(contact_id: str, *follows: Follow, name: str = "小明", complete: bool = True, **more: Any) -> Contact:
    return Contact(contact_id, name, "wechat", follows=follows, complete=complete, **more)


class Told:
    """One account, its mirror, and the messages that came of it."""

    def __init__(self, database: Database, account: Account) -> None:
        self.database, self.account = database, account

    def see(self, *seen: Seen, minutes: float = 0, began: datetime | None = None, **how: Any) -> list[Message]:
        self.mirror(seen, minutes, began=began, **how)
        return self.messages()

    def mirror(self, seen: Sequence[Seen], minutes: float = 0, **how: Any) -> Mirrored:
        with self.database.transaction() as conn:
            return service.mirror(conn, self.account, seen, NOW + timedelta(minutes=minutes), **how)

    def messages(self) -> list[Message]:
        with self.database.transaction() as conn:
            envelopes = intake.claim(conn, 100_000)
            intake.finish(conn, envelopes)
        return [message for envelope in envelopes for message in envelope.messages]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql)]

    def hear(self, *departures: Departure, minutes: float = 0, hints: Sequence[tuple[Any, str]] = ()) -> list[Message]:
        at = NOW + timedelta(minutes=minutes)
        push = service.push_message(self.account, pushed(at, departures, hints), at)
        with self.database.transaction() as conn:
            service.hear(conn, [push], at)
        return self.messages()


def pushed(at: datetime, departures: Sequence[Departure], hints: Sequence[tuple[Any, str]]) -> Push:
    return Push("p1", "changed", at, tuple(hints), tuple(departures))


@pytest.fixture
def told(database: Database, account: Account) -> Told:
    return Told(database, account)


def happened(messages: Sequence[Message]) -> list[str]:
    return [one["kind"] for message in messages for one in message.payload.get("happened", [])]


class TestContacts:
    def test_who_is_new_is_told_with_everything(self, told: Told) -> None:
        seen = contact(
            "wm1",
            follow("ann", tag_ids=("t1",), phones=("13800138000",), remark="老王"),
            avatar="https://a/1",
            gender="male",
            union_id="u1",
        )
        (message,) = told.see(Tag("t1", "高意向", "g1", "意向"), seen)
        assert message.type == "contact"
        assert message.source_id == told.account.source_id
        assert message.claims == (
            IdentifierClaim("external_userid", "p-one", "wm1"),
            IdentifierClaim("union_id", "", "u1"),
            IdentifierClaim("phone", "", "13800138000", "contact"),
        )
        assert message.payload["traits"] == {"name": "小明", "avatar": "https://a/1", "gender": "male"}
        assert message.payload["tags"] == {"added": ["高意向"], "removed": []}
        (relation,) = message.payload["relations"]
        assert (relation["kind"], relation["scope"], relation["standing"]) == (
            "friend", service.scope_of(told.account.id, "ann"), True,
        )  # fmt: skip
        (fact,) = message.payload["happened"]
        assert fact["properties"] == {"account": told.account.id, "staff": "ann", "way": "scan", "state": "shop-1"}

    def test_no_personal_data_lies_in_clear(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann", remark="老王", description="爱喝茶", phones=("13800138000",))))
        for table in ("contact", "follow", "follow_past", "chat_member", "departure"):
            text = str(told.rows(f"SELECT * FROM channels.{table}"))
            assert not any(word in text for word in ("小明", "老王", "爱喝茶", "13800138000"))

    def test_the_same_again_says_nothing(self, told: Told) -> None:
        seen = [Tag("t1", "A", "g", "G"), contact("wm1", follow("ann", tag_ids=("t1",), phones=("13800138000",)))]
        assert len(told.see(*seen)) == 1
        assert told.see(*seen) == []
        assert told.see(*seen, minutes=5) == []

    def test_what_is_new_is_told_alone(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")))
        (message,) = told.see(contact("wm1", follow("ann"), name="大明"), minutes=1)
        assert message.payload["traits"] == {"name": "大明"}
        assert "relations" not in message.payload
        assert "happened" not in message.payload
        (message,) = told.see(contact("wm1", follow("ann", phones=("13800138000",)), name="大明"), minutes=2)
        assert message.claims[-1].type == "phone"
        assert told.see(contact("wm1", follow("ann", remark="new"), name="大明"), minutes=3) == []

    def test_ids_of_messages_are_their_own(self, told: Told) -> None:
        ids = [one.message_id for one in told.see(contact("wm1", follow("ann")), contact("wm2", follow("ann")))]
        ids += [one.message_id for one in told.see(contact("wm1"), minutes=1)]
        ids += [one.message_id for one in told.see(contact("wm1", follow("ann", NOW)), minutes=2)]
        assert len(set(ids)) == len(ids) == 4

    def test_an_older_reading_changes_nothing(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")), minutes=5)
        assert told.see(contact("wm1", follow("ann"), follow("bo"), name="old"), minutes=4) == []

    def test_a_part_of_the_follows_ends_no_other(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann"), follow("bo")))
        assert told.see(contact("wm1", follow("bo"), complete=False), minutes=1) == []
        assert happened(told.see(contact("wm1", follow("bo")), minutes=2)) == ["friend.deleted"]

    def test_who_is_gone_has_no_follows(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann"), follow("bo")))
        assert told.see(Gone("contact", "wm1", hidden=True), minutes=1) == []
        assert happened(told.see(Gone("contact", "wm1"), minutes=2)) == ["friend.deleted", "friend.deleted"]
        assert told.see(Gone("contact", "wm1"), minutes=3) == []

    def test_a_return_is_a_new_follow_with_a_history(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")))
        told.hear(Departure("ann", "wm1", "staff", NOW + timedelta(minutes=1)), minutes=1)
        told.see(contact("wm1"), minutes=2)
        told.see(contact("wm1", follow("ann", NOW + timedelta(minutes=3))), minutes=4)
        with told.database.transaction() as conn:
            found = service.contact_follows(conn, told.account.id, "wm1")
        assert [(one.since, one.ended_by) for one in found.follows] == [
            (NOW + timedelta(minutes=3), ""), (BEGUN, "staff"),
        ]  # fmt: skip

    def test_lists_of_two_tell_of_one(self, told: Told) -> None:
        parts = [contact("wm1", follow(one), complete=False) for one in ("ann", "bo")]
        (message,) = told.see(*parts)
        assert happened([message]) == ["friend.added", "friend.added"]


class TestDepartures:
    def test_whom_a_customer_deleted_goes_at_once_and_stays_away(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")))
        gone = Departure("ann", "wm1", "customer", NOW + timedelta(minutes=1))
        (message,) = told.hear(gone, minutes=2)
        (fact,) = message.payload["happened"]
        assert fact["properties"]["by"] == "customer"
        assert message.payload["relations"][0]["standing"] is False
        assert told.hear(gone, minutes=3) == []
        assert told.see(contact("wm1", follow("ann")), minutes=4) == []
        everything = Everything(contacts_of=("ann", ("wm1",)))
        assert told.see(contact("wm1", follow("ann"), complete=False), everything, minutes=5) == []
        assert happened(told.see(contact("wm1", follow("ann", NOW + timedelta(minutes=6))), minutes=7)) == [
            "friend.added"
        ]

    def test_a_transfer(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")))
        at = NOW + timedelta(minutes=1)
        assert told.hear(Departure("ann", "wm1", "transfer", at), minutes=1) == []
        heir = Follow("bo", at, way="transfer")
        (message,) = told.see(contact("wm1", heir), minutes=2)
        facts = {one["kind"]: one["properties"] for one in message.payload["happened"]}
        assert facts["friend.deleted"]["by"] == "transfer"
        assert facts["friend.transferred"] == {"account": told.account.id, "from_staff": "ann", "to_staff": "bo"}
        assert told.see(contact("wm1", heir), minutes=3) == []
        with told.database.transaction() as conn:
            work = {one.staff_id: one for one in service.workload(conn, told.account.id, NOW, NOW + timedelta(days=1))}
        assert (work["ann"].contacts, work["ann"].lost, work["ann"].handed_over) == (0, 0, 1)
        assert (work["bo"].contacts, work["bo"].added, work["bo"].taken_over) == (1, 0, 1)

    def test_of_an_unknown_account_nothing_is_kept(self, told: Told) -> None:
        away = replace(told.account, id=99)
        push = service.push_message(away, pushed(NOW, (), [("contact", "wm1")]), NOW)
        with told.database.transaction() as conn:
            service.hear(conn, [push], NOW)
        assert told.rows("SELECT * FROM channels.reread") == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"account": "1"},
            {"hints": [["nothing", "x"]]},
            {"hints": 3},
            {"departures": [{"staff_id": "a"}]},
            {"departures": [{"staff_id": "a", "contact_id": "b", "by": "nobody", "at": 1}]},
            {"grants": [{"quota": "x"}]},
        ],
    )
    def test_what_cannot_be_read(self, told: Told, wrong: dict[str, Any]) -> None:
        push = service.push_message(told.account, pushed(NOW, (), [("contact", "wm1")]), NOW)
        with told.database.transaction() as conn, pytest.raises(UnreadablePush):
            service.hear(conn, [push._replace(payload={**push.payload, **wrong})], NOW)


class TestLists:
    def test_whom_a_complete_list_lacks_has_gone(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann")), contact("wm2", follow("ann"), follow("bo")))
        everything = Everything(contacts_of=("ann", ("wm1",)))
        (message,) = told.see(everything, minutes=1)
        assert message.payload["happened"][0]["properties"]["staff"] == "ann"
        assert told.see(everything, minutes=2) == []
        assert told.rows("SELECT contact_id, staff_id FROM channels.follow WHERE ended_at IS NULL ORDER BY 1, 2") == [
            ("wm1", "ann"),
            ("wm2", "bo"),
        ]

    def test_who_came_while_the_list_was_read_stays(self, told: Told) -> None:
        told.see(contact("wm1", follow("ann", NOW)), minutes=5, heard=True)
        began = NOW + timedelta(minutes=1)
        assert told.see(Everything(contacts_of=("ann", ())), minutes=8, began=began) == []

    def test_what_could_not_be_seen_ends_nothing(self, told: Told) -> None:
        told.see(Staff("ann", "安"), contact("wm1", follow("ann")))
        unseen = Unseen("staff", "ann", "not visible", "不可见")
        seen = [unseen, Everything(staff=(), contacts_of=("ann", ()))]
        assert told.see(*seen, minutes=1) == []
        hidden = {"unseen": [("staff", "ann")]}
        assert told.see(Everything(staff=(), contacts_of=("ann", ())), minutes=2, **hidden) == []
        assert told.rows("SELECT gone_at FROM channels.staff") == [(None,)]

    def test_of_staff_who_left_the_platform_is_asked(self, told: Told) -> None:
        told.see(Staff("ann", "安", ("1",)), Staff("bo", "博"), contact("wm1", follow("ann")))
        everything = Everything(staff=("bo",), departments=(Department("1", "门店", ""),))
        assert told.see(everything, minutes=1) == []
        assert told.rows("SELECT kind, object_id FROM channels.reread") == [("contact", "wm1")]
        (message,) = told.see(contact("wm1"), minutes=2)
        assert message.payload["happened"][0]["properties"]["by"] == "left"

    def test_departments_are_those_of_the_list(self, told: Told) -> None:
        told.see(Everything(departments=(Department("1", "A", ""), Department("2", "B", "1"))))
        told.see(Everything(departments=(Department("2", "C", ""),)), minutes=1)
        assert told.rows("SELECT department_id, name FROM channels.department") == [("2", "C")]


class TestTags:
    def test_another_name_is_told_of_all_who_have_it(self, told: Told) -> None:
        people = [contact(f"wm{n}", follow("ann", tag_ids=("t1",))) for n in range(3)]
        told.see(Tag("t1", "A", "g", "G"), *people, contact("wm9", follow("ann")))
        messages = told.see(Tag("t1", "B", "g", "G"), minutes=1)
        assert [one.payload["tags"] for one in messages] == [{"added": ["B"], "removed": ["A"]}] * 3
        assert told.see(Tag("t1", "B", "g2", "G2"), minutes=2) == []
        messages = told.see(Everything(tags=()), minutes=3)
        assert [one.payload["tags"] for one in messages] == [{"added": [], "removed": ["B"]}] * 3

    def test_a_tag_that_is_not_known_is_asked_for(self, told: Told) -> None:
        (message,) = told.see(contact("wm1", follow("ann", tag_ids=("t1",))))
        assert "tags" not in message.payload
        assert told.rows("SELECT kind, object_id FROM channels.reread") == [("tags", "t1")]
        (message,) = told.see(Tag("t1", "A", "g", "G"), minutes=1)
        assert message.payload["tags"] == {"added": ["A"], "removed": []}

    def test_a_name_that_another_put_too_stays(self, told: Told) -> None:
        told.see(
            Tag("t1", "A", "g", "G"), contact("wm1", follow("ann", tag_ids=("t1",)), follow("bo", tag_ids=("t1",)))
        )
        assert told.see(contact("wm1", follow("ann"), follow("bo", tag_ids=("t1",))), minutes=1) == []
        (message,) = told.see(contact("wm1", follow("ann")), minutes=2)
        assert message.payload["tags"] == {"added": [], "removed": ["A"]}


class TestGroups:
    @staticmethod
    def group(*members: Member) -> Group:
        return Group("wr1", "福利群", "ann", JOINED, members=members)

    @staticmethod
    def member(member_id: str, joined: datetime = JOINED, **more: Any) -> Member:
        return Member(member_id, "customer", joined, "scan", **more)

    def test_who_joins_and_leaves(self, told: Told) -> None:
        group = self.group(self.member("wm1", union_id="u1", name="阿明"), Member("ann", "staff", JOINED))
        (message,) = told.see(group)
        assert [claim.type for claim in message.claims] == ["external_userid", "union_id"]
        assert message.payload["traits"] == {"nickname": "阿明"}
        assert message.payload["relations"][0]["kind"] == "group_member"
        assert happened([message]) == ["chat.joined"]
        assert told.see(group, minutes=1) == []
        assert happened(told.see(self.group(), minutes=2)) == ["chat.left"]
        assert told.see(group, minutes=1) == []  # was read before
        again = self.group(self.member("wm1", NOW + timedelta(minutes=3)))
        assert happened(told.see(again, minutes=4)) == ["chat.joined"]
        late = self.group(self.member("wm1", NOW + timedelta(minutes=9)))
        assert happened(told.see(late, minutes=10)) == ["chat.left", "chat.joined"]

    def test_a_group_that_is_no_more(self, told: Told) -> None:
        told.see(self.group(self.member("wm1"), self.member("wm2")))
        assert told.see(Unseen("group", "wr1", "owner left", "群主已离职"), Everything(groups=()), minutes=1) == []
        assert happened(told.see(Everything(groups=()), minutes=2)) == ["chat.left", "chat.left"]
        assert told.see(Gone("group", "wr1"), minutes=3) == []
        with told.database.transaction() as conn:
            (found,) = service.group_list(conn, told.account.id, NOW, NOW + timedelta(hours=1))
        assert (found.customers, found.left, found.gone_at) == (0, 2, NOW + timedelta(minutes=2))


class TestTogether:
    def test_many_at_once_tell_each_thing_once(self, told: Told) -> None:
        """Batches that overlap, in threads: no deadlock, and nothing twice."""
        people = [contact(f"wm{n:03}", follow("ann"), follow("bo")) for n in range(60)]
        failed: list[BaseException] = []

        def work(some: Sequence[Contact]) -> None:
            try:
                for _ in range(4):
                    told.mirror(some)
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        batches = [people[:40], people[20:], people[::-1], people[10:50]]
        threads = [threading.Thread(target=work, args=(some,)) for some in batches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        messages = told.messages()
        assert len({one.message_id for one in messages}) == len(messages) == 60
        assert happened(messages) == ["friend.added"] * 120

    def test_what_is_taken_back_was_not_told(self, told: Told) -> None:
        with told.database.engine.connect() as conn:
            service.mirror(conn, told.account, [contact("wm1", follow("ann"))], NOW)
            conn.rollback()
        assert told.messages() == []
        assert len(told.see(contact("wm1", follow("ann")))) == 1

    def test_ten_thousand_in_few_statements(self, told: Told) -> None:
        people = [contact(f"wm{n:05}", follow("ann")) for n in range(10_000)]
        assert told.mirror(people).messages == 10_000
        assert told.mirror(people, 1).messages == 0
        with told.database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM channels.follow WHERE ended_at IS NULL") == 10_000
