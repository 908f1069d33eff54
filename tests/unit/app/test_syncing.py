"""What platforms hold and what we keep come to be equal, whatever becomes of the pushes."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from tests.unit.app.flock import Flock, Followed, World, account_of, make

from siyu.app import syncing
from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.syncing import Syncing
from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.types import Account, Channel, Tag, Unseen
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.timeline.columns import unpack

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _flock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"flock": Flock}, ()))
    Flock.worlds.clear()


class Siyu:
    """The worker's loops, turned by hand."""

    def __init__(self, database: Database, clock: ManualClock, folder: Path) -> None:
        self.database, self.clock = database, clock
        self.context = Context(Settings(data_folder=folder), database, cast("Any", None), clock)
        self.opens = syncing.opener(database, clock)
        self.syncing = Syncing(database, clock, self.opens)
        self.pipeline = Pipeline(database, clock, 500)

    def connect(self, external_id: str, world: World) -> Account:
        with self.database.transaction() as conn:
            account = service.connect_account(
                conn, access.system("tests"), channel="flock", external_id=external_id, name="", values={},
                now=self.clock.now(),
            )  # fmt: skip
        account_of(world, account)
        return account

    def push(self, account: Account, world: World) -> None:
        """Deliver what is delivered."""
        messages = [service.push_message(account, one, self.clock.now()) for one in world.delivered()]
        with self.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, messages)

    def follow(self, world: World) -> None:
        """Our clock goes on to where the world is."""
        if world.now > self.clock.now():
            self.clock.advance(world.now - self.clock.now())

    def work(self) -> None:
        """Until nothing is to be done."""
        while self.pipeline.run_once() or self.syncing.run_once():
            pass

    def settle(self, account: Account, world: World) -> None:
        world.now += HOUR
        self.follow(world)
        syncing.reconcile(self.context, account.id)
        self.work()

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return [tuple(row) for row in rows(conn, sql, **parameters)]

    def facts(self) -> list[dict[str, Any]]:
        bodies = [
            bytes(row[0]) for row in self.rows("SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
        ]
        return cast("list[dict[str, Any]]", unpack(bodies).to_pylist()) if bodies else []


@pytest.fixture
def siyu(database: Database, clock: ManualClock, tmp_path: Path) -> Siyu:
    return Siyu(database, clock, tmp_path)


@pytest.fixture
def world(clock: ManualClock) -> World:
    return make(Random(1), clock.now())


Connected = tuple[Siyu, Account, World]


@pytest.fixture
def connected(siyu: Siyu, world: World) -> Connected:
    return siyu, siyu.connect("corp-1", world), world


def equals(siyu: Siyu, account: Account, world: World) -> None:
    """The mirror, the customers and the facts are as the platform is."""
    standing = world.standing()
    kept = siyu.rows("SELECT contact_id, staff_id, since, tags FROM channels.follow WHERE ended_at IS NULL")
    assert {(one[0], one[1]) for one in kept} == standing
    for contact, staff, since, tags in kept:
        assert since == world.follows[contact, staff].since
        assert set(tags) == world.follows[contact, staff].tags
    members = {(group, one) for group, members in world.groups.items() for one in members}
    inside = siyu.rows(
        "SELECT group_id, member_id FROM channels.chat_member WHERE left_at IS NULL AND kind = 'customer'"
    )
    assert set(inside) == members
    assert {one for (one,) in siyu.rows("SELECT staff_id FROM channels.staff WHERE gone_at IS NULL")} == set(
        world.staff
    )
    assert siyu.rows("SELECT * FROM channels.reread") == []
    customers = dict(siyu.rows("SELECT value, customer_id FROM identity.identifier WHERE type = 'external_userid'"))
    of_customers = siyu.rows("SELECT customer_id, kind, scope FROM customers.relation WHERE ended_at IS NULL")
    expected = {(customers[contact], "friend", service.scope_of(account.id, staff)) for contact, staff in standing}
    expected |= {(customers[one], "group_member", service.scope_of(account.id, group)) for group, one in members}
    assert set(of_customers) == expected
    tagged = {(customers[contact], name) for contact in customers for name in world.tag_names(contact)}
    assert set(siyu.rows("SELECT customer_id, tag FROM customers.tag")) == tagged
    assert siyu.rows("SELECT count(*) FROM intake.dead_letter") == [(0,)]


def told_once(siyu: Siyu, account: Account, world: World) -> None:
    facts = siyu.facts()
    keys = Counter(
        (one["kind"], one["customer_id"], str(one["occurred_at"]), str(one["properties"]), one["message_id"])
        for one in facts
    )
    assert [key for key, count in keys.items() if count > 1] == []
    kinds = Counter(one["kind"] for one in facts)
    assert kinds["friend.added"] - kinds["friend.deleted"] == len(world.standing())
    assert kinds["chat.joined"] - kinds["chat.left"] == sum(map(len, world.groups.values()))
    begun = Counter(
        (one["customer_id"], str(one["occurred_at"]), str(one["properties"]))
        for one in facts
        if one["kind"] in ("friend.added", "chat.joined")
    )
    assert max(begun.values(), default=1) == 1


@pytest.mark.parametrize("seed", range(6))
def test_they_come_to_be_equal(siyu: Siyu, seed: int) -> None:
    """A fifth of the pushes is lost, a fifth comes twice, in any order; then everything is reconciled."""
    world = make(Random(seed), siyu.clock.now())
    account = siyu.connect("corp-1", world)
    for _ in range(3):
        for _ in range(12):
            for _ in range(world.random.randint(1, 6)):
                world.change()
            siyu.follow(world)
            siyu.push(account, world)
            siyu.work()
        siyu.settle(account, world)
        equals(siyu, account, world)
        told_once(siyu, account, world)
    facts = len(siyu.facts())
    siyu.settle(account, world)
    assert len(siyu.facts()) == facts  # another reconcile finds no difference


@pytest.mark.parametrize("seed", range(6))
def test_messages_may_be_worked_on_in_any_order(siyu: Siyu, seed: int) -> None:
    """A first reconcile waits in the bulk lane while pushes go before it; batches overtake each other. The clock stands."""
    world = make(Random(seed), siyu.clock.now())
    account = siyu.connect("corp-1", world)
    now = siyu.clock.now()
    world.meet()
    for _ in range(8):
        contact = "wm0"
        world.random.choice([world.mark, world.mark, world.call, world.rename])()
        if world.random.random() < 0.5:
            for pair in sorted(world.follows):
                world.random.choice([world.follows.pop, lambda _: None])(pair)
        world.now += timedelta(seconds=1)
        if not world.follows:
            world.follows[contact, "s1"] = Followed(world.now, "scan")
        tags = [Tag(*one, "g", "G") for one in world.tags.items()]
        with siyu.database.transaction() as conn:
            service.mirror(conn, account, [*tags, world.contact(contact)], now)
    with siyu.database.transaction() as conn:
        envelopes = intake.claim(conn, 1000)
        intake.finish(conn, envelopes)
    messages = [message for envelope in envelopes for message in envelope.messages]
    world.random.shuffle(messages)
    for message in messages:
        with siyu.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message])
        siyu.pipeline.run_once()
    scopes = {scope for (scope,) in siyu.rows("SELECT scope FROM customers.relation WHERE ended_at IS NULL")}
    assert scopes == {service.scope_of(account.id, staff) for _, staff in world.standing()}
    assert {tag for (tag,) in siyu.rows("SELECT tag FROM customers.tag")} == world.tag_names("wm0")


