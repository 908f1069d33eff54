"""Thirty days of a corp whose callbacks are lost, repeated, late and out of order: in the end both hold the same.

docs/decisions/0017-channels-are-mirrored.md.
"""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from tests.stories.town import Siyu, connected

from siyu.channels import service as channels
from siyu.channels.wecom.calls.contacts import WAYS
from siyu.engines.postgres import Database, rows
from siyu.engines.vault import service as vault
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.faults import Faults, Refusal
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.truth import TrueFollow, Truth
from siyu.rehearsal.platforms.wecom.types import Rules
from siyu.timeline.columns import unpack

START = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
SEED = 11
DAYS = 30
STEPS, ACTS = 4, 10  # a day
Tie = tuple[str, str]  # contact, member of staff


class Story:
    """Thirty days, once; then it is looked at what came of them."""

    def __init__(self, siyu: Siyu) -> None:
        self.siyu, self.town, self.corp = siyu, siyu.town, siyu.town.corp
        self.born = {(one.userid, one.external_userid, one.createtime) for one in self.truth().follows}

    def truth(self) -> Truth:
        return self.corp.truth()

    def live(self) -> None:
        self.siyu.settle()
        self.corp.faults.lost = self.corp.faults.repeated = self.corp.faults.disordered = 0.2
        self.corp.faults.delayed, self.corp.faults.delayed_seconds = 0.1, 86_400.0
        self.corp.faults.slow, self.corp.faults.slow_seconds, self.corp.faults.cut = 0.02, 0.01, 0.01
        self.corp.faults.refusals = [
            Refusal(45009, share=0.004),
            Refusal(-1, share=0.01),
            Refusal(45033, share=0.005),
        ]
        for day in range(DAYS):
            self._day(day)
        self.town.busy = 0.0
        self.corp.faults = self.siyu.town.corp.faults = Faults()
        self.siyu.settle()

    def _day(self, day: int) -> None:
        self.corp.faults.token_life = 900 if day % 3 else 0
        for _ in range(STEPS):
            for _ in range(ACTS):
                self.town.act()
            self.town.busy = 0.1
            self.corp.tick()
            self.siyu.work()
            self.town.busy = 0.0
            self.town.pass_time(3 * 3600, 4 * 3600)
        self.corp.tokens.die()
        if day % 7 == 3:
            self.town.hand_over(self.siyu.client())
        if day % 5 == 4:
            self.town.busy = 0.1
            self.siyu.reconcile()
            self.town.busy = 0.0

    # what came of it

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.siyu.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql, **parameters)]

    def facts(self) -> list[dict[str, Any]]:
        bodies = [
            bytes(body) for (body,) in self.rows("SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
        ]
        return cast("list[dict[str, Any]]", unpack(bodies).to_pylist())

    def said(self, *changes: str, taken: bool = False) -> list[dict[str, str]]:
        """Callbacks of these kinds that were to be sent, or those that were ``taken`` by Siyu."""
        assert self.corp.deliverer is not None
        told = [one.payload for one in self.corp.deliverer.history if one.taken] if taken else self.town.told
        found = [{child.tag: child.text or "" for child in ET.fromstring(one)} for one in told]
        return [one for one in found if one.get("ChangeType") in changes]

    def heard(self) -> dict[Tie, int]:
        """Whom customers deleted, when last, as far as Siyu was told: no answer of the platform shows it."""
        last: dict[Tie, int] = {}
        for one in self.said("del_follow_user", taken=True):
            pair = one["ExternalUserID"], one["UserID"]
            last[pair] = max(int(one["CreateTime"]), last.get(pair, 0))
        return last

    def standing(self) -> dict[Tie, TrueFollow]:
        """What stands as far as anybody can know."""
        heard = self.heard()
        return {
            (one.external_userid, one.userid): one
            for one in self.truth().follows
            if not one.gone or heard.get((one.external_userid, one.userid), 0) < one.createtime
        }


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def story(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Story]:
    rules = Rules(per_minute=120, per_hour=2000, transfer_hours=20)
    corp = world.build(clock, seed=SEED, staff=14, follows=400, groups=8, rules=rules)
    with connected(database, corp, clock, tmp_path, SEED) as siyu:
        yield Story(siyu)


def test_after_thirty_days_both_hold_the_same(story: Story) -> None:
    story.live()
    it_was_a_rough_month(story)
    staff_tags_and_departments(story)
    customers_and_who_serves_them(story)
    groups_and_who_is_in_them(story)
    what_is_known_of_people(story)
    no_fact_is_there_twice(story)
    facts = len(story.facts())
    story.siyu.settle()
    assert len(story.facts()) == facts  # another reconcile finds no difference
    story.town.pass_time(90_000, 90_000)
    story.corp.tick()  # what was late comes in the end
    story.siyu.settle()
    customers_and_who_serves_them(story)
    no_fact_is_there_twice(story)


def it_was_a_rough_month(story: Story) -> None:
    """All of it really happened: a quiet month would prove nothing."""
    deliverer = story.corp.deliverer
    assert deliverer is not None
    assert deliverer.counts["refused"] == 0
    told = len(story.town.told)
    assert told > 1000
    for what in ("lost", "repeated"):
        assert 0.1 < deliverer.counts[what] / told < 0.3
    counts = story.town.life.counts
    assert all(counts[act] for act in ("hire", "leave", "dismiss", "delete tag", "add again", "change owner"))
    assert any(one.status == 1 for one in story.corp.state.transfers)
    gone = [one for one in story.truth().follows if one.gone]
    assert 0 < sum((one.external_userid, one.userid) in story.standing() for one in gone) < len(gone)
    assert story.rows("SELECT count(*) FROM channels.rate WHERE blocked_until IS NOT NULL")[0][0] > 0
    assert story.rows("SELECT state, count(*) FROM channels.walk GROUP BY state") == [("done", 2 + DAYS // 5)]
    assert story.rows("SELECT count(*) FROM channels.reread") == [(0,)]
    assert story.rows("SELECT count(*) FROM intake.dead_letter") == [(0,)]


def staff_tags_and_departments(story: Story) -> None:
    truth = story.truth()
    assert set(story.rows("SELECT department_id, name, parent_id FROM channels.department")) == {
        (str(number), name, str(parent)) for number, name, parent in truth.departments
    }
    staff = story.rows(
        """SELECT staff_id, name, array_to_string(department_ids, ','), position, serves, active FROM channels.staff
           WHERE gone_at IS NULL ORDER BY staff_id"""
    )
    assert staff == [
        (one.userid, one.name, ",".join(map(str, one.departments)), one.position, one.serves, one.active)
        for one in truth.staff
    ]
    tags = story.rows("SELECT tag_id, name, group_id, group_name, place FROM channels.tag WHERE gone_at IS NULL")
    assert sorted(tags) == [(one.id, one.name, one.group_id, one.group_name, one.order) for one in truth.tags]


def customers_and_who_serves_them(story: Story) -> None:
    kinds = {1: "wechat", 2: "wecom"}
    contacts = story.rows("SELECT contact_id, kind, union_id FROM channels.contact WHERE gone_at IS NULL")
    assert sorted(contacts) == [(one.external_userid, kinds[one.type], one.unionid) for one in story.truth().contacts]
    kept = story.rows(
        """SELECT contact_id, staff_id, since, way, state, tags, noted, phones FROM channels.follow
           WHERE ended_at IS NULL"""
    )
    ours = {
        (contact, staff): (since, way, state, sorted(tags), noted, phones)
        for contact, staff, since, way, state, tags, noted, phones in kept
    }
    theirs = {
        pair: (
            datetime.fromtimestamp(one.createtime, UTC),
            WAYS[one.add_way],
            one.state,
            sorted(one.tags),
            digest(one.remark, one.description),
            digest(*sorted(one.mobiles)),
        )
        for pair, one in story.standing().items()
    }
    assert {pair: one for pair, one in ours.items() if theirs.get(pair) != one} == {}
    assert ours.keys() == theirs.keys()


def digest(*said: str) -> str:
    return vault.fingerprint("name", orjson.dumps(list(said)).decode()) if any(said) else ""


def groups_and_who_is_in_them(story: Story) -> None:
    truth = story.truth()
    kept = story.rows(
        """SELECT group_id, name, owner_id, extract(epoch FROM created_at)::bigint, notice, platform_version
           FROM channels.chat_group WHERE gone_at IS NULL"""
    )
    assert sorted(kept) == [(g.chat_id, g.name, g.owner, g.create_time, g.notice, g.version) for g in truth.groups]
    inside = story.rows(
        """SELECT group_id, member_id, kind, extract(epoch FROM joined_at)::bigint, way, state FROM channels.chat_member
           WHERE left_at IS NULL"""
    )
    ways = {1: "invited", 2: "link", 3: "scan"}
    assert sorted(inside) == sorted(
        (g.chat_id, m.userid, {1: "staff", 2: "customer"}[m.type], m.join_time, ways[m.join_scene], m.state)
        for g in truth.groups
        for m in g.members
    )


def what_is_known_of_people(story: Story) -> None:
    """OneID, relations and tags of customers say what the corp says."""
    truth, standing = story.truth(), story.standing()
    known = dict(story.rows("SELECT value, customer_id FROM identity.identifier WHERE type = 'external_userid'"))
    assert len(set(known.values())) == len(known)  # nobody is taken for another
    account = story.siyu.account.id
    expected = {(known[contact], "friend", channels.scope_of(account, staff)) for contact, staff in standing}
    expected |= {
        (known[member.userid], "group_member", channels.scope_of(account, group.chat_id))
        for group in truth.groups
        for member in group.members
        if member.type == 2
    }
    relations = story.rows("SELECT customer_id, kind, scope FROM customers.relation WHERE ended_at IS NULL")
    assert Counter(relations) == Counter(expected)
    names = {tag.id: tag.name for tag in truth.tags}
    tags = {(known[contact], names[tag]) for (contact, _), one in standing.items() for tag in one.tags}
    assert Counter(story.rows("SELECT customer_id, tag FROM customers.tag")) == Counter(tags)


def no_fact_is_there_twice(story: Story) -> None:
    known = dict(story.rows("SELECT customer_id, value FROM identity.identifier WHERE type = 'external_userid'"))
    begun: Counter[tuple[Any, ...]] = Counter()
    balance: Counter[tuple[str, str, str]] = Counter()
    for one in story.facts():
        said = orjson.loads(one["properties"]) if one["properties"] else {}
        where = ("friend", known[one["customer_id"]], said["staff"]) if "staff" in said else None
        where = ("chat", known[one["customer_id"]], said["group"]) if "group" in said else where
        if where is None:
            continue
        step = {"added": 1, "joined": 1, "deleted": -1, "left": -1}[one["kind"].partition(".")[2]]
        balance[where] += step
        if step > 0:
            begun[*where, one["occurred_at"]] += 1
    assert [key for key, count in begun.items() if count > 1] == []
    stands = {("friend", *pair) for pair in story.standing()}
    stands |= {("chat", m.userid, g.chat_id) for g in story.truth().groups for m in g.members if m.type == 2}
    assert {key: count for key, count in balance.items() if count != (key in stands)} == {}
    assert stands <= balance.keys()
    facts_of_what_happened(story, {key[1:] for key in begun if key[0] == "friend"})
    no_transfer_is_told_twice(story, known)
    tags_come_and_go_by_turns(story)


def no_transfer_is_told_twice(story: Story, known: dict[int, str]) -> None:
    told: Counter[tuple[str, str, str]] = Counter()
    for one in story.facts():
        if one["kind"] == "friend.transferred":
            said = orjson.loads(one["properties"])
            told[known[one["customer_id"]], said["from_staff"], said["to_staff"]] += 1
    done = Counter(
        (one.external_userid, one.handover, one.takeover) for one in story.corp.state.transfers if one.status == 1
    )
    assert told
    assert told - done == Counter()


def tags_come_and_go_by_turns(story: Story) -> None:
    """What is put on is not put on again before it was taken off; in the end who has a tag was told of it last."""
    has: dict[tuple[int, str], bool] = {}
    wrong, turns = [], Counter[str]()
    for one in story.facts():
        kind = one["kind"]
        if kind not in ("tag.added", "tag.removed"):
            continue
        turns[kind] += 1
        place = one["customer_id"], orjson.loads(one["properties"])["tag"]
        if has.get(place, False) == (kind == "tag.added"):
            wrong.append((kind, *place))
        has[place] = kind == "tag.added"
    assert wrong == []
    assert turns.keys() == {"tag.added", "tag.removed"}
    kept = {(customer, tag) for customer, tag in story.rows("SELECT customer_id, tag FROM customers.tag")}
    assert {place for place, there in has.items() if there} == kept


def facts_of_what_happened(story: Story, told: set[tuple[Any, ...]]) -> None:
    """Every friend.added has a pair and a moment at which the two really became friends."""
    really = {(contact, staff, moment) for staff, contact, moment in story.born}
    for one in story.said("add_external_contact"):
        really.add((one["ExternalUserID"], one["UserID"], int(one["CreateTime"])))
    for transfer in story.corp.state.transfers:
        really.add((transfer.external_userid, transfer.takeover, transfer.takeover_time))
    assert {(contact, staff, int(at.timestamp())) for contact, staff, at in told} - really == set()
