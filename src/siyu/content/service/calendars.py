"""The calendar of Moments, with a warning where it leaves the mix."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.content.rules import adjusting, mixing
from siyu.content.rules.variables import variables
from siyu.content.service.materials import RIGHT, known_materials
from siyu.content.service.personas import persona
from siyu.content.service.scripts import script_version
from siyu.content.store import calendars as store
from siyu.content.types import Calendar, Entry, Plan, Post, UnfitContent
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, NotFound


def make_calendar(conn: Connection, principal: Principal, name: str, plan: Plan, now: datetime) -> Calendar:
    """A new calendar.

    Raises:
        NotAllowed: without the right ``content.manage``.
        UnfitContent: phases overlap, or a mix does not add up to a hundred.
        Conflict: the name is taken.
    """
    access.require(principal, RIGHT)
    if not 1 <= len(name.strip()) <= 100:
        raise BadInput(
            reason="a calendar has a name of 1 to 100 characters.", reason_zh="日历名称须为 1 至 100 个字符。"
        )
    mixing.check_plan(plan)
    made = store.insert(conn, name.strip(), plan, now)
    if made is None:
        raise Conflict(
            reason=f"there is a calendar '{name.strip()}' already.", reason_zh=f"日历“{name.strip()}”已存在。"
        )
    _note(conn, principal, "calendar.made", made.id, now)
    return made


def change_calendar(
    conn: Connection, principal: Principal, calendar_id: int, plan: Plan, now: datetime, zone: ZoneInfo
) -> Calendar:
    """Other phases from now on; posts stay. Safe to repeat; raises as :func:`make_calendar`, and NotFound."""
    access.require(principal, RIGHT)
    mixing.check_plan(plan)
    known = _found(store.calendar(conn, calendar_id, lock=True), calendar_id)
    if known.plan != plan:
        store.update(conn, calendar_id, plan, now)
        _note(conn, principal, "calendar.changed", calendar_id, now)
    return calendar(conn, calendar_id, zone)


def calendar(conn: Connection, calendar_id: int, zone: ZoneInfo) -> Calendar:
    """The calendar, with a warning for each phase whose posts leave the mix; days are of the zone.

    Raises:
        NotFound: there is none.
    """
    found = _found(store.calendar(conn, calendar_id), calendar_id)
    posts = [entry.post for entry in store.entries(conn, calendar_id)]
    return replace(found, warnings=mixing.warnings(found.plan, posts, zone))


def calendars(conn: Connection) -> list[Calendar]:
    """All calendars, newest first, without their warnings."""
    return store.calendars(conn)


def entries(
    conn: Connection, calendar_id: int, *, since: datetime | None = None, until: datetime | None = None
) -> list[Entry]:
    """Posts of a calendar by time, from ``since`` on and before ``until``."""
    return store.entries(conn, calendar_id, since, until)


def plan_post(conn: Connection, principal: Principal, calendar_id: int, post: Post, zone: ZoneInfo) -> Entry:
    """Put a post into a calendar. What leaves the mix is warned of and not refused.

    Raises:
        NotAllowed: without the right ``content.manage``.
        NotFound: there is no such calendar, persona, script or material.
        UnfitContent: it says nothing, lies in no phase, or uses words that the persona does not.
        BadVariable: its text has brackets that are no variable.
    """
    access.require(principal, RIGHT)
    _check(conn, _found(store.calendar(conn, calendar_id, lock=True), calendar_id), post, zone)
    return Entry(store.add(conn, calendar_id, post), calendar_id, post)


def change_post(
    conn: Connection, principal: Principal, calendar_id: int, entry_id: int, post: Post, zone: ZoneInfo
) -> Entry:
    """Another state of a post, all of it. Safe to repeat; raises as :func:`plan_post`."""
    access.require(principal, RIGHT)
    _check(conn, _found(store.calendar(conn, calendar_id, lock=True), calendar_id), post, zone)
    if not store.change(conn, calendar_id, entry_id, post):
        raise NotFound(what="post", what_zh="朋友圈内容", key=entry_id)
    return Entry(entry_id, calendar_id, post)


def drop_post(conn: Connection, principal: Principal, calendar_id: int, entry_id: int) -> None:
    """Take a post out of a calendar. Safe to repeat.

    Raises:
        NotAllowed: without the right ``content.manage``.
    """
    access.require(principal, RIGHT)
    store.drop(conn, calendar_id, entry_id)


def _check(conn: Connection, known: Calendar, post: Post, zone: ZoneInfo) -> None:
    day = post.at.astimezone(zone).date()
    if mixing.phase_of(known.plan, day) is None:
        raise UnfitContent(
            reason=f"{day} lies in no phase of the calendar: choose another day, or add a phase.",
            reason_zh=f"{day} 不在日历的任何阶段内：请更换日期或新增阶段。",
        )
    variables(post.text)
    known_materials(conn, post.materials)
    text = post.text
    if post.script_id is not None:
        body = script_version(conn, post.script_id).body
        if body.plain is None:
            raise UnfitContent(
                reason="a Moment speaks to everybody: choose a script with a plain text.",
                reason_zh="朋友圈面向所有人，请选择正文型话术。",
            )
        text = f"{text}\n{body.plain.text}"
    if not text.strip() and not post.materials:
        raise UnfitContent(reason="the post says and shows nothing.", reason_zh="朋友圈内容为空。")
    if post.persona_id is not None:
        character = persona(conn, post.persona_id).character
        if wrong := adjusting.used(character, text):
            raise UnfitContent(reason=wrong[0][0], reason_zh=wrong[0][1])


def _found(known: Calendar | None, calendar_id: int) -> Calendar:
    if known is None:
        raise NotFound(what="calendar", what_zh="日历", key=calendar_id)
    return known


def _note(conn: Connection, principal: Principal, action: str, calendar_id: int, now: datetime) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"calendar:{calendar_id}", details={}, now=now)
