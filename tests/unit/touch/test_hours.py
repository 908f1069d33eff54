"""Hours at which people are left in peace."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.touch.rules import hours
from siyu.touch.types import QuietHours, Resting

MINUTE = timedelta(minutes=1)
ZONES = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "Asia/Kolkata", "Pacific/Auckland", "UTC"]).map(ZoneInfo)
MOMENTS = st.integers(0, 525_600).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE)
WALLS = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
QUIET = st.builds(QuietHours, start=WALLS, end=WALLS)
ACTS = st.lists(st.integers(0, 255), min_size=24, max_size=24).map(bytes)


@given(QUIET, ZONES, MOMENTS)
def test_quiet_hours_end_at_the_first_moment_that_is_not_quiet(rule: QuietHours, zone: ZoneInfo, at: datetime) -> None:
    until = hours.quiet_until(rule, zone, at)
    if until is None:
        local = at.astimezone(zone).strftime("%H:%M")
        within = rule.start <= local < rule.end if rule.start < rule.end else not rule.end <= local < rule.start
        assert not within or rule.start == rule.end
        return
    assert at < until <= at + timedelta(hours=25)
    assert hours.quiet_until(rule, zone, until) is None
    assert hours.quiet_until(rule, zone, until - MINUTE) == until


@given(QUIET, st.just(ZoneInfo("Asia/Shanghai")), MOMENTS)
def test_nothing_is_quiet_before_quiet_hours_begin(rule: QuietHours, zone: ZoneInfo, at: datetime) -> None:
    if hours.quiet_until(rule, zone, at) is not None:
        return
    begins = hours.quiet_from(rule, zone, at)
    if begins is None:
        assert rule.start == rule.end
        return
    assert hours.quiet_until(rule, zone, begins) is not None
    assert hours.quiet_until(rule, zone, begins - MINUTE) is None


@given(st.builds(Resting, acts=st.integers(10, 500), per_mille=st.integers(1, 125)), ACTS, MOMENTS)
def test_rest_ends_where_the_person_may_be_awake(rule: Resting, acts: bytes, at: datetime) -> None:
    until, begins = hours.resting_until(rule, acts, at), hours.resting_from(rule, acts, at)
    assert until is None or begins is None
    if until is not None:
        assert sum(acts) >= rule.acts
        assert hours.resting_until(rule, acts, until) is None
        assert hours.resting_until(rule, acts, until - MINUTE) == until
    elif begins is not None:
        assert hours.resting_until(rule, acts, begins) is not None
        assert hours.resting_until(rule, acts, begins - MINUTE) is None


@given(ACTS, st.lists(st.integers(0, 5000), min_size=24, max_size=24))
def test_what_is_learned_of_a_day_stays_small_and_keeps_its_shape(acts: bytes, more: list[int]) -> None:
    found = hours.join_acts(acts, more)
    assert len(found) == 24
    whole = [one + other for one, other in zip(acts, more, strict=True)]
    busiest = max(range(24), key=lambda hour: whole[hour])
    assert found[busiest] == max(found)
    assert found == bytes(whole) if max(whole) <= 255 else found[busiest] >= 127


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Asia"])
def test_a_zone_that_is_none_is_the_brands(name: str) -> None:
    assert hours.zone_of(name, "Asia/Shanghai").key == "Asia/Shanghai"
