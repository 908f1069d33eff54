"""What operators decide, and two who decide at once."""

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Connection

from siyu.engines.postgres import Database, rows, scalar
from siyu.identity import service
from siyu.identity.types import EvidenceState
from siyu.intake.types import Message
from siyu.kernel.errors import BadInput, Conflict, NotFound

Say = Callable[..., Message]
People = Callable[[Connection], set[frozenset[str]]]
BY = {"actor": "operator:1", "reason": "asked the customer"}


def identifier(conn: Connection, value: str) -> int:
    return service.find(conn, value)[0].id


class TestSplit:
    def test_leaves_with_its_facts_and_stays_away(
        self, conn: Connection, now: datetime, say: Say, people: People
    ) -> None:
        old = (
            service.resolve(conn, [say("user_id:u", "anonymous_id:a", "email:a@b.cn")], now).attributions[0].customer_id
        )
        device = identifier(conn, "a")
        preview = service.split_preview(conn, old, [device])
        assert [edge.weaker for edge in preview.overruled] == [device]
        done = service.split(conn, old, [device], now=now, **BY)
        new = done.created[0]
        assert [(fact.kind, fact.properties["other"]) for fact in done.facts] == [("customer.split", new)]
        assert service.aliases_of(conn, old).moved_away == [device]
        assert service.aliases_of(conn, new).moved_in == [device]
        service.resolve(conn, [say("user_id:u", "anonymous_id:a")], now)
        service.resolve(conn, [say("anonymous_id:a", "email:a@b.cn")], now)
        assert frozenset({"anonymous_id:a"}) in people(conn)
        assert [entry.op for entry in service.graph(conn, new).history] == ["split"]
        assert service.rebuild(conn, now) == []

    def test_confirming_takes_it_back(self, conn: Connection, now: datetime, say: Say, people: People) -> None:
        old = service.resolve(conn, [say("user_id:u", "anonymous_id:a")], now).attributions[0].customer_id
        before = people(conn)
        service.split(conn, old, [identifier(conn, "a")], now=now, **BY)
        service.confirm_merge(conn, identifier(conn, "u"), identifier(conn, "a"), now=now, **BY)
        assert people(conn) == before
        assert rows(conn, "SELECT 1 FROM identity.apart") == []
        assert service.aliases_of(conn, old).moved_away == []
        assert service.rebuild(conn, now) == []

    @pytest.mark.parametrize("which", [[], ["u", "a"], ["other"]])
    def test_needs_some_and_not_all(self, conn: Connection, now: datetime, say: Say, which: list[str]) -> None:
        old = service.resolve(conn, [say("user_id:u", "anonymous_id:a"), say("user_id:other")], now).attributions[0]
        with pytest.raises(BadInput):
            service.split(conn, old.customer_id, [identifier(conn, v) for v in which], now=now, **BY)

    def test_unknown_customer(self, conn: Connection, now: datetime) -> None:
        with pytest.raises(NotFound):
            service.split(conn, 99, [1], now=now, **BY)


