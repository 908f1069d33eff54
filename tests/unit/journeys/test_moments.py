from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.journeys.rules.moments import days_of, next_run, over_at, span
from siyu.journeys.types import TimeTrigger, Wait

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)  # Monday, 10:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("1d 12h", 129_600), ("2h", 7200), ("1d2h3m4s", 93_784), ("0d", 0)],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "3", "3 days", "-1d", "1h 1d", "99999d", "d", "1.5h"])
def test_what_is_no_length_of_time(text: str) -> None:
    assert span(text) is None


def test_the_third_day_at_a_time_is_a_day_of_the_calendar() -> None:
    wait = Wait(next="", days=3, at="09:00")
    assert over_at(wait, NOW, NOW, SHANGHAI) == datetime(2026, 11, 5, 1, tzinfo=UTC)


def test_a_duration_ends_at_the_next_such_time() -> None:
    wait = Wait(next="", duration="3h", at="12:30")  # 13:00 is past half past twelve
    assert over_at(wait, NOW, NOW, SHANGHAI) == datetime(2026, 11, 3, 4, 30, tzinfo=UTC)


def test_only_on_some_days_of_the_week() -> None:
    wait = Wait(next="", at="20:00", weekdays=(3,))
    assert over_at(wait, NOW, NOW, SHANGHAI) == datetime(2026, 11, 4, 12, tzinfo=UTC)
    on_the_day = datetime(2026, 11, 4, 13, tzinfo=UTC)
    assert over_at(wait, on_the_day, NOW, SHANGHAI) == datetime(2026, 11, 11, 12, tzinfo=UTC)
    assert over_at(Wait(next="", weekdays=(1,)), NOW, NOW, SHANGHAI) == NOW


def test_since_they_entered() -> None:
    entered = NOW - timedelta(days=2)
    assert over_at(Wait(next="", days=7, since="entry"), NOW, entered, SHANGHAI) == NOW + timedelta(days=5)


def test_the_same_time_of_day_over_a_change_of_clocks() -> None:
    noon = datetime(2026, 10, 24, 10, tzinfo=UTC)  # 12:00 in Berlin, on the eve of winter time
    assert over_at(Wait(next="", days=1), noon, noon, BERLIN) == datetime(2026, 10, 25, 11, tzinfo=UTC)
    gap = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert over_at(Wait(next="", days=1, at="02:30"), gap, gap, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_the_brands() -> None:
    wait = Wait(next="", until="2026-11-11T20:00")
    assert over_at(wait, NOW, NOW, SHANGHAI) == datetime(2026, 11, 11, 12, tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - it is given its zone below
    st.integers(0, 400),
    st.sampled_from(["", "00:00", "09:30", "23:59"]),
    st.sets(st.integers(1, 7)),
    st.sampled_from([SHANGHAI, BERLIN]),
)
def test_a_wait_ends_no_earlier_than_it_may_and_within_eight_days(
    naive: datetime, hours: int, at: str, weekdays: set[int], zone: ZoneInfo
) -> None:
    now = naive.replace(tzinfo=UTC)
    wait = Wait(next="", duration=f"{hours}h", at=at or None, weekdays=tuple(weekdays))
    until = over_at(wait, now, now, zone)
    least = now + timedelta(hours=hours)
    assert least <= until <= least + timedelta(days=8)
    local = until.astimezone(zone)
    if weekdays:
        assert local.isoweekday() in weekdays
    if at == "09:30":
        assert (local.hour, local.minute) == (9, 30)


def test_a_schedule_fires_strictly_after() -> None:
    trigger = TimeTrigger(1, at="10:00", weekdays=(1,))
    assert next_run(trigger, NOW, SHANGHAI) == NOW + timedelta(days=7)
    assert next_run(trigger, NOW - timedelta(seconds=1), SHANGHAI) == NOW
    assert next_run(TimeTrigger(1, at="08:00", month_days=(31,)), NOW, SHANGHAI) == datetime(2026, 12, 31, tzinfo=UTC)
    assert next_run(TimeTrigger(1, once=NOW.isoformat()), NOW, SHANGHAI) is None


def test_who_was_born_on_a_leap_day_has_it_every_year() -> None:
    assert days_of(datetime(2027, 2, 28, tzinfo=UTC).date()) == ("02-28", "02-29")
    assert days_of(datetime(2028, 2, 28, tzinfo=UTC).date()) == ("02-28",)
    assert days_of(datetime(2028, 2, 29, tzinfo=UTC).date()) == ("02-29",)
