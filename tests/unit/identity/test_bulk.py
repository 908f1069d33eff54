"""The bulk path: the same rules in an order of its own, and the log explains it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from psycopg import OperationalError
from sqlalchemy import Connection

from siyu.engines.postgres import Database, rows, run
from siyu.identity import service
from siyu.identity.types import BulkLink, IdentifierState
from siyu.intake.types import Message

Say = Callable[..., Message]
People = Callable[[Connection], set[frozenset[str]]]


@pytest.fixture
def tie(now: datetime, say: Say) -> Callable[..., BulkLink]:
    """A link of two claims as in ``say``, so many times, so many days ago."""

    def _tie(one: str, other: str, times: int = 1, ago: int = 0) -> BulkLink:
        first, second = say(one, other).claims
        return BulkLink(first, second, 1, "b", now - timedelta(days=ago), now, times)

    return _tie


Tie = Callable[..., BulkLink]


class TestResolveBulk:
    def test_surest_comes_first(self, conn: Connection, now: datetime, people: People, tie: Tie) -> None:
        result = service.resolve_bulk(
            conn,
            [
                tie("user_id:visitor", "anonymous_id:ipad"),
                tie("user_id:owner", "anonymous_id:ipad", times=9),
                tie("user_id:null", "anonymous_id:ipad"),
                tie("platform_buyer@taobao:b", "phone?:13800138000"),
                tie("platform_buyer@taobao:b", "phone?:13900139000", times=4),
                tie("user_id:owner", "phone:13900139000"),
            ],
            now,
        )
        assert (result.identifiers, result.customers, result.unusable) == (6, 3, 1)
        assert result.links == {"merged": 3, "same": 0, "demoted": 2, "review": 0, "rejected": 0}
        names = {frozenset(name.split(":")[0] for name in group) for group in people(conn)}
        assert frozenset({"user_id", "anonymous_id", "phone", "platform_buyer@taobao"}) in names
        assert service.rebuild(conn, now) == []

    def test_tablet_is_shared(self, conn: Connection, now: datetime, tie: Tie) -> None:
        result = service.resolve_bulk(conn, [tie(f"user_id:u{n}", "anonymous_id:t") for n in range(50)], now)
        assert (result.identifiers, result.customers) == (51, 51)
        assert service.find(conn, "t")[0].state == IdentifierState.SHARED
        assert service.rebuild(conn, now) == []

    def test_repeat_changes_nothing(self, conn: Connection, now: datetime, people: People, tie: Tie) -> None:
        links = [
            tie("user_id:u", "anonymous_id:a"),
            tie("user_id:u", "phone:13800138000"),
            tie("user_id:v", "email:a@b.cn"),
        ]
        service.resolve_bulk(conn, links, now)
        before = people(conn)
        again = service.resolve_bulk(conn, links, now)
        assert (again.identifiers, again.customers, sum(again.links.values())) == (0, 0, 0)
        assert people(conn) == before

    def test_links_of_messages(self, conn: Connection, now: datetime, say: Say, people: People) -> None:
        """They are those that the messages themselves make: same people, same evidence, same strength."""
        messages = [
            say("user_id:u", "phone?:138 0013 8000", "anonymous_id:a", "phone:13800138000"),
            say("user_id:v", "phone?:13900139000", "email: X@m.cn "),
            say("user_id:null", "email:x@m.cn"),
            say("anonymous_id:b"),
            say("phone?:186******05", "user_id:w"),
            say("user_id:new", previousId="3fa85f64-5717-4562-b3fc-2c963f66afa6", kind="alias"),
        ]
        links = list(service.links_of(messages))
        assert {(link.one.type, link.other.type, link.one.strength, link.other.strength) for link in links} == {
            ("user_id", "phone", "self", "self"),
            ("user_id", "anonymous_id", "self", "self"),
            ("user_id", "phone", "contact", "contact"),
            ("user_id", "email", "self", "self"),
        }
        service.resolve_bulk(conn, links, now)
        found = people(conn)
        evidence = rows(conn, "SELECT * FROM identity.evidence ORDER BY stronger, weaker")
        service.resolve(conn, messages, now)
        assert people(conn) == found | {frozenset({"anonymous_id:b"}), frozenset({"user_id:w"})}
        assert rows(conn, "SELECT * FROM identity.evidence ORDER BY stronger, weaker") == evidence

    def test_known_links_do_not_take_part_again(self, conn: Connection, now: datetime, tie: Tie) -> None:
        """Whichever of two of one type came first; a self link after one by contact is new."""
        links = [tie("user_id:u", "user_id:v"), tie("user_id:u", "phone?:13800138000")]
        service.resolve_bulk(conn, links, now)
        turned = [tie("user_id:v", "user_id:u"), *links]
        assert sum(service.resolve_bulk(conn, turned, now).links.values()) == 0
        surer = service.resolve_bulk(conn, [tie("user_id:u", "phone:13800138000"), *turned], now)
        assert sum(surer.links.values()) == 1
        assert service.rebuild(conn, now) == []

    def test_waits_for_whoever_writes_by_customer(self, database: Database, now: datetime, tie: Tie) -> None:
        def attempt(act: Callable[[Connection], object]) -> None:
            with database.transaction() as conn:
                run(conn, "SET LOCAL lock_timeout TO '50ms'")
                act(conn)

        with database.transaction() as writer:
            service.hold_people(writer, alone=False)
            with pytest.raises(OperationalError, match="lock timeout"):
                attempt(lambda conn: service.resolve_bulk(conn, [], now))
            with pytest.raises(OperationalError, match="lock timeout"):
                attempt(lambda conn: service.rebuild(conn, now, repair=True))
        attempt(lambda conn: service.resolve_bulk(conn, [tie("user_id:u", "user_id:v")], now))

    def test_nothing(self, conn: Connection, now: datetime) -> None:
        assert service.resolve_bulk(conn, [], now).identifiers == 0

    @pytest.mark.parametrize("seed", range(6))
    def test_on_top_of_what_is_known(self, conn: Connection, now: datetime, say: Say, tie: Tie, seed: int) -> None:
        """Messages, then links in bulk, then an operator, then bulk again: the log explains every state."""
        random_ = random.Random(seed)
        kinds = ["user_id:u", "union_id:w", "platform_buyer@taobao:b", "phone:1380013800", "phone?:1380013800"]
        names = [f"{kind}{n}" for kind in [*kinds, "anonymous_id:a", "email:e@m.cn"] for n in range(1, 9)]
        for _ in range(3):
            service.resolve(conn, [say(*random_.sample(names, 2)) for _ in range(15)], now)
            chosen = [random_.sample(names, 2) for _ in range(60)]
            links = [tie(one, other, random_.randint(1, 20), random_.randint(0, 400)) for one, other in chosen]
            result = service.resolve_bulk(conn, links, now)
            closed = {row[0] for row in rows(conn, "SELECT id FROM identity.customer WHERE merged_into IS NOT NULL")}
            assert {loser for loser, _ in result.merged} <= closed
            assert service.rebuild(conn, now) == []
            owned = rows(conn, "SELECT id, customer_id FROM identity.identifier ORDER BY random()")
            group = max({r.customer_id for r in owned}, key=lambda c: sum(r.customer_id == c for r in owned))
            some = [r.id for r in owned if r.customer_id == group][:1]
            service.split(conn, group, some, actor="operator:1", reason="test", now=now)
            one, other = owned[0].id, owned[1].id
            service.confirm_merge(conn, one, other, actor="operator:1", reason="test", now=now)
            assert service.rebuild(conn, now) == []
        assert service.rebuild(conn, now, compile_from=0) == []  # compiled, the rules must say the same


class TestRebuild:
    def test_repair_puts_right_what_was_changed_behind_our_back(
        self, conn: Connection, now: datetime, say: Say, people: People
    ) -> None:
        batch = [say(f"user_id:u{n}", f"anonymous_id:a{n}", f"phone:1380013800{n}") for n in range(5)]
        service.resolve(conn, batch, now)
        before = people(conn)
        customers = [row[0] for row in rows(conn, "SELECT DISTINCT customer_id FROM identity.identifier ORDER BY 1")]
        for sql in (
            f"UPDATE identity.identifier SET customer_id = {customers[0]} WHERE value = 'u3' RETURNING 1",
            f"UPDATE identity.identifier SET customer_id = {customers[1]} WHERE customer_id = {customers[2]} RETURNING 1",
            "UPDATE identity.identifier SET conflicts = -1 WHERE value = 'a4' RETURNING 1",
            "UPDATE identity.evidence SET state = 4 WHERE stronger = (SELECT min(stronger) FROM identity.evidence) RETURNING 1",
        ):
            rows(conn, sql)
        found = service.rebuild(conn, now, repair=True)
        assert {difference.what for difference in found} == {"customer", "conflicts", "evidence"}
        assert service.rebuild(conn, now) == []
        assert people(conn) == before
