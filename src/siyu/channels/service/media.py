"""Files that are shown: kept here for good, and at the platform as long as it allows, again and again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules import qr
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import Desk, able
from siyu.channels.store import media as tables
from siyu.channels.store.codes import notify
from siyu.channels.types import Account, Capability, Content, Item, MediaFile
from siyu.channels.types.media import FILE, MESSAGES
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound, SiyuError, TooLarge

log = structlog.get_logger(__name__)

MOST_BYTES: Final = 2 * 1024 * 1024  # of a picture
_KINDS: Final = frozenset({"image/png", "image/jpeg"})
_BEFORE: Final = timedelta(hours=12)  # its end it is uploaded again
_LEAST: Final = timedelta(hours=24)  # a task of staff goes on showing what it was made with; they confirm within a day
_AT_ONCE: Final = 200
_LONGEST_NAME: Final = 100
_LONGEST_ID: Final = 19


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


def keep_file(
    conn: Connection, account_id: int, name: str, content: bytes, media_type: str, by: str, now: datetime
) -> int:
    """Keep a file that a delivery of the account shows; its id, for the attachment's field :data:`FILE`.

    It is uploaded when the delivery goes out. The same bytes are kept once; safe to repeat.
    """
    return tables.keep(
        conn, account_id, sha256(content).digest(), name[-_LONGEST_NAME:], media_type, content, by, now
    ).id


def kept_file(conn: Connection, account_id: int, digest: bytes) -> int | None:
    """The id of the account's file with this SHA-256; ``None`` when none is kept."""
    return tables.by_digest(conn, account_id, digest)


def brought(desk: Desk, account: Account, way: str, items: Sequence[Item]) -> Sequence[Item]:
    """The items with what the platform calls their files in this way; those that it does not know are uploaded first.

    Raises:
        NotFound: a file is not kept here.
        CannotAct, Conflict: nothing can be uploaded with the account.
        PlatformRefused, TryLater, TooLarge: of the platform.
    """
    shown = {id(item.content): item.content for item in items}
    wanted = {(_file_id(given), kind) for one in shown.values() for kind, given in one.attachments if _file_id(given)}
    if not wanted:
        return items
    able(account, Capability.MEDIA)
    use = next((one.files for one in registry.about(account.channel).ways if one.name == way), MESSAGES)
    with desk.database.transaction() as conn:
        own = tables.known(conn, account.id, {file_id for file_id, _ in wanted})
        moment = desk.clock.now() + _LEAST
        fields = {(one, kind): tables.uploaded(conn, one, kind, use, moment) for one, kind in wanted if one in own}
    for file_id, kind in sorted(wanted):
        if fields.get((file_id, kind)) is None:
            with desk.database.transaction() as conn:
                found = picture(conn, account.id, file_id)
            fields[file_id, kind] = dict(_upload(desk, found, kind, use))
    filled = {at: replace(one, attachments=_filled(one, fields)) for at, one in shown.items()}
    return [item._replace(content=filled[id(item.content)]) for item in items]


def _filled(
    content: Content, fields: Mapping[tuple[int, str], Mapping[str, str] | None]
) -> tuple[tuple[str, Mapping[str, str]], ...]:
    attachments = []
    for kind, given in content.attachments:
        own = fields.get((_file_id(given), kind))
        rest = given if own is None else {name: text for name, text in given.items() if name != FILE}
        attachments.append((kind, {**rest, **(own or {})}))
    return tuple(attachments)


def _file_id(given: Mapping[str, str]) -> int:
    """The file that an attachment names; 0 for none, also where what stands there is no id, which the platform refuses."""
    said = given.get(FILE, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _LONGEST_ID else 0


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
        fields = tables.uploaded(conn, int(given[FILE]), kind, MESSAGES, now)
        if fields is None:
            log.warning("media.left_out", file=given[FILE], kind=kind)
            continue
        rest: Mapping[str, str] = {name: text for name, text in given.items() if name != FILE}
        attachments.append((kind, {**rest, **fields}))
    return replace(content, attachments=tuple(attachments))


def _upload(desk: Desk, file: MediaFile, kind: str, use: str = MESSAGES) -> Mapping[str, str]:
    with desk.database.transaction() as conn:
        account = find_account(conn, file.account_id)
    made = desk.opens(account).upload(kind, file.name, file.content, file.media_type, use)
    with desk.database.transaction() as conn:
        tables.put_upload(conn, file.id, kind, use, made.fields, made.until)
        notify(conn, 0)  # whoever keeps welcomes in memory
    return made.fields
