"""Calendar windows: they cover all of time, touch and do not overlap, and lie where the zone's clock says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.channels.rules.windows import limit_at, span_at, window_at
from siyu.channels.types import Quota, Window

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "UTC", "Asia/Kolkata", "America/New_York", "Europe/London")]
WINDOWS: list[Window] = ["minute", "hour", "day", "week", "month"]
moments = st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC))
SHANGHAI = ZONES[0]


@given(moment=moments, zone=st.sampled_from(ZONES), window=st.sampled_from(WINDOWS))
def test_a_moment_lies_in_its_window_and_windows_touch(moment: datetime, zone: ZoneInfo, window: Window) -> None:
    start, end = window_at(window, zone, moment)
    assert start <= moment < end
    assert window_at(window, zone, start) == (start, end)
    assert window_at(window, zone, end - timedelta(microseconds=1)) == (start, end)
    assert window_at(window, zone, end)[0] == end


@given(moment=moments, zone=st.sampled_from(ZONES))
def test_windows_begin_where_the_clock_says(moment: datetime, zone: ZoneInfo) -> None:
    def clock(window: Window) -> datetime:
        return window_at(window, zone, moment)[0].astimezone(zone)

    assert clock("minute").second == 0
    assert (clock("hour").minute, clock("hour").second) == (0, 0)
    for window in ("day", "week", "month"):
        assert clock(window).time().isoformat() == "00:00:00"
    assert clock("day").date() == moment.astimezone(zone).date()
    assert clock("week").weekday() == 0
    assert clock("month").day == 1


@given(moment=moments, seconds=st.sampled_from([1, 7, 60, 600, 3600, 86400]))
def test_spans_are_of_the_zones_clock(moment: datetime, seconds: int) -> None:
    start, end = span_at(seconds, SHANGHAI, moment)
    assert start <= moment < end
    assert end - start == timedelta(seconds=seconds)
    assert span_at(seconds, SHANGHAI, end)[0] == end


def test_the_day_of_shanghai_begins_at_sixteen_utc() -> None:
    late = datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC)
    assert window_at("day", SHANGHAI, late)[1] == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert span_at(86400, SHANGHAI, late) == window_at("day", SHANGHAI, late)
    assert window_at("month", SHANGHAI, late)[1] == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_a_day_on_which_the_clock_is_set_has_another_length() -> None:
    start, end = window_at("day", ZoneInfo("America/New_York"), datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert end - start == timedelta(hours=23)


@pytest.mark.parametrize(("month", "days"), [(1, 31), (2, 28), (4, 30)])
def test_zero_is_the_days_of_the_month(month: int, days: int) -> None:
    quota = Quota("q", "customer", "month", 0, "q", "q")
    start, _ = window_at("month", SHANGHAI, datetime(2026, month, 15, tzinfo=UTC))
    assert limit_at(quota, SHANGHAI, start) == days
    assert limit_at(Quota("q", "customer", "month", 4, "q", "q"), SHANGHAI, start) == 4


def test_a_grant_is_no_calendar_window() -> None:
    with pytest.raises(ValueError, match="no calendar window"):
        window_at("grant", SHANGHAI, datetime(2026, 1, 1, tzinfo=UTC))