class TestRereads:
    def test_many_pushes_of_one_are_one_reading(self, connected: Connected) -> None:
        siyu, account, world = connected
        world.meet()
        for _ in range(5):
            world.push(("contact", "wm0"))
        messages = [service.push_message(account, one, siyu.clock.now()) for one in world.pushes]
        with siyu.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, messages)
        siyu.work()
        assert world.reads == [("contact", ("wm0",))]

    def test_later_is_later(self, connected: Connected) -> None:
        siyu, account, world = connected
        ask(siyu, account, "staff", "s0")
        world.later = 1
        assert siyu.syncing.run_once() == 1
        assert siyu.syncing.run_once() == 0
        siyu.clock.advance(timedelta(seconds=7))
        assert siyu.syncing.run_once() == 1
        assert siyu.rows("SELECT staff_id FROM channels.staff") == [("s0",)]

    @pytest.mark.parametrize("how", ["refuses", "breaks"])
    def test_a_poison_object_holds_up_no_other(self, connected: Connected, how: str) -> None:
        siyu, account, world = connected
        getattr(world, how).add("s1")
        for staff in world.staff:
            ask(siyu, account, "staff", staff)
        for _ in range(3):
            siyu.syncing.run_once()
            siyu.clock.advance(timedelta(seconds=40))
        assert {one for (one,) in siyu.rows("SELECT staff_id FROM channels.staff")} == set(world.staff) - {"s1"}
        assert siyu.rows("SELECT object_id FROM channels.reread") == [("s1",)]
        getattr(world, how).clear()
        siyu.clock.advance(HOUR)
        siyu.syncing.run_once()
        assert siyu.rows("SELECT object_id FROM channels.reread") == []

    def test_one_account_that_is_refused_holds_up_no_other(self, connected: Connected) -> None:
        siyu, account, world = connected
        other_world = make(Random(2), siyu.clock.now())
        other = siyu.connect("corp-2", other_world)
        world.refuses.add("*")
        for one in (account, other):
            for staff in world.staff:
                ask(siyu, one, "staff", staff)
        siyu.syncing.run_once()
        assert siyu.rows("SELECT DISTINCT account_id FROM channels.staff") == [(other.id,)]
        with siyu.database.transaction() as conn:
            found = service.standing(conn, account.id)
            assert service.standing(conn, other.id).refused is None
        assert found.waiting == 6
        assert found.refused is not None
        assert found.refused["details"]["errcode"] == 40001
        siyu.clock.advance(HOUR)
        asked = len(world.reads)
        siyu.syncing.run_once()
        assert len(world.reads) - asked == 3  # it is not the objects: the others are not tried
        world.refuses.clear()
        siyu.clock.advance(HOUR)
        siyu.syncing.run_once()
        with siyu.database.transaction() as conn:
            assert service.standing(conn, account.id).refused is None

    def test_a_paused_account_is_not_asked(self, connected: Connected) -> None:
        siyu, account, _ = connected
        ask(siyu, account, "staff", "s0")
        with siyu.database.transaction() as conn:
            service.pause_account(conn, access.system("tests"), account.id, siyu.clock.now())
        assert siyu.syncing.run_once() == 0
        assert syncing.reconcile(siyu.context, account.id) is None

    def test_what_is_asked_for_while_it_is_read_is_read_again(self, connected: Connected) -> None:
        siyu, account, _ = connected
        ask(siyu, account, "staff", "s0")
        with siyu.database.transaction() as conn:
            held = service.claim_rereads(conn, siyu.clock.now(), 10)
            assert service.claim_rereads(conn, siyu.clock.now(), 10) == []
        ask(siyu, account, "staff", "s0")
        with siyu.database.transaction() as conn:
            service.finish_rereads(conn, held)
        assert siyu.syncing.run_once() == 1
        assert siyu.syncing.run_once() == 0

    def test_what_a_killed_worker_held_is_free_again(self, connected: Connected) -> None:
        siyu, account, _ = connected
        ask(siyu, account, "staff", "s0")
        with siyu.database.transaction() as conn:
            service.claim_rereads(conn, siyu.clock.now(), 10)
        assert siyu.syncing.run_once() == 0
        siyu.clock.advance(timedelta(minutes=10))
        assert siyu.syncing.run_once() == 1


