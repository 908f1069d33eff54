"""Into which tier a figure comes: whatever the tiers, whatever happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.kernel.errors import BadInput
from siyu.loyalty.rules.tiers import Held, Measured, check, count, joined, move, percent_of, place_of
from siyu.loyalty.service import read_tiers
from siyu.loyalty.types import Tier, TierRules

NOW = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY = timedelta(1)


def ladder(*bounds: int, **given: int) -> TierRules:
    ends = [*bounds[1:], None]
    tiers = [Tier(f"t{n}", f"T{n}", low, high) for n, (low, high) in enumerate(zip(bounds, ends, strict=True))]
    return TierRules(tiers, **given)  # type: ignore[arg-type]


FOUR = ladder(0, 100, 500, 2000, window_days=365, grace_days=30)
BOUNDS = st.lists(st.integers(1, 10**6), unique=True, max_size=8).map(lambda found: [0, *sorted(found)])


@given(BOUNDS, st.integers(0, 2 * 10**6))
def test_every_figure_is_in_one_tier(bounds: list[int], figure: int) -> None:
    rules = ladder(*bounds)
    check(rules)
    tier = rules.tiers[place_of(rules, figure)]
    assert tier.at_least <= figure
    assert tier.below is None or figure < tier.below


STEPS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40)), min_size=1, max_size=20)


@given(STEPS)
def test_up_at_once_and_down_after_grace(steps: list[tuple[int, int]]) -> None:
    """Beside a model that remembers since when too little was there."""
    held: Held | None = None
    now, in_tier, short_since = NOW, 0, None
    for figure, days in steps:
        now += days * DAY
        came = move(FOUR, 1, held, Measured(figure, now - DAY if figure else None), now)
        own = place_of(FOUR, figure)
        before = in_tier
        if own >= in_tier:
            in_tier, short_since = own, None
        else:
            short_since = short_since or now
            if short_since + 30 * DAY <= now:
                in_tier, short_since = own, None
        if came is None:
            assert in_tier == 0
            continue
        held = came.held
        assert (held.place, held.tier) == (in_tier, f"t{in_tier}")
        assert held.until == (short_since + 30 * DAY if short_since else None)
        assert came.turn == ("raised" if in_tier > before else "lowered" if in_tier < before else None)
        if in_tier and figure:
            assert held.next_at is not None
            assert held.next_at > now


def test_when_to_look_again() -> None:
    first = move(FOUR, 1, None, Measured(600, NOW - 10 * DAY), NOW)
    assert first is not None
    assert (first.held.tier, first.turn, first.held.next_at) == ("t2", "raised", NOW + 355 * DAY)
    fallen = move(FOUR, 1, first.held, Measured(99, NOW), NOW + 355 * DAY)
    assert fallen is not None
    assert (fallen.held.tier, fallen.turn, fallen.held.until) == ("t2", None, NOW + 385 * DAY)
    assert fallen.held.next_at == NOW + 365 * DAY
    gone = move(FOUR, 1, fallen.held, Measured(99, NOW), NOW + 385 * DAY)
    assert gone is not None
    assert (gone.held.tier, gone.turn, gone.before, gone.held.why, gone.held.next_at) == (
        "t0",
        "lowered",
        "t2",
        "lost",
        None,
    )


def test_other_tiers() -> None:
    """A tier that is no more leaves its people where their figure is; without grace, for there is nothing to keep."""
    in_second = Held("t2", 2, NOW - DAY, None, "reached", 600, 1, None)
    two = TierRules([Tier("low", "L", 0, 1000), Tier("high", "H", 1000)], grace_days=30)
    came = move(two, 2, in_second, Measured(600, None), NOW)
    assert came is not None
    assert (came.held.tier, came.held.why, came.turn, came.before) == ("low", "rules", "lowered", "t2")
    higher = ladder(0, 100, 700, grace_days=30)
    came = move(higher, 2, in_second, Measured(600, None), NOW)
    assert came is not None
    assert (came.held.tier, came.turn, came.held.until) == ("t2", None, NOW + 30 * DAY)
    came = move(replace(higher, grace_days=0), 2, in_second, Measured(600, None), NOW)
    assert came is not None
    assert (came.held.tier, came.held.why) == ("t1", "rules")


def test_two_who_are_one_have_the_higher() -> None:
    low, high = (Held(f"t{n}", n, NOW, None, "reached", 0, 1, None) for n in (1, 2))
    assert joined(None, low) == low._replace(why="merged")
    assert joined(low, high) == high._replace(why="merged")
    assert joined(high, low) == high


@given(
    st.dictionaries(st.integers(1, 50), st.integers(0, 3000)), st.dictionaries(st.integers(1, 50), st.integers(0, 3))
)
def test_everybody_is_counted_once(figures: dict[int, int], places: dict[int, int]) -> None:
    held = {one: Held(f"t{n}", n, NOW, None, "reached", 0, 1, None) for one, n in places.items()}
    found = count(FOUR, held, {one: Measured(figure, None) for one, figure in figures.items()}, range(1, 51))
    assert sum(map(sum, found)) == 50
    same = [
        sum(places.get(one, 0) == place_of(FOUR, figures.get(one, 0)) == n for one in range(1, 51)) for n in range(4)
    ]
    assert [one[2] for one in found] == same


def test_what_a_tier_gives() -> None:
    rules = TierRules([Tier("a", "A", 0, 5), Tier("b", "B", 5, percent=150)])
    assert [percent_of(rules, code) for code in (None, "a", "b", "gone")] == [100, 100, 150, 100]


A, B = {"code": "a", "name": "A", "at_least": 0, "below": 10}, {"code": "b", "name": "B", "at_least": 10}


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([], "tiers"),
        ([A, {**B, "at_least": 9}], "begins at 9 and overlaps the one below it"),
        ([A, {**B, "at_least": 11}], "nobody from 10 to 11 is in a tier"),
        ([{**A, "at_least": 3}, B], "nobody from 0 to 3 is in a tier"),
        ([A, {**B, "code": "a"}], "has the code 'a' of one before it"),
        ([A], "is the highest and has no end"),
        ([{**A, "below": None}, B], "ends above where it begins"),
        ([{**A, "below": 0}, {**B, "at_least": 0}], "ends above where it begins"),
        ([A, {**B, "percent": 90}], "greater than or equal to 100"),
        ([A, {**B, "at_least": -1}], "greater than or equal to 0"),
        ([A, {**B, "colour": "gold"}], "colour"),
    ],
)
def test_tiers_that_make_no_sense(tiers: list[dict[str, object]], said: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_tiers({"tiers": tiers})
    assert said in raised.value.message
    assert raised.value.message_zh


def test_the_tests_own_ladder_has_no_gap() -> None:
    assert all(one.below == other.at_least for one, other in pairwise(FOUR.tiers))
