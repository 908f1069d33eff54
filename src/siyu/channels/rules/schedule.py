"""Who serves at a moment, and when that changes. Everything is reckoned in the brand's zone."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from siyu.channels.types.codes import Chats, Greeting, Roster, ServedBy, Serving, Shift, Span
from siyu.kernel.clock import require_utc
from siyu.kernel.errors import BadInput

MOST_STAFF: Final = 100  # that a code may name at once
MOST_CHATS: Final = 5
MOST_CAP: Final = 10_000
MOST_SPANS: Final = 50
_DAY: Final = 24 * 60
_AHEAD: Final = 8  # days: every day of the week comes once
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_LONGEST_BASE: Final = 40


def minute_of(text: str) -> int:
    """``09:30`` as minutes since midnight."""
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def covers(span: Span, local: datetime) -> bool:
    """Whether it is that time. A span that goes over midnight belongs to the day on which it begins."""
    begins, ends = minute_of(span.begins), minute_of(span.ends)
    day, minute = local.isoweekday(), local.hour * 60 + local.minute
    if begins < ends:
        return day in span.days and begins <= minute < ends
    before = day - 1 or 7
    return (day in span.days and minute >= begins) or (before in span.days and minute < ends)


def serving(
    roster: Roster, moment: datetime, zone: ZoneInfo, *, got: Mapping[str, int], able: Collection[str]
) -> Serving:
    """Who serves at ``moment``.

    Those on duty who may get more today; else the backups who may; else the backups, for a person at the door is not
    turned away; else whoever is on duty. Nobody only when none of them is there any more.

    Args:
        roster: checked.
        moment: tz-aware.
        zone: of the brand.
        got: how many people each has got today through the code.
        able: who is active and may serve customers.
    """
    local = require_utc(moment).astimezone(zone)
    duty = {*roster.staff, *(one for shift in roster.shifts if covers(shift.span, local) for one in shift.staff)}
    duty &= set(able)
    backups = set(roster.backups) & set(able)
    chosen, by = _chosen(duty, backups, {one for one in duty | backups if _has_room(roster, one, got)})
    return Serving(tuple(sorted(chosen)), _verify_free(roster, local), by)


def _chosen(duty: set[str], backups: set[str], with_room: set[str]) -> tuple[set[str], ServedBy]:
    if duty & with_room:
        return duty & with_room, "on_duty"
    if backups & with_room:
        return backups & with_room, "backups"
    if backups or duty:
        return backups or duty, "over_cap"
    return set(), "nobody"


def _has_room(roster: Roster, one: str, got: Mapping[str, int]) -> bool:
    cap = roster.caps.get(one, roster.daily_cap)
    return cap is None or got.get(one, 0) < cap


def _verify_free(roster: Roster, local: datetime) -> bool:
    if roster.verify_free == "during":
        return any(covers(span, local) for span in roster.verify_free_during)
    return roster.verify_free == "always"


def next_change(
    roster: Roster, moment: datetime, zone: ZoneInfo, *, got: Mapping[str, int], able: Collection[str]
) -> datetime | None:
    """The first moment after ``moment`` at which :func:`serving` answers otherwise, if nobody else comes or goes.

    At midnight everybody may get as many again. ``None`` when it is the same all through the coming week.
    """
    present = serving(roster, moment, zone, got=got, able=able)
    today = moment.astimezone(zone).date()
    for at in _boundaries(_spans(roster), moment, zone):
        counted = got if at.astimezone(zone).date() == today else {}
        if serving(roster, at, zone, got=counted, able=able) != present:
            return at
    return None


def greeting_at(greetings: Sequence[Greeting], moment: datetime, zone: ZoneInfo) -> Greeting | None:
    """The welcome of this time of the day; ``None``: none."""
    local = require_utc(moment).astimezone(zone)
    return next((one for one in greetings if one.span is None or covers(one.span, local)), None)


def capped(roster: Roster) -> bool:
    """Whether anybody's day may be full."""
    return roster.daily_cap is not None or bool(roster.caps)


