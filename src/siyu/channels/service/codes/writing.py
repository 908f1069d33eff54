"""Entry codes are made, changed and put away; the platform hears of it within seconds, from the worker."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules.schedule import check_chats, check_roster, day_began
from siyu.channels.rules.wording import IN_REMARK, check_greetings, check_variables
from siyu.channels.service.accounts import account
from siyu.channels.service.codes.counting import leave
from siyu.channels.service.codes.making import made
from siyu.channels.store import code_checks, code_work, media
from siyu.channels.store import codes as tables
from siyu.channels.types import Account, Capability, Code, CodeDefinition, CodeKind
from siyu.channels.types.media import FILE
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, NotFound

MOST_CARDS: Final = 50_000  # of one code
MOST_CARDS_AT_ONCE: Final = 10_000
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_STATE: Final = re.compile(r"[A-Za-z0-9_]{1,20}")
_LONGEST_NAME: Final = 60
_LONGEST_NOTE: Final = 500
_MOST_TAGS: Final = 50


def create_code(
    conn: Connection,
    principal: Principal,
    *,
    account_id: int,
    kind: CodeKind,
    name: str,
    definition: CodeDefinition,
    now: datetime,
    zone: ZoneInfo,
    state: str = "",
) -> Code:
    """Make an entry code. It can be used when the worker has opened it on the platform: :attr:`Code.open`.

    Args:
        conn: an open transaction.
        principal: who does it.
        account_id: on which account.
        kind: for ever.
        name: for operators, and for whoever looks into the platform's console.
        definition: see :class:`CodeDefinition`.
        now: the present.
        zone: of the brand.
        state: what arrivals will carry, up to 20 letters, digits and _; made up when empty.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such account.
        BadInput: says what to change.
        Conflict: another code of the account has this state.
    """
    access.require(principal, "channels.manage")
    if state and not _STATE.fullmatch(state):
        raise BadInput(
            reason="the channel parameter has 1 to 20 letters, digits or _.",
            reason_zh="渠道参数应为 1 至 20 个字母、数字或下划线。",
        )
    of = account(conn, account_id)
    able = _checked(conn, of, kind, definition)
    written = made(kind, _usable_name(name), definition, now, zone, got={}, able=able)
    code_id = tables.insert(conn, account_id, kind, _made_up(16), written, principal.actor, now)
    state = state or _made_up(9)
    if not tables.insert_ways(conn, account_id, code_id, [(0, state)], now):
        raise Conflict(
            reason=f"another code of this account has the channel parameter '{state}'. Choose another.",
            reason_zh=f"该账号下已有活码使用渠道参数“{state}”，请更换。",
        )
    code = _read(conn, code_id)
    _note(conn, principal, "entry_code.created", code, {"name": code.name, "kind": kind, "state": state}, now)
    return code


def update_code(
    conn: Connection,
    principal: Principal,
    code_id: int,
    *,
    now: datetime,
    zone: ZoneInfo,
    name: str | None = None,
    definition: CodeDefinition | None = None,
) -> Code:
    """Change what is given and leave the rest. What hangs on walls stays valid: QR and state do not change. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such code.
        BadInput: says what to change.
        Conflict: it was archived.
    """
    access.require(principal, "channels.manage")
    before = _living(conn, code_id)
    of = account(conn, before.account_id)
    definition = definition or before.definition
    able = _checked(conn, of, before.kind, definition)
    got = code_work.got_since(conn, [code_id], {code_id: day_began(now, zone)}).get(code_id, {})
    written = made(
        before.kind, before.name if name is None else _usable_name(name), definition, now, zone, got=got, able=able
    )
    tables.update(conn, code_id, written, now)
    after = _read(conn, code_id)
    _note(conn, principal, "entry_code.changed", after, {"name": [before.name, after.name]}, now)
    return after


def archive_code(conn: Connection, principal: Principal, code_id: int, now: datetime) -> Code:
    """Put a code away: the worker closes it and its cards on the platform. Its figures stay. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such code.
    """
    access.require(principal, "channels.manage")
    code = _read(conn, code_id, lock=True)
    if code.archived_at is not None:
        return code
    tables.archive(conn, code_id, now)
    _note(conn, principal, "entry_code.archived", code, {"name": code.name}, now)
    return _read(conn, code_id)


def renew_code(conn: Connection, principal: Principal, code_id: int, now: datetime) -> Code:
    """Have what was deleted at the platform, the code or cards of it, made there anew. Safe to repeat: what is there stays.

    It carries what it carried, so its source, figures and page go on; its QR is another one, and what is printed of the old
    one has to be replaced.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such code.
        Conflict: it was archived.
    """
    access.require(principal, "channels.manage")
    code = _living(conn, code_id)
    many = code_checks.forget_gone(conn, code_id, now)
    if many:
        leave(conn, account(conn, code.account_id), code.kind, now, many)
        _note(conn, principal, "entry_code.renewed", code, {"name": code.name, "ways": many}, now)
    return _read(conn, code_id)


def add_cards(conn: Connection, principal: Principal, code_id: int, *, up_to: int, now: datetime) -> Code:
    """Have package cards numbered 1 to ``up_to`` under a staff code; each says which card somebody came by. Safe to repeat.

    The worker opens them as fast as the platform's rates allow.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: there is no such code.
        BadInput: too many, or not a staff code.
        Conflict: it was archived.
    """
    access.require(principal, "channels.manage")
    code = _living(conn, code_id)
    if code.kind != "staff":
        raise BadInput(
            reason="cards belong to a staff code. Make one for them.",
            reason_zh="包裹卡需建立在员工活码下，请新建员工活码。",
        )
    last = tables.last_card(conn, code_id)
    if not 1 <= up_to <= MOST_CARDS or up_to - last > MOST_CARDS_AT_ONCE:
        raise BadInput(
            reason=f"a code has up to {MOST_CARDS} cards, and gets {MOST_CARDS_AT_ONCE} at once.",
            reason_zh=f"单个活码最多 {MOST_CARDS} 张卡，每次最多新增 {MOST_CARDS_AT_ONCE} 张。",
        )
    wanted = [(number, f"{code.state}-{number}") for number in range(last + 1, up_to + 1)]
    if tables.insert_ways(conn, code.account_id, code_id, wanted, now) < len(wanted):
        raise Conflict(
            reason="another code of this account has the states of these cards.",
            reason_zh="该账号下已有活码占用这些卡号的渠道参数。",
        )
    if wanted:
        details = {"name": code.name, "from": last + 1, "to": up_to}
        _note(conn, principal, "entry_code.cards_added", code, details, now)
    return _read(conn, code_id)


def _checked(conn: Connection, of: Account, kind: CodeKind, definition: CodeDefinition) -> set[str]:
    """Who may serve in the account; refuses what cannot work."""
    about = registry.about(of.channel)
    if Capability.ENTRY_CODES not in about.capabilities:
        raise BadInput(reason=f"{about.en} has no entry codes.", reason_zh=f"{about.zh}不支持活码。")
    if kind not in about.codes:
        raise BadInput(reason=f"{about.en} has no codes of this kind.", reason_zh=f"{about.zh}不支持该类型的活码。")
    if (kind in ("staff", "link")) != (definition.roster is not None) or (kind == "group") != (
        definition.chats is not None
    ):
        raise BadInput(
            reason="a group code has chats, a staff code or a link a roster, and a code by which one follows neither.",
            reason_zh="群活码需设置群聊，员工活码与获客链接需设置接待人员，关注码两者都不设置。",
        )
    able = tables.able_staff(conn, [of.id])[of.id]
    if definition.roster is not None:
        check_roster(definition.roster, able)
    if definition.chats is not None:
        check_chats(definition.chats, tables.known(conn, of.id, "group", definition.chats.group_ids))
    if definition.chats is not None and definition.greetings:
        raise BadInput(
            reason="whoever joins a group is not greeted one by one. Take the welcomes out.",
            reason_zh="群活码不支持逐人欢迎语，请删除。",
        )
    if definition.roster is None and (definition.remark or definition.platform_tag_ids):
        raise BadInput(
            reason="whoever joins a group or follows an account is not marked on the platform. Take remark and tags of the "
            "platform out.",
            reason_zh="群活码与关注码不支持备注和平台标签，请删除。",
        )
    check_greetings(definition.greetings, next((way for way in about.ways if way.name == "welcome"), None))
    _check_words(conn, of, definition)
    _check_pictures(conn, of, definition)
    return able


def _check_pictures(conn: Connection, of: Account, definition: CodeDefinition) -> None:
    named = [given[FILE] for one in definition.greetings for _, given in one.attachments if FILE in given]
    ids = {int(text) for text in named if text.isascii() and text.isdecimal() and len(text) < 19}
    if len(ids) < len({*named}) or ids - media.known(conn, of.id, ids):
        raise BadInput(
            reason="a welcome shows a picture that this account does not have. Upload it again.",
            reason_zh="欢迎语引用了该账号下不存在的图片，请重新上传。",
        )


def _check_words(conn: Connection, of: Account, definition: CodeDefinition) -> None:
    check_variables(definition.remark, IN_REMARK)
    for text, most, what, what_zh in (
        (definition.remark, 60, "the remark", "备注"),
        (definition.called, 20, "what people are called", "客户称呼"),
        (definition.region, _LONGEST_NAME, "the region", "区域"),
        (definition.store, _LONGEST_NAME, "the store", "门店"),
        (definition.note, _LONGEST_NOTE, "the note", "说明"),
        *((tag, 30, "a tag", "标签") for tag in definition.tags),
    ):
        if len(text) > most or "\0" in text:
            raise BadInput(
                reason=f"{what} has more than {most} characters.", reason_zh=f"{what_zh}超过 {most} 个字符。"
            )
    if any(not tag.strip() for tag in definition.tags) or len(definition.tags) > _MOST_TAGS:
        raise BadInput(
            reason=f"up to {_MOST_TAGS} tags, none of them empty.", reason_zh=f"最多 {_MOST_TAGS} 个标签，且不可为空。"
        )
    missing = set(definition.platform_tag_ids) - tables.known(conn, of.id, "tag", definition.platform_tag_ids)
    if missing:
        raise BadInput(
            reason=f"the account has no tag '{min(missing)}'. Choose another, or wait until tags were read.",
            reason_zh=f"该账号下没有标签“{min(missing)}”，请更换，或等待标签同步完成。",
        )


def _usable_name(name: str) -> str:
    cleaned = name.strip()
    if not 0 < len(cleaned) <= _LONGEST_NAME or not cleaned.isprintable():
        raise BadInput(
            reason=f"a name has 1 to {_LONGEST_NAME} printable characters.",
            reason_zh=f"名称应为 1 至 {_LONGEST_NAME} 个可显示的字符。",
        )
    return cleaned


def _made_up(length: int) -> str:
    """Letters and digits that nobody mistakes for each other; 16 of them cannot be guessed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _living(conn: Connection, code_id: int) -> Code:
    code = _read(conn, code_id, lock=True)
    if code.archived_at is not None:
        raise Conflict(reason="this code was archived. Make a new one.", reason_zh="该活码已归档，请新建活码。")
    return code


def _read(conn: Connection, code_id: int, *, lock: bool = False) -> Code:
    found = tables.code(conn, code_id, lock=lock)
    if found is None:
        raise NotFound(what="entry code", what_zh="活码", key=code_id)
    return found


def _note(
    conn: Connection, principal: Principal, action: str, code: Code, details: Mapping[str, Any], now: datetime
) -> None:
    """The audit; and whoever keeps codes in memory hears of it."""
    tables.notify(conn, code.id)
    target = f"entry_code:{code.id}"
    access.record(conn, actor=principal.actor, action=action, target=target, details=details, now=now)
