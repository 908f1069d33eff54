"""Messages become links, links become people."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from siyu.engines.postgres import rows, scalar
from siyu.engines.vault import service as vault
from siyu.identity import service
from siyu.identity.types import NOBODY, EvidenceState, IdentifierState, Resolution
from siyu.intake.types import Message

Say = Callable[..., Message]
People = Callable[[Connection], set[frozenset[str]]]


@pytest.fixture
def tell(conn: Connection, now: datetime, say: Say) -> Callable[..., Resolution]:
    """Resolve one message after the other."""

    def _tell(*claims: str, **more: Any) -> Resolution:
        return service.resolve(conn, [say(*claims, **more)], now)

    return _tell


@pytest.fixture(autouse=True)
def _log_explains_everything(conn: Connection, now: datetime) -> Any:
    yield
    assert service.rebuild(conn, now) == []


Tell = Callable[..., Resolution]


def who(resolution: Resolution, place: int = 0) -> int:
    return resolution.attributions[place].customer_id


def phone(number: str) -> str:
    return "phone:" + vault.fingerprint("phone", number)


class TestResolve:
    def test_visitor_who_signs_in_keeps_what_they_did_before(
        self, conn: Connection, tell: Tell, people: People
    ) -> None:
        assert who(tell("anonymous_id:a1")) == who(tell("anonymous_id:a1", "user_id:anna"))
        assert people(conn) == {frozenset({"anonymous_id:a1", "user_id:anna"})}

    def test_no_usable_identifier_is_nobody(self, conn: Connection, now: datetime, say: Say, people: People) -> None:
        assert service.resolve(conn, [say("user_id:null"), say()], now).attributions == [NOBODY, NOBODY]
        assert people(conn) == set()

    def test_empty_batch(self, conn: Connection, now: datetime) -> None:
        assert service.resolve(conn, [], now).attributions == []

    def test_strongest_claim_decides(self, conn: Connection, tell: Tell) -> None:
        found = tell("anonymous_id:a", "phone:13800138000", "user_id:u")
        via = scalar(conn, "SELECT type FROM identity.identifier WHERE id = :id", id=found.attributions[0].via)
        assert via == "user_id"

    def test_whoever_acts_decides_before_a_contact(self, conn: Connection, tell: Tell) -> None:
        found = tell("anonymous_id:a", "phone?:13800138000")
        via = scalar(conn, "SELECT type FROM identity.identifier WHERE id = :id", id=found.attributions[0].via)
        assert via == "anonymous_id"

    def test_merge_keeps_the_older_customer_and_says_so(self, conn: Connection, tell: Tell) -> None:
        old, young = who(tell("user_id:u")), who(tell("union_id:w"))
        found = tell("user_id:u", "union_id:w")
        assert who(found) == old < young
        assert found.merged == [(young, old)]
        assert [(fact.kind, fact.customer_id, fact.properties["loser"]) for fact in found.facts] == [
            ("customer.merged", old, young)
        ]
        assert service.aliases_of(conn, young).customer_ids == [old, young]
        assert scalar(conn, "SELECT merged_into FROM identity.customer WHERE id = :id", id=young) == old

    def test_earlier_message_of_the_batch_gets_the_final_customer(
        self, conn: Connection, now: datetime, say: Say, tell: Tell
    ) -> None:
        first, second = who(tell("user_id:u")), who(tell("union_id:w"))
        batch = [say("union_id:w"), say("user_id:u", "union_id:w"), say("anonymous_id:new", "union_id:w")]
        assert {a.customer_id for a in service.resolve(conn, batch, now).attributions} == {first}
        assert second != first

    def test_repeat_changes_nothing(self, conn: Connection, now: datetime, say: Say) -> None:
        batch = [say("user_id:u", "anonymous_id:a"), say("user_id:v", "anonymous_id:a")]
        first = service.resolve(conn, batch, now)
        again = service.resolve(conn, batch, now)
        assert again.attributions == first.attributions
        assert (again.created, again.merged, again.facts) == ([], [], [])
        assert {row.times for row in rows(conn, "SELECT times FROM identity.evidence")} == {1}

    def test_alias_links_what_the_person_was_before(self, conn: Connection, tell: Tell, people: People) -> None:
        uuid = "0b3d0b0e-5b0c-4a9a-8d51-6f5a3f0f8a11"
        tell(f"anonymous_id:{uuid}")
        tell("user_id:u", kind="alias", previousId=uuid)
        assert people(conn) == {frozenset({"user_id:u", f"anonymous_id:{uuid}"})}

    def test_alias_of_two_accounts_goes_to_review(self, conn: Connection, tell: Tell) -> None:
        tell("user_id:new", kind="alias", previousId="old")
        assert [edge.reason for edge in service.review_list(conn)] == ["limit:user_id"]

    def test_unknown_type_is_an_account_of_its_own(self, tell: Tell) -> None:
        assert who(tell("loyalty_card:7")) == who(tell("loyalty_card:7", "user_id:u"))
        assert who(tell("gift_card:7")) != who(tell("loyalty_card:7"))

    @pytest.mark.parametrize("value", ["x" * 1_000_000, "a\x00b", "\ud800", "0000-0000", "undefined", "测试", " "])
    def test_harmful_values_are_nobody(self, tell: Tell, value: str) -> None:
        assert tell(f"user_id:{value}").attributions == [NOBODY]
        assert who(tell(f"user_id:{value}", "anonymous_id:fine")) > 0

    def test_personal_values_are_stored_as_fingerprints(self, conn: Connection, tell: Tell) -> None:
        tell("user_id:u", "phone:138 0013 8000", "email: Anna@Example.cn ")
        stored = " ".join(row.value for row in rows(conn, "SELECT value FROM identity.identifier"))
        assert "138" not in stored.split()
        assert "anna" not in stored.lower()
        assert [i.type for i in service.find(conn, "+86 138-0013-8000")] == ["phone"]
        assert [i.type for i in service.find(conn, "ANNA@example.cn", "email")] == ["email"]

    def test_reads_only_when_everything_is_known(self, conn: Connection, tell: Tell) -> None:
        tell("user_id:u", "anonymous_id:a")
        before = scalar(conn, "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_xact_user_tables")
        tell("user_id:u", "anonymous_id:a")
        assert scalar(conn, "SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_xact_user_tables") == before


class TestTrouble:
    def test_family_device_stays_with_who_came_first(self, conn: Connection, tell: Tell, people: People) -> None:
        mother = who(tell("user_id:mother", "anonymous_id:ipad"))
        child = who(tell("user_id:child", "anonymous_id:ipad"))
        assert mother != child
        assert who(tell("anonymous_id:ipad")) == mother
        assert people(conn) == {frozenset({"user_id:mother", "anonymous_id:ipad"}), frozenset({"user_id:child"})}
        refused = [edge for edge in service.graph(conn, child).edges if edge.state == EvidenceState.DEMOTED]
        assert [edge.reason for edge in refused] == ["limit:user_id"]

    def test_store_tablet_becomes_nobodys(self, conn: Connection, now: datetime, say: Say, tell: Tell) -> None:
        batch = [say(f"user_id:u{n}", "anonymous_id:tablet") for n in range(300)]
        found = service.resolve(conn, batch, now)
        assert len({a.customer_id for a in found.attributions}) == 300
        tablet = service.find(conn, "tablet")[0]
        assert tablet.state == IdentifierState.SHARED
        assert tablet.customer_id not in {a.customer_id for a in found.attributions}

    def test_what_only_the_tablet_joined_falls_apart(self, conn: Connection, tell: Tell, people: People) -> None:
        tell("member_no@s:m", "anonymous_id:tablet")
        tell("union_id:w", "anonymous_id:tablet")  # nothing against it yet: one person as far as anybody can tell
        assert len(people(conn)) == 1
        facts = [fact for n in range(1, 7) for fact in tell(f"member_no@s:{n}", "anonymous_id:tablet").facts]
        assert {frozenset({"member_no@s:m"}), frozenset({"union_id:w"}), frozenset({"anonymous_id:tablet"})} <= people(
            conn
        )
        assert {fact.kind for fact in facts} == {"customer.split"}

    def test_recycled_phone_stays_with_its_first_owner(self, conn: Connection, tell: Tell) -> None:
        first = who(tell("user_id:first", "phone:13800138000"))
        second = who(tell("user_id:second", "phone:13800138000"))
        assert first != second
        assert service.find(conn, "13800138000")[0].customer_id == first

    def test_gift_does_not_keep_the_receivers_phone(self, conn: Connection, tell: Tell, people: People) -> None:
        giver = who(tell("user_id:giver", "platform_buyer@taobao:giver", "phone?:13800138000"))
        receiver = who(tell("user_id:receiver", "phone:13800138000"))
        assert giver != receiver
        number = phone("+8613800138000")
        assert frozenset({"user_id:receiver", number}) in people(conn)
        phone_id = service.find(conn, "13800138000")[0].id
        assert service.aliases_of(conn, giver).moved_away == [phone_id]
        assert service.aliases_of(conn, receiver).moved_in == [phone_id]

    def test_second_receiver_does_not_become_the_buyer(self, conn: Connection, tell: Tell) -> None:
        buyer = who(tell("platform_buyer@taobao:b", "phone?:13800138000"))
        tell("platform_buyer@taobao:b", "phone?:13900139000")
        assert service.find(conn, "13900139000")[0].customer_id != buyer

    def test_receivers_phone_ties_platforms_together(self, tell: Tell) -> None:
        taobao = who(tell("platform_buyer@taobao:b", "phone?:13800138000"))
        assert who(tell("platform_buyer@jd:c", "phone?:13800138000")) == taobao

    def test_equals_go_to_review(self, conn: Connection, tell: Tell) -> None:
        tell("user_id:u", "union_id:w")
        tell("user_id:v", "union_id:w")
        assert [edge.state for edge in service.review_list(conn)] == [EvidenceState.REVIEW]
