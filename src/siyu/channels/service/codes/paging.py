"""Pages of entry codes: each shows the code whose turn it is, so that what is printed leads on when a code is full or gone."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules import qr
from siyu.channels.service.accounts import account
from siyu.channels.service.codes.reading import Picture
from siyu.channels.store import code_figures
from siyu.channels.store import codes as tables
from siyu.channels.types import Code
from siyu.kernel.errors import NotFound

_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def page_of(conn: Connection, public_id: str, now: datetime, zone: ZoneInfo) -> Code:
    """The code that a page shows now; that it was shown is counted, at that code.

    Its own, while it brings people in; else the next one that its definition names, and so on; the last of them when none
    has room, for a person at the door is not turned away.

    Raises:
        NotFound: there is no such page, or every code of it was archived.
    """
    found = _turn(conn, public_id, now)
    tables.note_shown(conn, found.id, now.astimezone(zone).date())
    return found


def page_picture(conn: Connection, public_id: str, now: datetime) -> Picture:
    """The QR of such a page in points.

    Raises:
        NotFound: there is no such page, or the code was archived, or is not open yet.
    """
    found = _turn(conn, public_id, now)
    url, picture = tables.picture(conn, found.id)
    if url:
        return Picture(qr.png(url), "image/png")
    kind = qr.kind_of(picture)
    if kind is None:
        raise NotFound(what="picture", what_zh="图片", key=public_id)
    return Picture(picture, kind)


def _turn(conn: Connection, public_id: str, now: datetime) -> Code:
    code = tables.by_public_id(conn, public_id)
    usable: Code | None = None
    been: set[int] = set()
    while code is not None and code.id not in been:
        been.add(code.id)
        if code.archived_at is None and not (code.problem is not None and code.problem.code == "Gone"):
            if code.definition.page_next is None or not _had_its_turn(conn, code, now):
                return code
            usable = code
        elif code.archived_at is None and usable is None:
            usable = code  # its page says at least that nobody comes by it
        code = tables.code(conn, code.definition.page_next) if code.definition.page_next is not None else None
    if usable is None:
        raise NotFound(what="page", what_zh="页面", key=public_id)
    return usable


def _had_its_turn(conn: Connection, code: Code, now: datetime) -> bool:
    """As many came by it as should, or its group chats are full and no new one is made."""
    most, chats = code.definition.page_most, code.definition.chats
    if most is not None:
        came = code_figures.figures(
            conn, [code.id], code.kind, card=None, since=_EVER, until=now, now=now, zone="UTC"
        )  # fmt: skip
        if came[code.id].added >= most:
            return True
    if chats is None or chats.new_groups:
        return False
    places = registry.about(account(conn, code.account_id).channel).chat_places
    people = tables.people_in(conn, code.account_id, chats.group_ids)
    return bool(places) and all(people[one] >= places for one in chats.group_ids if one in people)