class TestMerge:
    def test_beyond_the_limits(self, conn: Connection, now: datetime, say: Say) -> None:
        service.resolve(conn, [say("user_id:u", "phone:13800138000"), say("user_id:v")], now)
        service.confirm_merge(conn, identifier(conn, "u"), identifier(conn, "v"), now=now, **BY)
        again = service.resolve(conn, [say("user_id:v", "union_id:w"), say("user_id:u", "union_id:w")], now)
        assert len({a.customer_id for a in again.attributions}) == 1
        assert service.confirm_merge(conn, identifier(conn, "u"), identifier(conn, "v"), now=now, **BY).merged == []
        assert service.rebuild(conn, now) == []

    def test_proposed_then_rejected(self, conn: Connection, now: datetime, say: Say) -> None:
        found = service.resolve(conn, [say("user_id:u"), say("union_id:w")], now).attributions
        pair = service.propose_merge(conn, found[0].customer_id, found[1].customer_id, now=now, **BY)
        assert [(edge.stronger, edge.weaker) for edge in service.review_list(conn)] == [pair]
        service.reject_merge(conn, *pair, now=now, **BY)
        assert service.review_list(conn) == []
        after = service.resolve(conn, [say("user_id:u", "union_id:w"), say("union_id:w")], now).attributions
        assert after[0].customer_id != after[1].customer_id
        assert service.graph(conn, after[1].customer_id).edges[0].state == EvidenceState.REJECTED
        assert service.rebuild(conn, now) == []

    def test_one_customer_cannot_be_rejected(self, conn: Connection, now: datetime, say: Say) -> None:
        service.resolve(conn, [say("user_id:u", "anonymous_id:a")], now)
        with pytest.raises(Conflict):
            service.reject_merge(conn, identifier(conn, "u"), identifier(conn, "a"), now=now, **BY)

    def test_review_list_goes_page_by_page(self, conn: Connection, now: datetime, say: Say) -> None:
        service.resolve(conn, [say(f"user_id:u{n}", "union_id:w") for n in range(5)], now)
        seen, after = [], None
        while page := service.review_list(conn, after=after, limit=2):
            seen += [edge.stronger for edge in page]
            after = (page[-1].first_seen, page[-1].stronger, page[-1].weaker)
        assert len(seen) == len(set(seen)) == 4


class TestCounts:
    def test_people_and_identifiers(self, conn: Connection, now: datetime, say: Say) -> None:
        service.resolve(conn, [say("user_id:u", "anonymous_id:a"), say("anonymous_id:b"), say("user_id:v")], now)
        counts = service.asset_counts(conn)
        assert counts.identifiers == {"anonymous_id": 2, "user_id": 2}
        assert counts.people_by_channels == {1: 2}
        assert (counts.anonymous, counts.known) == (1, 2)

    def test_people_by_the_channels_they_are_known_on(self, conn: Connection, now: datetime, say: Say) -> None:
        said = [
            say("platform_buyer@jd:ann", "phone:13800138001"),
            say("platform_buyer@taobao:ann", "phone:13800138001"),  # one type of identifier, two channels
            say("phone:13800138002", "email:ben@example.com"),  # two types, no channel
            say("external_userid@corp:cid", "union_id:cid", "open_id@app:cid", "phone:13800138003", "anonymous_id:c"),
            say("platform_buyer@tmall:dee", "platform_buyer@taobao:dee2"),  # one platform
            say("user_id:eve", "member_no:eve", "anonymous_id:e"),
            say("android.idfa:fay"),
            say("anonymous_id:gus", "device_id:gus"),
        ]
        service.resolve(conn, said, now)
        counts = service.asset_counts(conn)
        assert counts.people_by_channels == {0: 2, 1: 2, 2: 2}
        assert (counts.anonymous, counts.known) == (1, 6)
        assert counts.identifiers["platform_buyer"] == 4

    def test_more_platforms_than_are_told_apart(self, conn: Connection, now: datetime, say: Say) -> None:
        most = [say(f"platform_buyer@p{number:02}:{buyer}") for number in range(47) for buyer in "ab"]
        rare = [say("platform_buyer@q1:c", "platform_buyer@q2:c", "platform_buyer@p00:a")]
        service.resolve(conn, most + rare, now)
        assert service.asset_counts(conn).people_by_channels == {1: 93, 2: 1}

    def test_nobody_yet(self, conn: Connection) -> None:
        counts = service.asset_counts(conn)
        assert (counts.anonymous, counts.known) == (0, 0)


