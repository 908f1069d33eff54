"""Whatever comes, in whatever batches: the stored assignment is what the log leads to, and its invariants hold."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from siyu.engines.postgres import Database, rows
from siyu.identity import service
from siyu.identity.types import TYPES
from siyu.intake.types import Message
from siyu.kernel.errors import BadInput, Conflict

Say = Callable[..., Message]
People = Callable[[Connection], set[frozenset[str]]]

_claims = st.sampled_from([
    "user_id:u1", "user_id:u2", "user_id:u3", "member_no@s:m1", "member_no@s:m2", "union_id:w1", "union_id:w2",
    "platform_buyer@taobao:b1", "platform_buyer@taobao:b2", "platform_buyer@jd:j1", "phone:13800138001",
    "phone:13800138002", "phone?:13800138001", "phone?:13800138002", "phone?:13800138003", "email:a@b.cn",
    "email?:c@d.cn", "anonymous_id:a1", "anonymous_id:a2", "anonymous_id:a3",
])  # fmt: skip
_message = st.lists(_claims, min_size=1, max_size=4).map(tuple)
_act = st.tuples(st.sampled_from(["confirm", "reject", "split", "split"]), st.integers(0, 99), st.integers(0, 99))
_story = st.lists(st.one_of(st.lists(_message, min_size=1, max_size=5), _act), min_size=1, max_size=12)

_thorough = settings(
    max_examples=int(os.environ.get("SIYU_IDENTITY_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def act(conn: Connection, what: str, one: int, other: int, now: datetime) -> bool:
    """Do an operator's act to identifiers chosen by number; True when the act was possible."""
    ids = [row.id for row in rows(conn, "SELECT id FROM identity.identifier ORDER BY type, scope, value")]
    if len(ids) < 2:
        return False
    a, b = ids[one % len(ids)], ids[other % len(ids)]
    try:
        if what == "confirm":
            service.confirm_merge(conn, a, b, actor="operator:1", reason="test", now=now)
        elif what == "reject":
            service.reject_merge(conn, a, b, actor="operator:1", reason="test", now=now)
        else:
            customer = rows(conn, "SELECT customer_id FROM identity.identifier WHERE id = :id", id=a)[0][0]
            members = [
                row.id
                for row in rows(
                    conn, "SELECT id FROM identity.identifier WHERE customer_id = :c ORDER BY id", c=customer
                )
            ]
            leaving = [a, *(m for n, m in enumerate(members) if other >> n & 1)]
            service.split(conn, customer, sorted(set(leaving)), actor="operator:1", reason="test", now=now)
    except (BadInput, Conflict):
        return False
    return True


def check(conn: Connection, now: datetime, *, confirmed: bool) -> None:
    assert service.rebuild(conn, now) == []
    closed = {row.id for row in rows(conn, "SELECT id FROM identity.customer WHERE merged_into IS NOT NULL")}
    living = {row.id for row in rows(conn, "SELECT id FROM identity.customer WHERE merged_into IS NULL")}
    owners = {row.customer_id for row in rows(conn, "SELECT customer_id FROM identity.identifier")}
    assert owners == living, "every living customer has identifiers, and only they do"
    aliases = rows(conn, "SELECT id, customer_id, is_identifier FROM identity.alias")
    assert {alias.customer_id for alias in aliases} <= living
    assert {alias.id for alias in aliases if not alias.is_identifier} == closed
    moved = rows(conn, "SELECT id, customer_id FROM identity.identifier WHERE moved")
    assert {(row.id, row.customer_id) for row in moved} == {(a.id, a.customer_id) for a in aliases if a.is_identifier}
    if not confirmed:
        counts = rows(conn, "SELECT customer_id, type, scope, count(*) AS n FROM identity.identifier GROUP BY 1, 2, 3")
        assert all(row.n <= TYPES[row.type].limit for row in counts)
    apart = rows(
        conn,
        """
        SELECT 1 FROM identity.apart p JOIN identity.identifier a ON a.id = p.one JOIN identity.identifier b
        ON b.id = p.other WHERE a.customer_id = b.customer_id
        """,
    )
    assert not apart, "what an operator keeps apart is apart"


