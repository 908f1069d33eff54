"""Followers of an account itself, where no member of staff serves: a relation of their own, and facts of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.rules.contacts import Event, Read, decide
from siyu.channels.rules.ties import Tie
from siyu.channels.service import telling
from siyu.channels.types import (
    THE_ACCOUNT,
    Account,
    Contact,
    Departure,
    Everything,
    Follow,
    Gone,
    Push,
    Scan,
    Seen,
    Staff,
    UnreadablePush,
    Unwanted,
)
from siyu.engines.postgres import Database
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import to_millis

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Official(Parrot):
    about = replace(ABOUT, identity=("open_id", "union_id"))


@pytest.fixture(autouse=True)
def _official(monkeypatch: pytest.MonkeyPatch, _parrot: None) -> None:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"parrot": Official}, ()))


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def follower(open_id: str, since: float = -60, state: str = "shop-1") -> Contact:
    return Contact(open_id, "小明", "wechat", follows=(Follow(THE_ACCOUNT, at(since), way="scan", state=state),))


class Told:
    """One account and what comes of what is seen of it."""

    def __init__(self, database: Database, account: Account) -> None:
        self.database, self.account = database, account

    def see(self, *seen: Seen, minutes: float = 0) -> list[Message]:
        with self.database.transaction() as conn:
            service.mirror(conn, self.account, seen, at(minutes))
        return self.messages()

    def hear(self, *departures: Departure, minutes: float) -> list[Message]:
        push = Push(f"p{minutes}", "unsubscribe", at(minutes), departures=departures)
        with self.database.transaction() as conn:
            service.hear(conn, [service.push_message(self.account, push, at(minutes))], at(minutes))
        return self.messages()

    def messages(self) -> list[Message]:
        with self.database.transaction() as conn:
            envelopes = intake.claim(conn, 1000)
            intake.finish(conn, envelopes)
        return [message for envelope in envelopes for message in envelope.messages]


@pytest.fixture
def told(database: Database, account: Account) -> Told:
    return Told(database, account)


def happened(messages: Sequence[Message]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["kind"], one["properties"]) for message in messages for one in message.payload.get("happened", [])]


class TestScans:
    def test_a_scan_is_told_with_what_the_code_carried(self, told: Told) -> None:
        push = Push("p1", "SCAN", at(1), scan=Scan("o1", "shelf-3"))
        message = service.push_message(told.account, push, at(2))
        assert service.read_push(message) == (told.account.id, push)
        for _ in range(2):  # the same again is the same message
            with told.database.transaction() as conn:
                service.hear(conn, [message], at(2))
        first, again = told.messages()
        assert first == again
        assert happened([first]) == [("entry.scanned", {"account": told.account.id, "state": "shelf-3"})]
        assert first.claims == (IdentifierClaim("open_id", "p-one", "o1"),)
        assert first.payload["acted_at"] == to_millis(at(1))

    def test_who_wants_no_more_is_told_once(self, told: Told) -> None:
        push = Push("p2", "report", at(1), unwanted=(Unwanted("o1"), Unwanted("o2", "t-9")))
        message = service.push_message(told.account, push, at(2))
        assert service.read_push(message) == (told.account.id, push)
        for _ in range(2):
            with told.database.transaction() as conn:
                service.hear(conn, [message], at(2))
        messages = told.messages()
        assert messages[:2] == messages[2:]
        assert happened(messages[:2]) == [
            ("sender.blocked", {"account": told.account.id}),
            ("notice.refused", {"account": told.account.id, "template": "t-9"}),
        ]
        assert [one.claims for one in messages[:2]] == [
            (IdentifierClaim("open_id", "p-one", open_id),) for open_id in ("o1", "o2")
        ]

    @pytest.mark.parametrize("wrong", [3, {"contact_id": "o1"}, {"contact_id": 7, "state": ""}])
    def test_what_cannot_be_read(self, told: Told, wrong: Any) -> None:
        message = service.push_message(told.account, Push("p1", "SCAN", at(1)), at(2))
        with told.database.transaction() as conn, pytest.raises(UnreadablePush):
            service.hear(conn, [message._replace(payload={**message.payload, "scan": wrong})], at(2))

    def test_a_push_of_before_says_none(self, told: Told) -> None:
        message = service.push_message(told.account, Push("p1", "SCAN", at(1)), at(2))
        payload = {name: value for name, value in message.payload.items() if name != "scan"}
        assert service.read_push(message._replace(payload=payload))[1].scan is None


class TestFollowers:
    def test_who_follows_is_told_as_a_follower(self, told: Told) -> None:
        (message,) = told.see(follower("o1"))
        (relation,) = message.payload["relations"]
        assert (relation["kind"], relation["scope"], relation["standing"]) == (
            "follower", service.scope_of(told.account.id, ""), True,
        )  # fmt: skip
        account = told.account.id
        assert happened([message]) == [("account.followed", {"account": account, "way": "scan", "state": "shop-1"})]
        assert told.see(follower("o1"), minutes=1) == []

    def test_who_goes_is_told_at_once_and_once(self, told: Told) -> None:
        told.see(follower("o1"))
        gone = Departure(THE_ACCOUNT, "o1", "customer", at(1))
        (message,) = told.hear(gone, minutes=2)
        assert happened([message]) == [("account.unfollowed", {"account": told.account.id, "by": "customer"})]
        assert message.payload["relations"][0]["standing"] is False
        assert told.hear(gone, minutes=3) == []
        assert told.see(Gone("contact", "o1"), minutes=4) == []

    def test_who_went_unheard_is_missed_in_the_list(self, told: Told) -> None:
        told.see(follower("o1"), follower("o2"))
        assert happened(told.see(Everything(contacts_of=(THE_ACCOUNT, ("o2",))), minutes=1)) == [
            ("account.unfollowed", {"account": told.account.id, "by": "unknown"})
        ]

    def test_who_comes_back_has_both_told(self, told: Told) -> None:
        told.see(follower("o1"))
        kinds = [kind for kind, _ in happened(told.see(follower("o1", 5, ""), minutes=6))]
        assert kinds == ["account.unfollowed", "account.followed"]

    def test_the_account_is_no_member_of_staff(self, told: Told) -> None:
        told.see(Staff("ann", "安"), follower("o1"), follower("o2", 5))
        with told.database.transaction() as conn:
            assert [one.staff_id for one in service.workload(conn, told.account.id, NOW, at(60))] == ["ann"]


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, bool]]:
    """When somebody began (True) or ceased to follow, in minutes."""
    moments = draw(st.lists(st.integers(1, 500), min_size=1, max_size=12, unique=True).map(sorted))
    return [(moment, place % 2 == 0) for place, moment in enumerate(moments)]


@given(life=lives(), data=st.data())
def test_any_life_ends_in_the_truth(life: list[tuple[int, bool]], data: st.DataObject) -> None:
    """Pushes lost, repeated and in any order, between readings in any order; then one last reading."""
    departures = [Departure(THE_ACCOUNT, "o1", "customer", at(moment)) for moment, follows in life if not follows]
    readings = [(moment + 0.5, moment if follows else None) for moment, follows in life]
    heard = data.draw(st.lists(st.sampled_from([*readings, *departures]), max_size=20))
    ties: dict[str, Tie] = {}
    kept: list[Departure] = []
    events: list[Event] = []
    complete_at: datetime | None = None
    for one in [*heard, readings[-1]]:
        read = None
        if isinstance(one, Departure):
            kept += [one] if one not in kept else []
        else:
            moment, since = one
            shown = {} if since is None else {THE_ACCOUNT: Tie(at(since), at(moment), details={"way": "scan"})}
            read = Read(at(moment), at(moment), shown, complete=True)
        outcome = decide(ties, {THE_ACCOUNT: kept}, read, (), complete_at)
        if read is not None:
            complete_at = max(complete_at or read.moment, read.moment)
        ties.update(outcome.ties)
        events += outcome.events
    last, follows = life[-1]
    standing = [tie.since for tie in ties.values() if tie.stands]
    assert standing == ([at(last)] if follows else [])
    account = Account(1, "official_account", "wx1", "A", 1, "active", {}, NOW)
    kinds = [one["kind"] for one in telling.facts_of_follows(account, events)]
    assert kinds == ["account.followed", "account.unfollowed"] * (len(kinds) // 2) + (
        ["account.followed"] if follows else []
    )
    begun = [one.at for one in events if one.what == "added"]
    assert len(set(begun)) == len(begun)
