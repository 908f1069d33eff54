"""Segments are made, changed and deleted; what refers to what; set algebra."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap64
from sqlalchemy import Connection
from tests.unit.segments.conftest import ACTOR, NOW, Brand, did

from siyu.engines.access.types import Principal
from siyu.engines.postgres import rows
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.segments import service as segments
from siyu.segments.store import bitmaps, members
from siyu.segments.types import (
    AllOf,
    CircularSegments,
    DeletedSegment,
    Did,
    Difference,
    Expression,
    FactTest,
    InSegment,
    Intersection,
    InUse,
    Not,
    OfSegment,
    OnList,
    Outside,
    TagOn,
    Union,
    UnknownList,
)

VIP = TagOn("vip")


def make(conn: Connection, name: str, rule: object = VIP) -> int:
    return segments.create(conn, ACTOR, name, rule, NOW).id  # type: ignore[arg-type]


class TestDefining:
    def test_a_new_one_waits_for_its_job(self, conn: Connection) -> None:
        made = segments.create(conn, ACTOR, " 高价值 ", VIP, NOW, note="n")
        assert (made.name, made.version, made.people, made.sentence_zh) == ("高价值", 1, None, "有标签“vip”")
        assert segments.not_evaluated(conn) == [made.id]
        jobs = rows(conn, "SELECT task_name, args FROM jobs.procrastinate_jobs")
        assert [(job[0], job[1]) for job in jobs] == [(segments.EVALUATE, {"segment_id": made.id})]
        with pytest.raises(Conflict):
            segments.members(conn, made.id)

    def test_names_are_used_once(self, conn: Connection) -> None:
        one, other = make(conn, "one"), make(conn, "other")
        with pytest.raises(Conflict):
            make(conn, "one")
        with pytest.raises(Conflict):
            segments.change(conn, ACTOR, other, NOW, name="one", rule=VIP)
        segments.delete(conn, ACTOR, one, NOW)
        assert make(conn, "one") != one

    @pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb"])
    def test_a_name_is_a_name(self, conn: Connection, name: str) -> None:
        with pytest.raises(BadInput):
            make(conn, name)

    def test_the_same_again_changes_nothing(self, conn: Connection) -> None:
        made = make(conn, "one")
        assert segments.change(conn, ACTOR, made, NOW, name="one", rule=VIP).version == 1
        assert segments.change(conn, ACTOR, made, NOW, name="uno", rule=VIP).version == 1
        assert segments.change(conn, ACTOR, made, NOW, name="uno", rule=Not(VIP)).version == 2

    def test_needs_the_right(self, conn: Connection) -> None:
        nobody = Principal("operator", 1, "somebody", frozenset({"segments.read"}), frozenset())
        with pytest.raises(NotAllowed):
            segments.create(conn, nobody, "x", VIP, NOW)


class TestReferences:
    def test_a_circle_is_refused_with_the_way_round(self, conn: Connection) -> None:
        one = make(conn, "one")
        two = make(conn, "two", Not(InSegment(one)))
        three = make(conn, "three", AllOf((VIP, InSegment(two))))
        for wrong in (InSegment(one), InSegment(three)):
            with pytest.raises(CircularSegments) as caught:
                segments.change(conn, ACTOR, one, NOW, name="one", rule=wrong)
        assert "one → three → two → one" in caught.value.message

    def test_a_deleted_one_is_refused(self, conn: Connection) -> None:
        one = make(conn, "one")
        segments.delete(conn, ACTOR, one, NOW)
        for segment_id, says in ((one, "was deleted"), (10**6, "does not exist")):
            with pytest.raises(DeletedSegment) as caught:
                make(conn, "two", InSegment(segment_id))
            assert says in caught.value.message
        with pytest.raises(NotFound):
            segments.segment(conn, one)
        with pytest.raises(UnknownList):
            make(conn, "two", OnList(3))

    def test_what_is_used_stays(self, conn: Connection) -> None:
        one = make(conn, "one")
        two = make(conn, "two", InSegment(one))
        with pytest.raises(InUse) as caught:
            segments.delete(conn, ACTOR, one, NOW)
        assert "'two'" in caught.value.message
        segments.delete(conn, ACTOR, two, NOW)
        segments.announce_use(conn, "journey:7", "迎新", [one])
        with pytest.raises(InUse):
            segments.delete(conn, ACTOR, one, NOW)
        segments.announce_use(conn, "journey:7", "迎新", [])
        segments.delete(conn, ACTOR, one, NOW)

    def test_another_rule_outdates_whatever_contains_it(self, brand: Brand) -> None:
        one = brand.segment(VIP, "one")
        two = brand.segment(InSegment(one), "two")
        three = brand.segment(Not(InSegment(two)), "three")
        with brand.database.transaction() as conn:
            assert segments.not_evaluated(conn) == []
            segments.change(conn, ACTOR, one, NOW, name="one", rule=Did(FactTest("order.paid")))
            assert segments.not_evaluated(conn) == [one, two, three]

    def test_a_change_of_the_calendar_outdates_everything(self, brand: Brand) -> None:
        one = brand.segment(VIP, "one")
        with brand.database.transaction() as conn:
            assert not segments.adopt(conn, "Asia/Shanghai")
            assert segments.adopt(conn, "Europe/Berlin")
            assert segments.not_evaluated(conn) == [one]


class TestSets:
    def test_algebra_over_segments(self, brand: Brand) -> None:
        brand.people(1, 2, 3, 4)
        brand.tell(*(did(n, NOW, "a") for n in (1, 2)), *(did(n, NOW, "b") for n in (2, 3)))
        brand.ship()
        a, b = (OfSegment(brand.segment(Did(FactTest("event.tracked", name)), name)) for name in "ab")
        cases: dict[Expression, set[int]] = {
            Union((a, b)): {1, 2, 3},
            Intersection((a, b)): {2},
            Difference((a, b)): {1},
            Outside(Union((a, b))): {4},
            Difference((Outside(a), b)): {4},
        }
        with brand.database.transaction() as conn:
            assert {expression: set(segments.people_of(conn, expression)) for expression in cases} == cases
            found = segments.overlap(conn, a.segment_id, b.segment_id)
            assert (found.both, found.only_one, found.only_other) == (1, 1, 1)
            assert set(segments.contains(conn, a.segment_id, [2, 3, 99])) == {2}
            for wrong in (Union(()), Outside(Union(())), Union(tuple([a] * 101))):
                with pytest.raises(BadInput):
                    segments.people_of(conn, wrong)


IDS = st.sets(
    st.one_of(
        st.integers(1, 300), st.integers(65_530, 65_540), st.integers(2**32 - 3, 2**32 + 3), st.integers(1, 2**50)
    )
)


class TestMembers:
    @given(IDS)
    def test_chunks_put_together_are_the_set(self, ids: set[int]) -> None:
        people = BitMap64(ids)
        parts = list(bitmaps.chunks(people))
        assert sum(count for _, _, count in parts) == len(ids)
        assert bitmaps.joined((chunk, held) for chunk, held, _ in parts) == people
        assert bitmaps.ids(bitmaps.bitmap(bitmaps.ids(people))).tolist() == sorted(ids)

    def test_changes_add_up(self, conn: Connection) -> None:
        seen: dict[int, set[int]] = {1: set(), 2: set()}
        for coming, going in (({5, 70_000}, set()), ({6}, {5}), (set(), {70_000, 6, 9}), ({2**40}, set())):
            members.change(conn, {1: (BitMap64(coming), BitMap64(going)), 2: (BitMap64(going), BitMap64(coming))})
            seen[1] = (seen[1] | coming) - going
            seen[2] = (seen[2] | going) - coming
            for segment_id, people in seen.items():
                assert set(members.everybody(conn, segment_id)) == people
                assert set(members.among(conn, segment_id, [5, 6, 9])) == people & {5, 6, 9}
        members.replace(conn, 1, BitMap64([1, 70_001]))
        assert set(members.everybody(conn, 1)) == {1, 70_001}