class TestAnyStory:
    @_thorough
    @given(story=_story)
    def test_assignment_is_what_the_log_leads_to(
        self, database: Database, now: datetime, say: Say, story: list
    ) -> None:
        with database.transaction() as conn:
            confirmed = False
            for step in story:
                if isinstance(step, list):
                    service.resolve(conn, [say(*claims) for claims in step], now)
                else:
                    confirmed |= act(conn, *step, now) and step[0] == "confirm"
                check(conn, now, confirmed=confirmed)
            conn.get_transaction().rollback()  # type: ignore[union-attr]

    @_thorough
    @given(
        messages=st.lists(_message, min_size=1, max_size=25),
        cuts=st.lists(st.integers(1, 24), max_size=4),
    )
    def test_batching_does_not_matter(
        self,
        database: Database,
        now: datetime,
        say: Say,
        people: People,
        messages: Sequence[tuple[str, ...]],
        cuts: Sequence[int],
    ) -> None:
        said = [say(*claims) for claims in messages]
        bounds = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
        batches = [said[start:stop] for start, stop in pairwise(bounds)]
        answers = []
        for plan in ([said], batches, [[one] for one in said]):
            with database.transaction() as conn:
                found = [a for batch in plan for a in service.resolve(conn, batch, now).attributions]
                final = {row.id: row.customer_id for row in rows(conn, "SELECT id, customer_id FROM identity.alias")}
                owners = [final.get(a.via, final.get(a.customer_id, a.customer_id)) for a in found]
                same = frozenset((m, n) for m, n in combinations(range(len(said)), 2) if owners[m] == owners[n])
                state = frozenset(
                    tuple(row) for row in rows(conn, "SELECT type, scope, value, conflicts FROM identity.identifier")
                )
                answers.append((people(conn), same, state))
                conn.get_transaction().rollback()  # type: ignore[union-attr]
        assert answers[0] == answers[1] == answers[2]

    @_thorough
    @given(batch=st.lists(_message, min_size=1, max_size=30), place=st.integers(0, 99), other=st.integers(0, 99))
    def test_split_undoes_a_confirmed_merge(
        self, database: Database, now: datetime, say: Say, people: People, batch: list, place: int, other: int
    ) -> None:
        with database.transaction() as conn:
            service.resolve(conn, [say(*claims) for claims in batch], now)
            found = rows(conn, "SELECT id, customer_id FROM identity.identifier ORDER BY type, scope, value")
            a, b = found[place % len(found)], found[other % len(found)]
            before = people(conn)
            if a.customer_id != b.customer_id:
                loser = max(a.customer_id, b.customer_id)
                leaving = [row.id for row in found if row.customer_id == loser]
                winner = min(a.customer_id, b.customer_id)
                service.confirm_merge(conn, a.id, b.id, actor="operator:1", reason="test", now=now)
                assert len(people(conn)) == len(before) - 1
                service.split(conn, winner, leaving, actor="operator:1", reason="undo", now=now)
            assert people(conn) == before
            check(conn, now, confirmed=True)
            conn.get_transaction().rollback()  # type: ignore[union-attr]


def test_check_can_fail(database: Database, now: datetime, say: Say) -> None:
    """The check above is no check unless it sees a wrong row."""
    with database.transaction() as conn:
        service.resolve(conn, [say("user_id:u", "anonymous_id:a"), say("user_id:v")], now)
        rows(conn, "UPDATE identity.identifier SET customer_id = 1 WHERE value = 'v' RETURNING id")
        with pytest.raises(AssertionError):
            check(conn, now, confirmed=False)
        conn.get_transaction().rollback()  # type: ignore[union-attr]