def day_began(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the brand's day began, in UTC."""
    return require_utc(datetime.combine(moment.astimezone(zone).date(), time(), zone))


def _spans(roster: Roster) -> list[Span]:
    return [shift.span for shift in roster.shifts] + list(roster.verify_free_during)


def _boundaries(spans: Sequence[Span], moment: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every moment of the coming week at which a span may begin or end, or the clocks are changed."""
    marks = {0} | {minute % _DAY for span in spans for minute in (minute_of(span.begins), minute_of(span.ends))}
    first = moment.astimezone(zone).date()
    found = set(_clock_changes(moment, zone))
    for ahead in range(_AHEAD + 1):
        found |= {at for mark in marks for at in _moments(first + timedelta(days=ahead), mark, zone)}
    return sorted(at for at in found if at > moment)


def _moments(day: date, minute: int, zone: ZoneInfo) -> Iterator[datetime]:
    """When a clock on the wall shows this: twice in the night in which clocks are put back."""
    for fold in (0, 1):
        yield require_utc(datetime.combine(day, time(minute // 60, minute % 60, fold=fold), zone))


def _clock_changes(moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    start = require_utc(moment).replace(second=0, microsecond=0)
    for ahead in range(_AHEAD):
        before, after = start + timedelta(days=ahead), start + timedelta(days=ahead + 1)
        if offset(before) == offset(after):
            continue
        while after - before > timedelta(minutes=1):
            middle = (before + (after - before) / 2).replace(second=0, microsecond=0)
            before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
        yield after


def check_roster(roster: Roster, known: Collection[str]) -> None:
    """Pass a roster that always leads somewhere.

    Args:
        roster: as an operator gave it.
        known: staff of the account who may serve customers.

    Raises:
        BadInput: says what to change.
    """
    for shift in roster.shifts:
        _check_shift(shift)
    if not roster.staff and not roster.shifts:
        raise BadInput(
            reason="nobody serves. Name staff, or shifts with staff.", reason_zh="没有接待人员，请选择员工或设置排班。"
        )
    if not roster.backups:
        raise BadInput(
            reason="name at least one backup: whoever comes when nobody is on duty, or when they are full, must reach "
            "somebody.",
            reason_zh="请至少设置一名备用员工：无人当班或当日已满时，客户仍需有人接待。",
        )
    _check_verify(roster)
    _check_caps(roster)
    _check_known(roster, known)


def _check_shift(shift: Shift) -> None:
    check_span(shift.span)
    if not shift.staff:
        raise BadInput(
            reason=f"the shift {shift.span.begins}–{shift.span.ends} has no staff. Name them, or take the shift out.",
            reason_zh=f"班次 {shift.span.begins}–{shift.span.ends} 没有员工，请添加员工或删除该班次。",
        )


def check_span(span: Span) -> None:
    """Pass a time of the day on days of the week.

    Raises:
        BadInput: says what to change.
    """
    for text in (span.begins, span.ends):
        if not _TIME.fullmatch(text):
            raise BadInput(
                reason=f"'{text}' is no time of the day. Write it like 09:00, up to 24:00.",
                reason_zh=f"“{text}”不是有效的时间，请按 09:00 的格式填写，最大为 24:00。",
            )
    if span.begins == "24:00":
        raise BadInput(
            reason="nothing begins at 24:00. Write 00:00, and the day after.",
            reason_zh="开始时间不能为 24:00，请改为次日的 00:00。",
        )
    if span.begins == span.ends:
        raise BadInput(
            reason=f"from {span.begins} to {span.ends} no time passes. For the whole day write 00:00 to 24:00.",
            reason_zh=f"{span.begins} 至 {span.ends} 的时长为零；如需全天，请填写 00:00 至 24:00。",
        )
    if not span.days:
        raise BadInput(
            reason=f"{span.begins}–{span.ends} is on no day. Choose days, 1 for Monday to 7 for Sunday.",
            reason_zh=f"{span.begins}–{span.ends} 未选择星期，请选择 1（周一）至 7（周日）。",
        )
    for day in span.days:
        if not 1 <= day <= 7:
            raise BadInput(
                reason=f"there is no weekday {day}. Days go from 1 for Monday to 7 for Sunday.",
                reason_zh=f"没有星期 {day}，请使用 1（周一）至 7（周日）。",
            )


def _check_verify(roster: Roster) -> None:
    for span in roster.verify_free_during:
        check_span(span)
    if (roster.verify_free == "during") != bool(roster.verify_free_during):
        raise BadInput(
            reason="times without confirmation belong to 'during', and it needs at least one of them.",
            reason_zh="免验证时段仅在选择“按时段”时填写，且至少需要一个时段。",
        )
    if len(roster.shifts) > MOST_SPANS or len(roster.verify_free_during) > MOST_SPANS:
        raise BadInput(
            reason=f"that are more than {MOST_SPANS} shifts or times. Put some of them together.",
            reason_zh=f"班次或时段超过 {MOST_SPANS} 个，请合并部分班次。",
        )


def _check_caps(roster: Roster) -> None:
    given = [*roster.caps.values()] + ([roster.daily_cap] if roster.daily_cap is not None else [])
    for cap in given:
        if cap == 0:
            raise BadInput(
                reason="a cap of 0 lets nobody in. Take the member off the code, or leave the cap out for no limit.",
                reason_zh="每日上限为 0 将无人可添加：请将该员工移出活码，或留空表示不限。",
            )
        if not 1 <= cap <= MOST_CAP:
            raise BadInput(
                reason=f"a daily cap of {cap} is none. Choose 1 to {MOST_CAP}, or leave it out for no limit.",
                reason_zh=f"每日上限 {cap} 无效，请填写 1 至 {MOST_CAP}，或留空表示不限。",
            )


def _check_known(roster: Roster, known: Collection[str]) -> None:
    named = {*roster.staff, *roster.backups, *(one for shift in roster.shifts for one in shift.staff)}
    if len(named) > MOST_STAFF:
        raise BadInput(
            reason=f"{len(named)} members of staff are named; a code takes {MOST_STAFF}. Make a second code.",
            reason_zh=f"共选择了 {len(named)} 名员工，单个活码最多 {MOST_STAFF} 名，请另建活码。",
        )
    for one in sorted((named | set(roster.caps)) - set(known)):
        raise BadInput(
            reason=f"there is no member of staff '{one}' who may serve customers. Choose another, or let them into the "
            "visible range of the app and give them customer contact.",
            reason_zh=f"没有可接待客户的员工“{one}”，请更换员工，或将其加入应用可见范围并开通客户联系权限。",
        )
    for one in sorted(set(roster.caps) - named):
        raise BadInput(
            reason=f"'{one}' has a cap and does not serve. Name them, or take the cap out.",
            reason_zh=f"“{one}”设置了上限但未参与接待，请添加该员工或删除其上限。",
        )


def check_chats(chats: Chats, known: Collection[str]) -> None:
    """Pass the chats of a group code.

    Args:
        chats: as an operator gave them.
        known: groups of the account.

    Raises:
        BadInput: says what to change.
    """
    if not 1 <= len(set(chats.group_ids)) <= MOST_CHATS or len(set(chats.group_ids)) < len(chats.group_ids):
        raise BadInput(
            reason=f"a group code leads to 1 to {MOST_CHATS} different chats. Choose them.",
            reason_zh=f"群活码需选择 1 至 {MOST_CHATS} 个不同的群。",
        )
    for one in chats.group_ids:
        if one not in known:
            raise BadInput(
                reason=f"there is no group '{one}' in this account. Choose another, or wait until groups were read.",
                reason_zh=f"该账号下没有群“{one}”，请更换，或等待群列表同步完成。",
            )
    if chats.new_groups and not 1 <= len(chats.base_name.strip()) <= _LONGEST_BASE:
        raise BadInput(
            reason=f"new groups need a name of 1 to {_LONGEST_BASE} characters, or switch them off.",
            reason_zh=f"自动建群需填写 1 至 {_LONGEST_BASE} 个字符的群名前缀，或关闭自动建群。",
        )
    if not 1 <= chats.base_number <= 1_000_000:
        raise BadInput(
            reason="numbers of new groups begin at 1 to 1000000.", reason_zh="自动建群的起始序号应为 1 至 1000000。"
        )
