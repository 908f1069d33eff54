"""Media and materials: kept, changed, and tried against what channels carry."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import Capability
from siyu.content.rules import limits
from siyu.content.rules.limits import Shown
from siyu.content.rules.variables import unsure, variables
from siyu.content.store import materials as store
from siyu.content.types import MEDIUM, BadVariable, ContentCheck, Fit, Material, MaterialKind, Medium, UnfitContent
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound, TooLarge

RIGHT: Final = "content.manage"
MEDIUM_BYTES: Final = 20 * 1024 * 1024  # the largest that a platform takes: a file in WeCom
_MOST_FIELDS: Final = 20
_PAGE: Final = 200
# What browsers show safely, known by its first bytes; anything else is a file.
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
MEDIA_TYPES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "application/octet-stream")


def media_type(content: bytes) -> str:
    """What these bytes are, whatever they are called: png, jpeg, gif, webp, mp4, or any file."""
    found = next((kind for start, kind in _STARTS if content.startswith(start)), None)
    if found is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if found is None and content[4:8] == b"ftyp":
        return "video/mp4"
    return found or "application/octet-stream"


def keep_medium(conn: Connection, principal: Principal, name: str, content: bytes, now: datetime) -> Medium:
    """Keep bytes to be shown. The same bytes are the same medium; safe to repeat.

    Raises:
        NotAllowed: without the right ``content.manage``.
        TooLarge: more than 20 MiB.
        BadInput: there are none, or the name is longer than 200 characters.
    """
    access.require(principal, RIGHT)
    if len(content) > MEDIUM_BYTES:
        raise TooLarge(what="The file", what_zh="文件", limit=MEDIUM_BYTES)
    if not content or not 1 <= len(name) <= 200:
        raise BadInput(
            reason="a file has a name of up to 200 characters, and something in it.",
            reason_zh="文件名不超过 200 个字符，且文件不能为空。",
        )
    medium = Medium(hashlib.sha256(content).hexdigest(), media_type(content), name, len(content), now)
    store.put_medium(conn, medium, content)
    return store.media(conn, [medium.hash])[medium.hash]


def medium_bytes(conn: Connection, hash_: str) -> tuple[Medium, bytes]:
    """A medium and its bytes.

    Raises:
        NotFound: there is none.
    """
    found, content = store.media(conn, [hash_]).get(hash_), store.content(conn, hash_)
    if found is None or content is None:
        raise NotFound(what="medium", what_zh="媒体文件", key=hash_)
    return found, content


def has_medium(conn: Connection, hash_: str) -> bool:
    """Whether there are bytes with this hash."""
    return hash_ in store.media(conn, [hash_])


def make_material(
    conn: Connection,
    principal: Principal,
    kind: MaterialKind,
    name: str,
    now: datetime,
    *,
    text: str = "",
    fields: Mapping[str, str] | None = None,
    medium: str = "",
) -> Material:
    """A new material.

    Raises:
        NotAllowed: without the right ``content.manage``.
        UnfitContent: it is incomplete, or its bytes are of another kind.
        BadVariable: brackets that are no variable.
        NotFound: there is no such medium.
    """
    access.require(principal, RIGHT)
    _check(conn, kind, name, text, fields or {}, medium)
    made = store.insert(conn, kind, name.strip(), text, fields or {}, medium, now)
    _note(conn, principal, "material.made", made.id, {"kind": kind, "name": made.name}, now)
    return made


def change_material(
    conn: Connection,
    principal: Principal,
    material_id: int,
    name: str,
    now: datetime,
    *,
    text: str = "",
    fields: Mapping[str, str] | None = None,
    medium: str = "",
) -> Material:
    """Another state of a material, all of it; scripts show it as it is from now on. Safe to repeat; raises the same."""
    access.require(principal, RIGHT)
    known = _found(conn, material_id, lock=True)
    _check(conn, known.kind, name, text, fields or {}, medium)
    if (known.name, known.text, dict(known.fields), known.medium) == (name.strip(), text, dict(fields or {}), medium):
        return known
    _note(conn, principal, "material.changed", material_id, {"name": name.strip()}, now)
    return store.update(conn, material_id, name.strip(), text, fields or {}, medium, now)


def archive_material(
    conn: Connection, principal: Principal, material_id: int, now: datetime, *, archived: bool = True
) -> Material:
    """Take it out of the lists, or back in; scripts that show it go on. Safe to repeat.

    Raises:
        NotAllowed: without the right ``content.manage``.
        NotFound: there is none.
    """
    access.require(principal, RIGHT)
    known = _found(conn, material_id, lock=True)
    if known.archived != archived:
        store.archive(conn, material_id, archived=archived)
        action = "material.archived" if archived else "material.restored"
        _note(conn, principal, action, material_id, {}, now)
    return _found(conn, material_id)


def material(conn: Connection, material_id: int) -> Material:
    """The material.

    Raises:
        NotFound: there is none.
    """
    return _found(conn, material_id)


def materials(
    conn: Connection,
    *,
    kind: MaterialKind | None = None,
    words: str = "",
    below: int | None = None,
    limit: int = 50,
    archived: bool = False,
) -> list[Material]:
    """Materials, newest first, with ``words`` in name or text; those with an id below ``below``, at most 200."""
    return store.page(conn, kind, words.strip(), below, max(1, min(limit, _PAGE)), archived=archived)


def attachments(conn: Connection, ids: Sequence[int]) -> list[Shown]:
    """Materials as ways carry them, in this order; texts among them are left out.

    Raises:
        NotFound: one of them does not exist.
    """
    known = known_materials(conn, ids)
    sizes = store.media(conn, {one.medium for one in known if one.medium})
    return [
        Shown(one.kind, _fields(one), sizes[one.medium].size if one.medium in sizes else 0)
        for one in known
        if one.kind != "text"
    ]


def known_materials(conn: Connection, ids: Sequence[int]) -> list[Material]:
    """These materials, in this order.

    Raises:
        NotFound: one of them does not exist.
    """
    known = store.materials(conn, ids) if ids else {}
    if missing := [one for one in ids if one not in known]:
        raise NotFound(what="material", what_zh="素材", key=missing[0])
    return [known[one] for one in ids]


def _fields(one: Material) -> dict[str, str]:
    return {**one.fields, MEDIUM: one.medium} if one.medium else dict(one.fields)


def fits(conn: Connection, text: str, ids: Sequence[int]) -> list[Fit]:
    """Which ways of all channels can carry a text with these materials, and what to change for the others.

    Variables count with their fallbacks.

    Raises:
        NotFound: a material does not exist.
        BadVariable: brackets that are no variable.
    """
    variables(text)
    text = "\n".join([text, *(one.text for one in known_materials(conn, ids) if one.kind == "text")]).strip()
    return _tried(text, attachments(conn, ids))


def check_material(
    conn: Connection, kind: MaterialKind, *, text: str = "", fields: Mapping[str, str] | None = None, medium: str = ""
) -> ContentCheck:
    """What is wrong with a material that is being written, and which ways could carry it as it is; writes nothing."""
    try:
        _check(conn, kind, "-", text, fields or {}, medium)
    except (BadInput, BadVariable, NotFound, UnfitContent) as error:
        return ContentCheck((error.message, error.message_zh))
    if kind == "text":
        return ContentCheck(None, tuple(_tried(text, [])), unsure(text))
    size = store.media(conn, [medium])[medium].size if medium else 0
    shown = Shown(kind, {**(fields or {}), **({MEDIUM: medium} if medium else {})}, size)
    return ContentCheck(None, tuple(_tried("", [shown])), unsure(*shown.fields.values()))


def _tried(text: str, shown: Sequence[Shown]) -> list[Fit]:
    found = []
    for about in channels.abouts():
        for way in about.ways:
            wrong = limits.complaints(way, text, shown, uploads=Capability.MEDIA in about.capabilities)
            found.append(Fit(about.name, way.name, way.en, way.zh, not wrong, wrong))
    return found


def _check(conn: Connection, kind: MaterialKind, name: str, text: str, fields: Mapping[str, str], medium: str) -> None:
    if not 1 <= len(name.strip()) <= 100 or len(fields) > _MOST_FIELDS:
        raise BadInput(
            reason=f"a material has a name of 1 to 100 characters and up to {_MOST_FIELDS} fields.",
            reason_zh=f"素材名称须为 1 至 100 个字符，字段不超过 {_MOST_FIELDS} 个。",
        )
    known = store.media(conn, [medium]).get(medium) if medium else None
    if medium and known is None:
        raise NotFound(what="medium", what_zh="媒体文件", key=medium)
    for value in (text, *fields.values()):
        variables(value)
    if wrong := limits.wrong(kind, text, fields, known.media_type if known else None):
        raise UnfitContent(reason=wrong[0], reason_zh=wrong[1])


def _found(conn: Connection, material_id: int, *, lock: bool = False) -> Material:
    found = store.materials(conn, [material_id], lock=lock).get(material_id)
    if found is None:
        raise NotFound(what="material", what_zh="素材", key=material_id)
    return found


def _note(
    conn: Connection, principal: Principal, action: str, material_id: int, details: Mapping[str, str], now: datetime
) -> None:
    access.record(
        conn, actor=principal.actor, action=action, target=f"material:{material_id}", details=details, now=now
    )
