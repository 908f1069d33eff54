"""Who serves when: against a slow answer that looks at every minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.channels.rules.schedule import (
    check_chats,
    check_roster,
    covers,
    day_began,
    greeting_at,
    next_change,
    serving,
)
from siyu.channels.types.codes import EVERY_DAY, Chats, Greeting, Roster, Shift, Span
from siyu.kernel.errors import BadInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
STAFF = ("ann", "bob", "cai", "dan")
MONDAY = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    return (MONDAY + timedelta(days=day, hours=hour, minutes=minute)).astimezone(UTC)


def who(roster: Roster, moment: datetime, got: dict[str, int] | None = None, able: tuple[str, ...] = STAFF) -> tuple:
    found = serving(roster, moment, SHANGHAI, got=got or {}, able=able)
    return found.staff, found.by


class TestServing:
    ROSTER = Roster(
        shifts=(
            Shift(Span("09:00", "18:00", (1, 2, 3, 4, 5)), ("ann",)),
            Shift(Span("12:00", "14:00"), ("bob",)),
            Shift(Span("22:00", "02:00", (5,)), ("cai",)),
        ),
        backups=("dan",),
        daily_cap=2,
        caps={"bob": 1},
    )

    def test_shifts_overlap(self) -> None:
        assert who(self.ROSTER, at(9)) == (("ann",), "on_duty")
        assert who(self.ROSTER, at(13)) == (("ann", "bob"), "on_duty")
        assert who(self.ROSTER, at(13, day=5)) == (("bob",), "on_duty")

    def test_an_end_does_not_belong_to_it(self) -> None:
        assert who(self.ROSTER, at(17, 59)) == (("ann",), "on_duty")
        assert who(self.ROSTER, at(18)) == (("dan",), "backups")

    def test_over_midnight_belongs_to_the_day_on_which_it_began(self) -> None:
        assert who(self.ROSTER, at(1, 59, day=5)) == (("cai",), "on_duty")
        assert who(self.ROSTER, at(1, 59, day=4)) == (("dan",), "backups")
        assert who(self.ROSTER, at(22, day=5)) == (("dan",), "backups")

    def test_who_is_full_makes_room(self) -> None:
        assert who(self.ROSTER, at(13), {"bob": 1}) == (("ann",), "on_duty")
        assert who(self.ROSTER, at(13), {"bob": 1, "ann": 2}) == (("dan",), "backups")

    def test_a_person_at_the_door_is_not_turned_away(self) -> None:
        full = {"ann": 2, "bob": 1, "dan": 2}
        assert who(self.ROSTER, at(13), full) == (("dan",), "over_cap")
        assert who(self.ROSTER, at(13), full, ("ann", "bob")) == (("ann", "bob"), "over_cap")

    def test_who_is_gone_does_not_serve(self) -> None:
        assert who(self.ROSTER, at(13), able=("bob", "dan")) == (("bob",), "on_duty")
        assert who(self.ROSTER, at(13), able=("dan",)) == (("dan",), "backups")
        assert who(self.ROSTER, at(13), able=()) == ((), "nobody")

    def test_confirming_by_time_of_day(self) -> None:
        roster = Roster(("ann",), backups=("bob",), verify_free="during", verify_free_during=(Span("09:00", "21:00"),))
        free = [serving(roster, at(hour), SHANGHAI, got={}, able=STAFF).skip_verify for hour in (8, 9, 20, 21)]
        assert free == [False, True, True, False]


class TestNextChange:
    def test_tells_the_moment(self) -> None:
        change = next_change(TestServing.ROSTER, at(8), SHANGHAI, got={}, able=STAFF)
        assert change == at(9)

    def test_midnight_gives_room_again(self) -> None:
        roster = Roster(("ann",), backups=("bob",), daily_cap=1)
        assert next_change(roster, at(8), SHANGHAI, got={"ann": 1}, able=STAFF) == at(24)

    def test_what_never_changes_has_none(self) -> None:
        assert next_change(Roster(("ann",), backups=("bob",)), at(8), SHANGHAI, got={}, able=STAFF) is None


times = st.integers(0, 23 * 4 + 3).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
days = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(tuple)
spans = st.builds(Span, times, times | st.just("24:00"), days).filter(lambda span: span.begins != span.ends)
members = st.lists(st.sampled_from(STAFF), min_size=1, max_size=3, unique=True).map(tuple)
rosters = st.builds(
    Roster,
    staff=st.just(()) | members,
    shifts=st.lists(st.builds(Shift, spans, members), min_size=1, max_size=4).map(tuple),
    backups=members,
    daily_cap=st.none() | st.integers(1, 3),
    verify_free=st.just("during"),
    verify_free_during=st.lists(spans, min_size=1, max_size=2).map(tuple),
)
counts = st.dictionaries(st.sampled_from(STAFF), st.integers(0, 4))
# Two zones that change their clocks, in the week in which they do, one of them by half an hour.
weeks = st.sampled_from(
    [
        (SHANGHAI, datetime(2026, 3, 2, tzinfo=UTC)),
        (ZoneInfo("Europe/Berlin"), datetime(2026, 3, 27, tzinfo=UTC)),
        (ZoneInfo("Europe/Berlin"), datetime(2026, 10, 23, tzinfo=UTC)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 3, tzinfo=UTC)),
    ]
)


@given(rosters, counts, weeks, st.integers(0, 4 * 24 * 60), st.sets(st.sampled_from(STAFF), min_size=1))
def test_nothing_changes_before_the_next_change(
    roster: Roster, got: dict[str, int], week: tuple[ZoneInfo, datetime], minute: int, able: set[str]
) -> None:
    zone, start = week
    moment = start + timedelta(minutes=minute)
    today = moment.astimezone(zone).date()

    def answer(when: datetime) -> object:
        counted = got if when.astimezone(zone).date() == today else {}
        return serving(roster, when, zone, got=counted, able=able)

    change = next_change(roster, moment, zone, got=got, able=able)
    until = change or moment + timedelta(days=3)
    present, step = answer(moment), timedelta(minutes=15)
    looked = moment.replace(minute=moment.minute // 15 * 15) + step
    while looked < until:
        assert answer(looked) == present
        looked += step
    if change is not None:
        assert change > moment
        assert answer(change) != present
        assert answer(max(moment, change - timedelta(seconds=1))) == present


@given(rosters, counts, st.datetimes(timezones=st.just(UTC)), st.sets(st.sampled_from(STAFF)))
def test_whoever_serves_is_named_and_able_and_somebody_serves_if_anybody_can(
    roster: Roster, got: dict[str, int], moment: datetime, able: set[str]
) -> None:
    found = serving(roster, moment, SHANGHAI, got=got, able=able)
    named = {*roster.staff, *roster.backups, *(one for shift in roster.shifts for one in shift.staff)}
    assert set(found.staff) <= named & able
    assert bool(found.staff) == bool(
        able
        & {
            *roster.staff,
            *roster.backups,
            *(one for shift in roster.shifts if covers(shift.span, moment.astimezone(SHANGHAI)) for one in shift.staff),
        }
    )
    if found.by in ("on_duty", "backups") and roster.daily_cap is not None:
        assert all(got.get(one, 0) < roster.daily_cap for one in found.staff)


@given(spans, st.datetimes(timezones=st.just(UTC)))
def test_a_span_and_the_rest_of_its_day_are_all_of_it(span: Span, moment: datetime) -> None:
    local = moment.astimezone(SHANGHAI)
    every, others = Span(span.begins, span.ends), Span(span.ends.replace("24", "00"), span.begins, EVERY_DAY)
    if others.begins != others.ends:
        assert covers(every, local) != covers(others, local)
    assert not covers(span, local) or covers(every, local)


WRONG = [
    (Roster(shifts=(Shift(Span("09:00", "09:00"), ("ann",)),), backups=("bob",)), "no time passes", "时长为零"),
    (Roster(shifts=(Shift(Span("09:00", "18:00", (8,)), ("ann",)),), backups=("bob",)), "weekday 8", "没有星期 8"),
    (Roster(shifts=(Shift(Span("9am", "18:00"), ("ann",)),), backups=("bob",)), "no time of the day", "不是有效的时间"),
    (Roster(shifts=(Shift(Span("24:00", "18:00"), ("ann",)),), backups=("bob",)), "begins at 24:00", "不能为 24:00"),
    (Roster(shifts=(Shift(Span("09:00", "18:00", ()), ("ann",)),), backups=("bob",)), "on no day", "未选择星期"),
    (Roster(shifts=(Shift(Span("09:00", "18:00"), ()),), backups=("bob",)), "has no staff", "没有员工"),
    (Roster(("ann",)), "at least one backup", "备用员工"),
    (Roster(backups=("ann",)), "nobody serves", "没有接待人员"),
    (Roster(("eve",), backups=("ann",)), "'eve'", "“eve”"),
    (Roster(("ann",), backups=("eve",)), "'eve'", "“eve”"),
    (Roster(("ann",), backups=("bob",), daily_cap=0), "cap of 0", "上限为 0"),
    (Roster(("ann",), backups=("bob",), caps={"ann": 0}), "cap of 0", "上限为 0"),
    (Roster(("ann",), backups=("bob",), daily_cap=-1), "cap of -1", "上限 -1"),
    (Roster(("ann",), backups=("bob",), caps={"cai": 3}), "does not serve", "未参与接待"),
    (Roster(("ann",), backups=("bob",), verify_free="during"), "at least one", "至少需要一个"),
    (Roster(tuple(f"s{n}" for n in range(101)), backups=("ann",)), "102 members", "102 名"),
]


@pytest.mark.parametrize(("roster", "en", "zh"), WRONG)
def test_what_is_wrong_is_said_in_both_languages(roster: Roster, en: str, zh: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_roster(roster, STAFF)
    assert en in caught.value.message
    assert zh in caught.value.message_zh


def test_what_is_right_passes() -> None:
    check_roster(TestServing.ROSTER, STAFF)
    check_chats(Chats(("c1", "c2"), base_name="福利群"), {"c1", "c2"})


@pytest.mark.parametrize(
    "chats",
    [
        Chats((), base_name="x"),
        Chats(tuple(f"c{n}" for n in range(6)), base_name="x"),
        Chats(("c1", "c1"), base_name="x"),
        Chats(("c9",), base_name="x"),
        Chats(("c1",)),
        Chats(("c1",), base_name="x", base_number=0),
    ],
)
def test_chats_that_are_wrong(chats: Chats) -> None:
    with pytest.raises(BadInput):
        check_chats(chats, {f"c{n}" for n in range(6)})


def test_the_greeting_of_the_hour() -> None:
    night, day = Greeting("night", span=Span("20:00", "08:00")), Greeting("day")
    assert greeting_at((night, day), at(21), SHANGHAI) == night
    assert greeting_at((night, day), at(7), SHANGHAI) == night
    assert greeting_at((night, day), at(12), SHANGHAI) == day
    assert greeting_at((night,), at(12), SHANGHAI) is None


def test_the_day_begins_in_the_brands_zone() -> None:
    assert day_began(at(3), SHANGHAI) == MONDAY.astimezone(UTC)
