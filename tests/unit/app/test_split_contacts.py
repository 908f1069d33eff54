"""Two people who were taken for one: relations and tags of channels go with whom they belong to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from siyu.app import people
from siyu.app.pipeline import Pipeline
from siyu.channels import service as channels
from siyu.channels.types import Account, Contact, Everything, Follow, Group, Member, Seen, Staff, Tag
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
ACTOR = access.system("tests")
AES = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@pytest.fixture
def account(database: Database) -> Account:
    values = {
        "corp_id": "ww1234567890",
        "agent_id": "1000002",
        "secret": "a-secret-of-the-app",
        "callback_token": "QDG6eK",
        "encoding_aes_key": AES,
    }
    with database.transaction() as conn:
        return channels.connect_account(conn, ACTOR, channel="wecom", values=values, now=NOW)


@pytest.fixture(autouse=True)
def _mirrored(database: Database, account: Account) -> None:
    """Ann and Bea are in one group; Bea has two contacts, as somebody with two phones has."""
    seen: list[Seen] = [
        Staff("sam", "Sam"),
        Staff("tim", "Tim"),
        Tag("t1", "VIP", "g", "等级"),
        Tag("t2", "新客", "g", "等级"),
        Everything(tags=("t1", "t2")),
        Contact("wm-ann", "Ann", "wechat", follows=(Follow("sam", SINCE, ("t1",)), Follow("tim", SINCE))),
        Contact("wm-bea", "Bea", "wechat", follows=(Follow("sam", SINCE, ("t2",)),)),
        Group(
            "chat", "群", "sam", SINCE, members=tuple(Member(one, "customer", SINCE) for one in ("wm-ann", "wm-bea"))
        ),
    ]
    with database.transaction() as conn:
        channels.mirror(conn, account, seen, NOW)
    pipeline = Pipeline(database, ManualClock(NOW), 100)
    while pipeline.run_once():
        pass


def owner(conn: Connection, contact: str) -> int:
    (found,) = people.find(conn, contact, "external_userid")
    return found


def stands(conn: Connection, customer_id: int) -> set[tuple[str, str]]:
    relations = customers.profile(conn, customer_id).relations
    return {(one.kind, one.scope.partition("/")[2]) for one in relations if one.ended_at is None}


def tags(conn: Connection, customer_id: int) -> set[str]:
    return {one.tag for one in customers.profile(conn, customer_id).tags}


def test_a_split_gives_each_what_is_theirs(database: Database) -> None:
    with database.transaction() as conn:
        kept = people.merge(conn, ACTOR, owner(conn, "wm-ann"), owner(conn, "wm-bea"), "one person", NOW)
        assert stands(conn, kept) == {("friend", "sam"), ("friend", "tim"), ("group_member", "chat")}
        assert tags(conn, kept) == {"VIP", "新客"}
    with database.transaction() as conn:
        moving = [one.id for one in identity.find(conn, "wm-ann", "external_userid")]
        later = NOW + timedelta(hours=1)
        made = people.split(conn, ACTOR, kept, moving, "two after all", later)
    with database.transaction() as conn:
        assert owner(conn, "wm-ann") == made
        assert stands(conn, made) == {("friend", "sam"), ("friend", "tim"), ("group_member", "chat")}
        assert stands(conn, kept) == {("friend", "sam"), ("group_member", "chat")}
        assert (tags(conn, made), tags(conn, kept)) == ({"VIP"}, {"新客"})
        assert {one.since for one in customers.profile(conn, made).relations} == {SINCE}


def test_both_are_told(database: Database) -> None:
    with database.transaction() as conn:
        kept = people.merge(conn, ACTOR, owner(conn, "wm-ann"), owner(conn, "wm-bea"), "one person", NOW)
        moving = [one.id for one in identity.find(conn, "wm-ann", "external_userid")]
        later = NOW + timedelta(hours=1)
        split = identity.split(conn, kept, moving, actor=ACTOR.actor, reason="two after all", now=later)
        facts = channels.regroup(conn, [(kept, moving)], later)
    (made,) = split.created
    hers = sorted((one.kind, one.via) for one in facts if one.customer_id == made)
    assert hers == [*[("relation.started", moving[0])] * 3, ("tag.added", moving[0])]
    left = sorted((one.kind, one.via) for one in facts if one.customer_id == kept)
    assert left == [("relation.ended", 0), ("tag.removed", 0)]  # Tim's, and her tag: the rest is Bea's too


def test_a_repeat_changes_nothing(database: Database) -> None:
    with database.transaction() as conn:
        kept = people.merge(conn, ACTOR, owner(conn, "wm-ann"), owner(conn, "wm-bea"), "one person", NOW)
        moving = [one.id for one in identity.find(conn, "wm-ann", "external_userid")]
        people.split(conn, ACTOR, kept, moving, "two after all", NOW + timedelta(hours=1))
        assert channels.regroup(conn, [(kept, moving)], NOW + timedelta(hours=2)) == []