class TestRaces:
    def run(self, database: Database, *acts: Callable[[Connection], object]) -> None:
        """Every act in a transaction and a thread of its own, all starting at once."""
        barrier = threading.Barrier(len(acts))
        failures: list[BaseException] = []

        def work(act: Callable[[Connection], object]) -> None:
            try:
                barrier.wait()
                with database.transaction() as conn:
                    act(conn)
            except BaseException as failure:  # noqa: BLE001 - handed to the test
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    @pytest.mark.parametrize("turn", range(8))
    def test_two_merges_over_the_same_people(self, database: Database, now: datetime, say: Say, turn: int) -> None:
        with database.transaction() as conn:
            service.resolve(
                conn, [say("user_id:u"), say("union_id:w"), say("phone:13800138000"), say("email:a@b.cn")], now
            )
        self.run(
            database,
            lambda conn: service.resolve(
                conn, [say("user_id:u", "union_id:w"), say("union_id:w", "email:a@b.cn")], now
            ),
            lambda conn: service.resolve(
                conn, [say("phone:13800138000", "email:a@b.cn"), say("user_id:u", "email:a@b.cn")], now
            ),
            lambda conn: service.resolve(conn, [say("union_id:w", "phone:13800138000", f"anonymous_id:a{turn}")], now),
        )
        with database.transaction() as conn:
            assert len(service.graph(conn, service.find(conn, "u")[0].customer_id).identifiers) == 5
            assert service.rebuild(conn, now) == []

    @pytest.mark.parametrize("turn", range(4))
    def test_the_same_new_people_from_many_sides(self, database: Database, now: datetime, say: Say, turn: int) -> None:
        names = [f"user_id:t{turn}-{n}" for n in range(40)]

        def batch(step: int) -> Callable[[Connection], object]:
            order = names[step:] + names[:step]
            said = [say(name, f"anonymous_id:{name[-3:]}x{k % 7}") for k, name in enumerate(order)]
            return lambda conn: service.resolve(conn, said, now)

        self.run(database, *(batch(step) for step in (0, 13, 29, 37)))
        with database.transaction() as conn:
            assert service.rebuild(conn, now) == []
            assert len({i.customer_id for n in names for i in service.find(conn, n.split(":")[1])}) == 40

    def test_split_against_merge(self, database: Database, now: datetime, say: Say) -> None:
        with database.transaction() as conn:
            old = service.resolve(conn, [say("user_id:u", "anonymous_id:a"), say("union_id:w")], now).attributions[0]
            device = identifier(conn, "a")
        self.run(
            database,
            lambda conn: service.split(conn, old.customer_id, [device], now=now, **BY),
            lambda conn: service.resolve(
                conn, [say("user_id:u", "union_id:w"), say("anonymous_id:a", "union_id:w")], now
            ),
        )
        with database.transaction() as conn:
            assert service.rebuild(conn, now) == []

    @pytest.mark.parametrize("turn", range(4))
    def test_operators_against_the_pipeline(self, database: Database, now: datetime, say: Say, turn: int) -> None:
        """Whoever decides about the same pairs of people at once waits, and nobody fails."""
        pairs = [(f"user_id:u{n}", f"phone:138001380{n:02d}") for n in range(12)]
        with database.transaction() as conn:
            service.resolve(conn, [say(claim) for pair in pairs for claim in pair], now)
            ids = [tuple(identifier(conn, claim.partition(":")[2]) for claim in pair) for pair in pairs]

        def owner(conn: Connection, identifier_id: int) -> int:
            return int(scalar(conn, "SELECT customer_id FROM identity.identifier WHERE id = :id", id=identifier_id))

        def merge(conn: Connection) -> None:
            for one, other in ids:
                with contextlib.suppress(BadInput):  # they are one already
                    pair = service.propose_merge(conn, owner(conn, one), owner(conn, other), now=now, **BY)
                    service.confirm_merge(conn, *pair, now=now, **BY)

        def reject(conn: Connection) -> None:
            for one, other in ids[::2]:
                with contextlib.suppress(Conflict):  # they are one already
                    service.reject_merge(conn, one, other, now=now, **BY)

        def split(conn: Connection) -> None:
            for one, other in ids[::3]:
                with contextlib.suppress(BadInput):  # they are two
                    service.split(conn, owner(conn, one), [other], now=now, **BY)

        def take(conn: Connection, messages: list[Message]) -> None:
            service.hold_people(conn, alone=False)
            service.resolve(conn, messages, now)

        together = [say(*pair) for pair in pairs]
        self.run(
            database,
            lambda conn: take(conn, together),
            merge,
            lambda conn: take(conn, together[::-1]),
            *(reject, split)[: turn % 3],
        )
        with database.transaction() as conn:
            assert service.rebuild(conn, now) == []
            if turn % 3 == 0:
                assert all(owner(conn, one) == owner(conn, other) for one, other in ids)