def ask(siyu: Siyu, account: Account, kind: Any, object_id: str) -> None:
    with siyu.database.transaction() as conn:
        service.ask_again(conn, account.id, [(kind, object_id)], siyu.clock.now())


@pytest.fixture
def grown(connected: Connected) -> Connected:
    """A world in which something has happened already, of which we know nothing."""
    siyu, _, world = connected
    for _ in range(120):
        world.change()
    world.pushes.clear()
    siyu.follow(world)
    return connected


class TestReconcile:
    def test_a_first_one_reads_everything(self, grown: Connected) -> None:
        siyu, account, world = grown
        walk = syncing.reconcile(siyu.context, account.id)
        assert walk is not None
        assert (walk.state, walk.problem, walk.unseen) == ("done", None, [])
        assert walk.counts["contact"] == len(world.follows)
        assert walk.counts["group"] == len(world.groups)
        siyu.work()
        equals(siyu, account, world)

    def test_it_goes_on_where_it_was_killed(self, grown: Connected) -> None:
        siyu, account, world = grown
        world.dies_after = 3
        with pytest.raises(KeyboardInterrupt):
            syncing.reconcile(siyu.context, account.id)
        (half,) = siyu.rows("SELECT state, cursor FROM channels.walk")
        assert half == ("running", "of:s0")
        siyu.clock.advance(timedelta(minutes=5))
        walk = syncing.reconcile(siyu.context, account.id)
        assert walk is not None
        assert walk.counts["pieces"] == 3 + len(world.staff)  # staff, tags, groups: none was read twice
        siyu.work()
        equals(siyu, account, world)

    def test_it_stays_where_it_is_when_the_process_ends(self, grown: Connected) -> None:
        siyu, account, world = grown
        ends = iter([False, True])
        with pytest.raises(TryLater):
            syncing.reconcile(siyu.context, account.id, ending=lambda: next(ends))
        assert siyu.rows("SELECT state, counts ->> 'pieces' FROM channels.walk") == [("running", "2")]
        walk = syncing.reconcile(siyu.context, account.id)
        assert walk is not None
        assert walk.state == "done"
        siyu.work()
        equals(siyu, account, world)

    def test_one_that_lay_too_long_begins_anew(self, grown: Connected) -> None:
        siyu, account, world = grown
        world.dies_after = 3
        with pytest.raises(KeyboardInterrupt):
            syncing.reconcile(siyu.context, account.id)
        siyu.clock.advance(timedelta(hours=30))
        syncing.reconcile(siyu.context, account.id)
        assert siyu.rows("SELECT state FROM channels.walk ORDER BY id") == [("failed",), ("done",)]

    def test_it_waits_when_the_platform_says_so(self, grown: Connected) -> None:
        siyu, account, world = grown
        world.later = 1
        with pytest.raises(TryLater):
            syncing.reconcile(siyu.context, account.id)
        assert siyu.rows("SELECT state FROM channels.walk") == [("running",)]
        syncing.reconcile(siyu.context, account.id)
        assert siyu.rows("SELECT state FROM channels.walk") == [("done",)]

    def test_one_that_is_refused_has_failed_and_says_why(self, grown: Connected) -> None:
        siyu, account, world = grown
        world.refuses.add("*")
        walk = syncing.reconcile(siyu.context, account.id)
        assert walk is not None
        assert walk.state == "failed"
        assert walk.problem is not None
        assert walk.problem["code"] == "PlatformRefused"
        assert "群鸟返回 40001" in walk.problem["message_zh"]

    def test_what_cannot_be_seen_is_told_and_stays(self, grown: Connected) -> None:
        siyu, account, world = grown
        siyu.settle(account, world)
        before = siyu.rows("SELECT count(*) FROM channels.follow WHERE ended_at IS NULL")
        hidden = min(world.staff)
        world.unseen.append(Unseen("staff", hidden, "outside the visible range", "不在可见范围内"))
        kept = dict(world.staff)
        del world.staff[hidden]
        walk = syncing.reconcile(siyu.context, account.id)
        assert walk is not None
        assert [one["id"] for one in walk.unseen] == [hidden]
        siyu.work()
        assert siyu.rows("SELECT count(*) FROM channels.follow WHERE ended_at IS NULL") == before
        assert {one for (one,) in siyu.rows("SELECT staff_id FROM channels.staff WHERE gone_at IS NULL")} == set(kept)

    def test_two_do_not_walk_at_once(self, grown: Connected) -> None:
        siyu, account, world = grown

        def opens(opened: Account) -> Channel:
            assert syncing.reconcile(siyu.context, account.id) is None
            return siyu.opens(opened)

        walk = syncing.reconcile(siyu.context, account.id, opens)
        assert walk is not None
        assert walk.state == "done"
        siyu.work()
        equals(siyu, account, world)

    def test_every_active_account_is_asked_for_at_night_once(self, connected: Connected) -> None:
        siyu, account, _ = connected
        syncing.ask_all(siyu.context)
        syncing.ask_all(siyu.context)
        jobs = siyu.rows("SELECT task_name, args FROM jobs.procrastinate_jobs")
        assert jobs == [(service.RECONCILE, {"account_id": account.id})]


def test_names_are_masked_and_never_in_facts(grown: Connected) -> None:
    siyu, account, world = grown
    siyu.settle(account, world)
    assert "小" not in str(siyu.facts())
    assert "小" not in str(siyu.rows("SELECT traits, personal FROM customers.profile"))
    with_names = siyu.rows("SELECT count(*) FROM customers.profile WHERE personal ? 'name'")
    assert with_names[0][0] >= len({contact for contact, _ in world.follows})
