"""Budgets and exclusions over any history, whatever the clock does."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from siyu.touch.rules.room import DAY, Received, budget_blocks, exclusion_blocks, repeated
from siyu.touch.types import Budget, Exclusion

HOURS = st.integers(1, 72)
TIMES = st.lists(st.integers(0, 400).map(lambda hour: hour * 3600.0), max_size=40)
COUPON, PACKET = frozenset({"coupon"}), frozenset({"red_packet"})


@given(TIMES, HOURS, st.integers(1, 5))
def test_no_span_ever_holds_more_than_the_budget_whatever_the_clock_does(
    clock: list[float], hours: int, most: int
) -> None:
    """The moments come in any order: a clock that jumps ahead and back."""
    budget = Budget("b", hours, most)
    received: list[Received] = []
    for now in clock:
        if budget_blocks(budget, received, now) is None:
            received.append(Received(now, "marketing"))
    times = sorted(one.at for one in received)
    for start in times:
        assert sum(start <= at < start + hours * 3600 for at in times) <= most


@given(TIMES, HOURS, st.integers(1, 5), st.integers(0, 400))
def test_room_is_free_when_it_is_said_and_not_before(times: list[float], hours: int, most: int, hour: int) -> None:
    budget, now = Budget("b", hours, most), hour * 3600.0
    received = [Received(at, "marketing") for at in times]
    blocked = budget_blocks(budget, received, now)
    if blocked is None:
        return
    assert blocked.free_at is not None
    assert blocked.free_at > now
    assert budget_blocks(budget, received, blocked.free_at) is None
    assert budget_blocks(budget, received, blocked.free_at - 1) is not None


def test_what_is_on_its_way_counts_at_every_moment() -> None:
    budget, way = Budget("day", 24, 1), [Received(inf, "marketing")]
    for now in (0.0, 1e9, 4e9):
        blocked = budget_blocks(budget, way, now)
        assert blocked is not None
        assert blocked.unsure
    assert budget_blocks(budget, [Received(inf, "transactional")], 0.0) is None


def test_a_budget_of_nothing_is_never_free() -> None:
    blocked = budget_blocks(Budget("none", 24, 0), [], 0.0)
    assert blocked is not None
    assert blocked.free_at is None


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=30), st.integers(1, 5))
def test_two_kinds_of_an_exclusion_never_lie_close_together(clock: list[tuple[int, bool]], days: int) -> None:
    exclusion = Exclusion(("coupon", "red_packet"), days)
    received: list[Received] = []
    for hour, coupon in clock:
        kinds, now = COUPON if coupon else PACKET, hour * 3600.0
        if exclusion_blocks(exclusion, kinds, received, now) is None:
            received.append(Received(now, "marketing", kinds))
    for one in received:
        for other in received:
            assert one.kinds == other.kinds or abs(one.at - other.at) >= days * DAY


def test_the_same_content_is_known_again() -> None:
    received = [Received(0.0, "marketing", content=7)]
    assert repeated(7, 7, received, 6 * DAY)
    assert not repeated(7, 7, received, 7 * DAY)
    assert not repeated(7, 8, received, DAY)
