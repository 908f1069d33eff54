"""Pictures for welcomes: kept here for good, and at the platform as long as it allows, again and again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels.rules import qr
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import Desk, able
from siyu.channels.store import media as tables
from siyu.channels.store.codes import notify
from siyu.channels.types import Capability, Content, MediaFile
from siyu.channels.types.media import FILE
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound, SiyuError, TooLarge

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 2 * 1024 * 1024  # of a picture
_KINDS: Final = frozenset({"image/png", "image/jpeg"})
_BEFORE: Final = timedelta(hours=12)  # its end it is uploaded again
_AT_ONCE: Final = 200
_LONGEST_NAME: Final = 100


def keep_picture(
    desk: Desk, principal: Principal, account_id: int, name: str, content: bytes, kind: str = "image"
) -> MediaFile:
    """Keep a picture for attachments of a kind, and upload it at once, so that what is wrong is said now. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        BadInput: it is no picture that platforms take.
        TooLarge: it has more than 2 MB.
        NotFound, CannotAct, Conflict: there is no such account, or nothing can be uploaded with it.
        PlatformRefused, TryLater: of the platform; the picture is kept all the same.
    """
    access.require(principal, "channels.manage")
    if len(content) > MOST_BYTES:
        raise TooLarge(what="The picture", what_zh="图片", limit=MOST_BYTES)
    media_type = qr.kind_of(content)
    if media_type not in _KINDS:
        raise BadInput(reason="the picture is neither PNG nor JPEG.", reason_zh="图片须为 PNG 或 JPEG 格式。")
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        account = find_account(conn, account_id)
        able(account, Capability.MEDIA)
        called = "".join(one for one in name if one.isprintable())[-_LONGEST_NAME:].strip() or "picture"
        digest = sha256(content).digest()
        kept = tables.keep(conn, account_id, digest, called, media_type or "", content, principal.actor, now)
    _upload(desk, kept, kind)
    return kept


def picture(conn: Connection, account_id: int, file_id: int) -> MediaFile:
    """A picture as it is kept.

    Raises:
        NotFound: the account has no such picture.
    """
    found = tables.file(conn, account_id, file_id)
    if found is None:
        raise NotFound(what="picture", what_zh="图片", key=file_id)
    return found


def upload_again(desk: Desk) -> int:
    """Upload what welcomes show and what the platform forgets within twelve hours; returns how much was uploaded.

    What cannot be uploaded now is tried the next time; the others do not notice.
    """
    with desk.database.transaction() as conn:
        due = tables.ending(conn, desk.clock.now() + _BEFORE, _AT_ONCE)
    done = 0
    for account_id, file_id, kind in due:
        with desk.database.transaction() as conn:
            found = tables.file(conn, account_id, file_id)
        if found is None:
            continue
        try:
            _upload(desk, found, kind)
        except Exception as error:
            log.warning(
                "media.not_uploaded", account=account_id, file=file_id, exc_info=not isinstance(error, SiyuError)
            )
        else:
            done += 1
    return done


def shown(conn: Connection, content: Content, now: datetime) -> Content:
    """The content with what the platform calls its pictures. One that the platform does not know now is left out."""
    attachments = []
    for kind, given in content.attachments:
        if FILE not in given:
            attachments.append((kind, given))
            continue
        fields = tables.uploaded(conn, int(given[FILE]), kind, now)
        if fields is None:
            log.warning("media.left_out", file=given[FILE], kind=kind)
            continue
        rest: Mapping[str, str] = {name: text for name, text in given.items() if name != FILE}
        attachments.append((kind, {**rest, **fields}))
    return replace(content, attachments=tuple(attachments))


def _upload(desk: Desk, file: MediaFile, kind: str) -> None:
    with desk.database.transaction() as conn:
        account = find_account(conn, file.account_id)
    made = desk.opens(account).upload(kind, file.name, file.content, file.media_type)
    with desk.database.transaction() as conn:
        tables.put_upload(conn, file.id, kind, made.fields, made.until)
        notify(conn, 0)  # whoever keeps welcomes in memory
