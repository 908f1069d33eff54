"""What becomes of ties: whatever order readings and pushes come in, the last truth stands and nothing is told twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from siyu.channels.rules.contacts import Event, Outcome, Read, decide
from siyu.channels.rules.ties import Tie
from siyu.channels.types import Departure

START = datetime(2026, 3, 1, tzinfo=UTC)
STAFF = ("ann", "bo", "cy")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def shown(since: float, way: str = "scan") -> Tie:
    return Tie(at(since), START, details={"way": way, "state": "s1"})


def read(moment: float, /, *, complete: bool = True, lacking: Sequence[str] = (), **ties: Tie) -> Read:
    return Read(at(moment), at(moment), ties, complete, lacking)


def departure(staff_id: str, by: Literal["staff", "customer", "transfer"], minutes: float) -> Departure:
    return Departure(staff_id, "wm1", by, at(minutes))


@dataclass
class Mirror:
    """One contact, as the tables would have it."""

    ties: dict[str, Tie] = field(default_factory=dict)
    past: list[tuple[str, Tie]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    departures: dict[str, list[Departure]] = field(default_factory=dict)
    complete_at: datetime | None = None

    def read(self, read: Read, left: Sequence[str] = ()) -> Outcome:
        outcome = self._take(decide(self.ties, self.departures, read, left, self.complete_at))
        if read.complete and (self.complete_at is None or read.moment > self.complete_at):
            self.complete_at = read.moment
        return outcome

    def hear(self, one: Departure) -> Outcome:
        if one not in self.departures.setdefault(one.staff_id, []):
            self.departures[one.staff_id].append(one)
        return self._take(decide(self.ties, {one.staff_id: self.departures[one.staff_id]}, None, ()))

    def _take(self, outcome: Outcome) -> Outcome:
        self.ties.update(outcome.ties)
        self.past += outcome.past
        self.events += outcome.events
        return outcome

    @property
    def standing(self) -> set[str]:
        return {staff_id for staff_id, tie in self.ties.items() if tie.stands}

    def told(self) -> list[tuple[str, str, str]]:
        return [(one.what, one.staff_id, one.properties.get("by", "")) for one in self.events]


class TestOne:
    def test_the_same_truth_again_says_nothing(self) -> None:
        mirror = Mirror()
        assert [one.what for one in mirror.read(read(10, ann=shown(1))).events] == ["added"]
        assert mirror.read(read(10, ann=shown(1))).events == []
        assert mirror.read(read(11, ann=shown(1))).events == []

    def test_an_older_reading_changes_nothing(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(20))
        assert mirror.read(read(15, ann=shown(1), bo=shown(14))) == Outcome({}, [], [])
        assert mirror.standing == set()

    def test_who_ended_it_is_what_the_push_said(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.hear(departure("ann", "staff", 12))
        assert mirror.standing == {"ann"}  # of this the platform is asked
        mirror.read(read(13))
        assert mirror.told()[-1] == ("deleted", "ann", "staff")
        assert mirror.ties["ann"].ended_at == at(12)

    def test_a_push_that_comes_late_says_who_it_was(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(13))
        assert mirror.ties["ann"].ended_by == "unknown"
        assert mirror.hear(departure("ann", "staff", 12)).events == []
        assert (mirror.ties["ann"].ended_by, mirror.ties["ann"].ended_at) == ("staff", at(12))

    def test_whom_a_customer_deleted_goes_though_the_platform_shows_them(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.hear(departure("ann", "customer", 12))
        assert mirror.standing == set()
        for moment in (13, 14):
            assert mirror.read(read(moment, ann=shown(1))).events == []
        assert mirror.standing == set()
        mirror.read(read(20, ann=shown(19)))
        assert mirror.standing == {"ann"}
        assert [(one, tie.ended_by) for one, tie in mirror.past] == [("ann", "customer")]

    def test_a_customer_who_went_before_the_first_reading(self) -> None:
        mirror = Mirror()
        mirror.hear(departure("ann", "customer", 2))
        mirror.read(read(10, ann=shown(1)))
        assert mirror.told() == [("added", "ann", ""), ("deleted", "ann", "customer")]
        assert mirror.standing == set()

    def test_an_old_push_does_not_end_a_return(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(9)))
        assert mirror.hear(departure("ann", "customer", 5)) == Outcome({}, [], [])
        assert mirror.standing == {"ann"}

    def test_a_return_that_is_read_late_tells_both(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(30, ann=shown(20)))
        assert mirror.told() == [("added", "ann", ""), ("deleted", "ann", "unknown"), ("added", "ann", "")]

    def test_a_transfer_is_no_churn(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.hear(departure("ann", "transfer", 20))
        mirror.read(read(21, bo=shown(20, "transfer")))
        assert sorted(mirror.told()) == [
            ("added", "ann", ""), ("added", "bo", ""), ("deleted", "ann", "transfer"), ("transferred", "bo", ""),
        ]  # fmt: skip
        assert (
            mirror.events[-1].properties == {"from_staff": "ann", "to_staff": "bo"}
            or mirror.ties["ann"].transferred_to == "bo"
        )

    def test_a_transfer_whose_push_was_lost_and_that_is_seen_in_two_lists(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(21, complete=False, lacking=["ann"]))
        assert mirror.told()[-1] == ("deleted", "ann", "unknown")
        mirror.read(read(22, complete=False, bo=shown(20, "transfer")))
        assert mirror.told().count(("transferred", "bo", "")) == 1
        assert mirror.ties["ann"].ended_by == "transfer"
        mirror.read(read(23, bo=shown(20, "transfer")))
        assert mirror.told().count(("transferred", "bo", "")) == 1

    def test_who_is_no_more_has_left(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(20), left=["ann"])
        assert mirror.told()[-1] == ("deleted", "ann", "left")

    def test_who_left_is_succeeded_days_later(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(20), left=["ann"])
        mirror.read(read(90, bo=shown(89, "transfer")))
        assert mirror.told()[-2:] == [("added", "bo", ""), ("transferred", "bo", "")]
        assert (mirror.ties["ann"].ended_by, mirror.ties["ann"].transferred_to) == ("transfer", "bo")

    def test_who_comes_by_themselves_succeeds_nobody(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1)))
        mirror.read(read(20), left=["ann"])
        mirror.read(read(90, bo=shown(89)))
        assert mirror.told()[-1] == ("added", "bo", "")

    def test_of_two_who_left_the_nearer_is_succeeded(self) -> None:
        mirror = Mirror()
        mirror.read(read(10, ann=shown(1), bo=shown(2)))
        mirror.read(read(20, bo=shown(2)), left=["ann"])
        mirror.read(read(30), left=["ann", "bo"])
        mirror.read(read(40, cai=shown(39, "transfer")))
        assert mirror.events[-1].properties == {"from_staff": "bo", "to_staff": "cai"}


@dataclass
class World:
    """What really happens, and everything that could be told of it."""

    standing: dict[str, float] = field(default_factory=dict)
    deleted: dict[str, float] = field(default_factory=dict)  # by the customer: the platform still shows them
    snapshots: list[tuple[float, Mapping[str, float]]] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World()
    for step in range(1, draw(st.integers(1, 12)) + 1):
        staff_id = draw(st.sampled_from(STAFF))
        act = draw(st.sampled_from(["add", "staff", "customer", "transfer"]))
        if act == "add" and staff_id not in world.standing:
            world.standing[staff_id] = step
            world.deleted.pop(staff_id, None)
        elif act == "customer" and staff_id in world.standing:
            world.deleted[staff_id] = world.standing.pop(staff_id)
            world.departures.append(departure(staff_id, "customer", step))
        elif act == "staff" and staff_id in world.standing:
            del world.standing[staff_id]
            world.departures.append(departure(staff_id, "staff", step))
        elif act == "transfer" and staff_id in world.standing:
            heir = next(one for one in STAFF if one != staff_id)
            del world.standing[staff_id]
            world.standing.setdefault(heir, step)
            world.departures.append(departure(staff_id, "transfer", step))
        world.snapshots.append((step + 0.5, {**world.deleted, **world.standing}))
    return world


@given(world=worlds(), data=st.data())
def test_any_order_ends_in_the_last_truth(world: World, data: st.DataObject) -> None:
    """Readings and pushes in any order, lost and repeated; but who was deleted by a customer only a push can tell."""
    told: list[tuple[float, Mapping[str, float]] | Departure] = [*world.snapshots, *world.departures]
    some = data.draw(st.lists(st.sampled_from(told), max_size=20)) if told else []
    needed = [one for one in world.departures if one.by == "customer"]
    order = data.draw(st.permutations([*some, *needed, world.snapshots[-1]]))
    mirror = Mirror()
    for one in order:
        if isinstance(one, Departure):
            mirror.hear(one)
        else:
            moment, follows = one
            mirror.read(read(moment, **{staff_id: shown(since) for staff_id, since in follows.items()}))
    last, follows = world.snapshots[-1]
    mirror.read(read(last, **{staff_id: shown(since) for staff_id, since in follows.items()}))

    assert {staff_id: mirror.ties[staff_id].since for staff_id in mirror.standing} == {
        staff_id: at(since) for staff_id, since in world.standing.items()
    }
    counts = Counter(one.what for one in mirror.events)
    assert counts["added"] - counts["deleted"] == len(mirror.standing)
    begun = Counter((one.staff_id, one.at) for one in mirror.events if one.what == "added")
    assert max(begun.values(), default=0) <= 1  # no beginning was told twice
    for staff_id in STAFF:  # in turn: added, deleted, added …
        kinds = [one.what for one in mirror.events if one.staff_id == staff_id and one.what != "transferred"]
        assert kinds == ["added", "deleted"] * (len(kinds) // 2) + ["added"] * (len(kinds) % 2)
    moments = Counter((staff_id, tie.since) for staff_id, tie in mirror.past)
    assert max(moments.values(), default=0) <= 1
