"""Customers on a real PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from siyu.customers import service
from siyu.customers.types import (
    ConsentChange,
    CustomerFilter,
    Layer,
    RelationChange,
    TagChange,
)
from siyu.engines.postgres import Database, rows, scalar
from siyu.identity.types import Attribution
from siyu.intake.types import Message
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import BadInput, NotFound
from siyu.kernel.fact import Fact

START = datetime(2026, 2, 1, tzinfo=UTC)
Entry = tuple[Message, Attribution]


def said(kind: str, customer: int = 7, minutes: int = 0, source: int = 1, **payload: Any) -> Entry:
    at = START + timedelta(minutes=minutes)
    return Message(kind, source, f"{kind}{minutes}", at, at, (), payload), Attribution(customer, customer and 100)


def kinds(facts: list[Fact]) -> list[str]:
    return [fact.kind for fact in facts]


def everything(conn: Connection) -> list[Any]:
    return [
        rows(conn, f"SELECT *, xmin FROM customers.{table} ORDER BY 1, 2")
        for table in ("profile", "tag", "consent", "relation")
    ]


ROW = {
    "platform": "youzan",
    "shop": "一店",
    "traits": {"姓名": "张三", "gender": "f", "birthday": "1990-01-01"},
    "tags": ["老客", "老客", " 高价值\0 ", "", 3],
    "member": True,
    "became_customer_at": to_millis(START - timedelta(days=900)),
    "became_member_at": to_millis(START - timedelta(days=800)),
    "consent": {"sms": False},
}


class TestSeen:
    def test_moves_by_ten_minutes_or_more(self, conn: Connection, now: datetime) -> None:
        service.apply(conn, [said("track", minutes=100, event="A")], now)
        for minutes, seen in ((109, 100), (110, 110), (5, 110)):
            service.apply(conn, [said("track", minutes=minutes, event="A", source=9)], now)
            assert service.profile(conn, 7).last_seen_at == START + timedelta(minutes=seen)
        found = service.profile(conn, 7)
        assert (found.first_seen_at, found.first_source_id) == (START + timedelta(minutes=5), 9)

    def test_nobody_is_seen_in_the_future(self, conn: Connection, now: datetime) -> None:
        service.apply(conn, [said("track", minutes=10**7, event="A")], now)
        assert service.profile(conn, 7).last_seen_at == now

    def test_nobody_has_facts_but_no_profile(self, conn: Connection, now: datetime) -> None:
        facts = service.apply(conn, [said("track", 0, event="A"), said("identify", 0, traits={"a": 1})], now)
        assert [(fact.kind, fact.customer_id) for fact in facts] == [("event.tracked", 0)]
        assert scalar(conn, "SELECT count(*) FROM customers.profile") == 0

    def test_ten_years_ago(self, conn: Connection, now: datetime) -> None:
        service.apply(conn, [said("page", minutes=-5_256_000, name="x"), said("page", name="y")], now)
        assert service.profile(conn, 7).first_seen_at.year == 2016


class TestConcurrency:
    def test_batches_that_cross_do_not_wait_for_each_other(self, database: Database, now: datetime) -> None:
        """One learns of the even customers and sees the odd ones, the other the other way round."""
        with database.transaction() as conn:
            service.apply(conn, [said("track", n, 0, event="E") for n in range(1, 401)], now)
            service.apply(conn, [said("track", n, 30, event="E") for n in range(1, 401)], now)
        problems: list[BaseException] = []
        start = threading.Barrier(2)

        def work(rest: int) -> None:
            try:
                for turn in range(8):
                    start.wait(20)
                    batch = [
                        said("identify", n, 1, traits={f"t{turn}": rest})  # moves no time, so only learning locks it
                        if n % 2 == rest
                        else said("track", n, turn * 60 + 60, event="E")
                        for n in range(1, 401)
                    ]
                    with database.transaction() as conn:
                        service.apply(conn, batch, now)
            except BaseException as problem:  # noqa: BLE001  # handed to the test
                problems.append(problem)
                start.abort()

        threads = [threading.Thread(target=work, args=(rest,)) for rest in (0, 1)]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        assert problems == []
        with database.transaction() as conn:
            assert service.profile(conn, 2).traits == {f"t{turn}": 0 for turn in range(8)}
            assert service.profile(conn, 3).traits == {f"t{turn}": 1 for turn in range(8)}


class TestIdentify:
    def test_personal_data_is_masked_and_nowhere_plain(self, conn: Connection, now: datetime) -> None:
        traits = {
            "name": "张三",
            "phone": "13800138000",
            "email": "z@example.com",
            "address": {"street": "文三路"},
            "plan": "a\0",
        }
        facts = service.apply(conn, [said("identify", traits=traits)], now)
        found = service.profile(conn, 7)
        assert found.traits == {"plan": "a"}
        assert (found.personal["name"], found.personal["phone"]) == ("张*", "138****8000")
        assert facts[0].properties == {"changed": ["address", "email", "name", "phone", "plan"], "removed": []}
        plain = str([everything(conn), facts])
        assert not [value for value in ("张三", "13800138000", "example.com", "文三路") if value in plain]

    def test_out_of_order_in_two_batches(self, conn: Connection, now: datetime) -> None:
        service.apply(conn, [said("identify", minutes=50, traits={"plan": "new", "phone": "13800138000"})], now)
        service.apply(conn, [said("identify", minutes=10, traits={"plan": "old", "city": "杭州", "phone": None})], now)
        found = service.profile(conn, 7)
        assert (found.traits, list(found.personal)) == ({"plan": "new", "city": "杭州"}, ["phone"])

    def test_null_removes(self, conn: Connection, now: datetime) -> None:
        batch = [said("identify", traits={"plan": "a", "phone": "13800138000"})]
        batch += [said("identify", minutes=1, traits={"plan": None, "phone": None})]
        service.apply(conn, batch[:1], now)
        facts = service.apply(conn, batch[1:], now)
        assert facts[0].properties == {"changed": [], "removed": ["phone", "plan"]}
        assert scalar(conn, "SELECT tokens FROM customers.profile") == []

    def test_repeat_changes_nothing(self, conn: Connection, now: datetime) -> None:
        batch = [
            said("identify", traits={"plan": "a", "name": "张三"}),
            said("customer", minutes=3, **ROW),
            said(
                "identify", minutes=5, traits={"plan": "b"}, context={"consent": {"categoryPreferences": {"ads": True}}}
            ),
        ]
        first = service.apply(conn, batch, now)
        before = everything(conn)
        assert kinds(first) == [
            "profile.identified",
            "consent.changed",
            "consent.changed",
            "tag.added",
            "tag.added",
            "relation.started",
        ]
        assert service.apply(conn, batch, now) == []
        assert everything(conn) == before

    @pytest.mark.parametrize(
        "traits", [None, [], "x", {"a": {"b": float("1e308")}}, {str(n): "x" * 3000 for n in range(900)}]
    )
    def test_odd_traits(self, conn: Connection, now: datetime, traits: Any) -> None:
        service.apply(conn, [said("identify", traits=traits)], now)
        assert len(service.profile(conn, 7).traits) <= 300


class TestCustomerRows:
    def test_row(self, conn: Connection, now: datetime) -> None:
        facts = service.apply(conn, [said("customer", **ROW)], now)
        found = service.profile(conn, 7)
        assert [tag.tag for tag in found.tags] == ["老客", "高价值"]
        assert found.first_seen_at == START - timedelta(days=900)
        assert found.last_seen_at == found.first_seen_at
        assert [(one.kind, one.scope, one.since) for one in found.relations] == [
            ("member", "youzan:一店", START - timedelta(days=800))
        ]
        assert [(one.channel, one.purpose, one.state) for one in found.consents] == [("sms", "marketing", "denied")]
        assert found.layer == Layer.MEMBER_OR_GROUP
        assert [fact.occurred_at for fact in facts if fact.kind == "relation.started"] == [START - timedelta(days=800)]

    def test_membership_that_ends(self, conn: Connection, now: datetime) -> None:
        service.apply(conn, [said("customer", **ROW)], now)
        facts = service.apply(conn, [said("customer", minutes=9, **{**ROW, "member": False})], now)
        assert kinds(facts) == ["relation.ended"]
        assert service.apply(conn, [said("customer", minutes=5, **ROW)], now) == []
        assert service.profile(conn, 7).layer == Layer.PASSER_BY

    def test_not_a_member_and_never_known_as_one(self, conn: Connection, now: datetime) -> None:
        assert service.apply(conn, [said("customer", member=False, traits={})], now) == []


class TestContacts:
    @staticmethod
    def tie(standing: bool, minutes: int, since: int = 0) -> Entry:
        at, began = START + timedelta(minutes=minutes), START + timedelta(minutes=since)
        word = {"kind": "friend", "scope": "account:3/ann", "standing": standing}
        return said("contact", minutes=minutes, relations=[{**word, "at": to_millis(at), "since": to_millis(began)}])

    def test_what_a_channel_tells(self, conn: Connection, now: datetime) -> None:
        began, acted = START - timedelta(days=90), START - timedelta(days=2)
        entry = said(
            "contact",
            traits={"name": "张三", "avatar": "https://a/1", "gender": "male"},
            relations=self.tie(True, 0)[0].payload["relations"],
            since=to_millis(began),
            acted_at=to_millis(acted),
        )
        assert kinds(service.apply(conn, [entry], now)) == ["profile.identified", "relation.started"]
        found = service.profile(conn, 7)
        assert (found.first_seen_at, found.last_seen_at) == (began, acted)  # reading them is no visit of theirs
        assert (found.traits, found.personal) == ({"avatar": "https://a/1", "gender": "male"}, {"name": "张*"})
        assert found.layer == Layer.FRIEND
        assert service.apply(conn, [entry], now) == []

    def test_an_end_that_overtakes_its_beginning(self, conn: Connection, now: datetime) -> None:
        assert service.apply(conn, [self.tie(False, 9)], now) == []
        assert service.apply(conn, [self.tie(True, 5)], now) == []
        assert service.profile(conn, 7).layer == Layer.PASSER_BY
        assert kinds(service.apply(conn, [self.tie(True, 12, since=11)], now)) == ["relation.started"]

    @pytest.mark.parametrize("odd", [{"relations": [{"kind": "enemy"}]}, {"since": "x"}, {"acted_at": -5}, {}])
    def test_what_it_does_not_know_is_left_out(self, conn: Connection, now: datetime, odd: dict[str, Any]) -> None:
        assert service.apply(conn, [said("contact", **odd)], now) == []


class TestConsent:
    def test_newer_word_stands_and_of_two_at_once_the_stricter(self, conn: Connection, now: datetime) -> None:
        def word(state: Any, minutes: int) -> ConsentChange:
            return ConsentChange(7, "sms", "marketing", state, START + timedelta(minutes=minutes), "operator:1")

        told = [("granted", 5), ("denied", 3), ("denied", 5), ("granted", 5), ("granted", 6)]
        states = []
        for state, minutes in told:
            service.change_consents(conn, [word(state, minutes)], now)
            states.append(service.profile(conn, 7).consents[0].state)
        assert states == ["granted", "granted", "denied", "denied", "granted"]


class TestTags:
    def test_each_source_takes_its_own(self, conn: Connection, now: datetime) -> None:
        hand, rule = TagChange(7, "vip", START, "operator:1"), TagChange(7, "vip", START, "rule:2")
        assert kinds(service.add_tags(conn, [hand, rule])) == ["tag.added"]
        assert service.remove_tags(conn, [hand]) == []
        assert kinds(service.remove_tags(conn, [hand, rule])) == ["tag.removed"]
        assert service.remove_tags(conn, [rule]) == []


class TestMerge:
    def test_profiles_become_one(self, conn: Connection, now: datetime) -> None:
        def friend(customer: int, minutes: int, *, standing: bool) -> RelationChange:
            return RelationChange(customer, "friend", "staff", standing, START + timedelta(minutes=minutes), "s")

        def sms(customer: int, state: Any, minutes: int) -> ConsentChange:
            return ConsentChange(customer, "sms", "marketing", state, START + timedelta(minutes=minutes), "s")

        service.apply(
            conn,
            [
                said("identify", 7, 5, traits={"plan": "winner", "phone": "13800138000", "gone": 1}),
                said("identify", 8, 9, source=2, traits={"plan": "loser", "city": "杭州", "gone": None}),
                said("identify", 8, 1, source=2, traits={"gone": 0}),
                said("identify", 9, 2, source=3, traits={"plan": "chain", "deep": True}),
            ],
            now,
        )
        service.add_tags(conn, [TagChange(c, t, START, "s") for c, t in ((7, "a"), (8, "a"), (8, "b"), (9, "c"))])
        service.change_relations(conn, [friend(7, 3, standing=True), friend(8, 1, standing=True)], now)
        service.change_consents(conn, [sms(7, "granted", 4), sms(8, "denied", 4), sms(9, "granted", 2)], now)
        for _ in range(2):
            service.merge_profiles(conn, [(9, 8), (8, 7), (12, 7), (13, 14)])
            found = service.profile(conn, 7)
            assert found.traits == {"plan": "loser", "city": "杭州", "deep": True}
            assert found.personal == {"phone": "138****8000"}
            assert [tag.tag for tag in found.tags] == ["a", "b", "c"]
            assert [(one.since, one.ended_at) for one in found.relations] == [(START + timedelta(minutes=1), None)]
            assert [one.state for one in found.consents] == ["denied"]
            assert (found.first_seen_at, found.first_source_id) == (START + timedelta(minutes=1), 2)
            assert found.last_seen_at == START + timedelta(minutes=9)
        assert scalar(conn, "SELECT count(*) FROM customers.profile") == 1

    def test_after_a_split_the_new_customer_starts_empty(self, conn: Connection, now: datetime) -> None:
        service.start_profile(conn, 50, now)
        service.start_profile(conn, 50, now + timedelta(days=1))
        found = service.profile(conn, 50)
        assert (found.traits, found.consents, found.first_seen_at) == ({}, (), now)


class TestSearch:
    def test_filters_and_pages(self, conn: Connection, now: datetime) -> None:
        batch = [said("identify", n, n, traits={"name": f"人{n % 3}", "n": n}) for n in range(1, 31)]
        service.apply(conn, batch, now)
        service.add_tags(conn, [TagChange(n, "even", START, "s") for n in range(2, 31, 2)])
        service.change_relations(conn, [RelationChange(4, "friend", "x", True, START, "s")], now)
        seen: list[int] = []
        cursor = None
        while True:
            page = service.search(conn, cursor=cursor, limit=7)
            seen += [one.customer_id for one in page.customers]
            if (cursor := page.next) is None:
                break
        assert seen == list(range(30, 0, -1))

        def found(**wanted: Any) -> list[int]:
            return [one.customer_id for one in service.search(conn, CustomerFilter(**wanted)).customers]

        assert found(personal=("name", " 人0")) == list(range(30, 0, -3))
        assert found(personal=("name", "人0"), tag="even") == [30, 24, 18, 12, 6]
        assert found(relation="friend") == [4]
        assert found(seen_from=START + timedelta(minutes=29)) == [30, 29]
        assert found(source_id=2) == []
        [friend] = service.search(conn, CustomerFilter(relation="friend")).customers
        assert (friend.tags, friend.relations, friend.personal) == (("even",), ("friend",), {"name": "人*"})
        assert service.relation_counts(conn) == {"friend": 1}
        stands = [service.profile(conn, n, purchases=2 if n == 5 else 0).layer for n in (4, 5, 6)]
        assert stands == [Layer.FRIEND, Layer.REPEAT_BUYER, Layer.PASSER_BY]

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "9" * 40, "١"])
    def test_foreign_cursor(self, conn: Connection, cursor: str) -> None:
        with pytest.raises(BadInput):
            service.search(conn, cursor=cursor)

    def test_unknown_customer(self, conn: Connection) -> None:
        with pytest.raises(NotFound):
            service.profile(conn, 404)
