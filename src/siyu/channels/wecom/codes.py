"""Entry codes on WeCom: 联系我 for staff, 加入群聊 for groups, 获客链接 as links."""

from typing import Final

import httpx

from siyu.channels.types import CodeKind, Handle, OpenCode, Opening, PlatformRefused
from siyu.channels.wecom.calls import links, ways
from siyu.channels.wecom.calls.ways import ContactWay, JoinWay
from siyu.channels.wecom.client import Client
from siyu.kernel.errors import TryLater

_LONGEST: Final = 30  # characters of a remark or a link's name
_NO_SUCH_WAY: Final = 41044
_PICTURE_BYTES: Final = 1024 * 1024
_PICTURE_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_AGAIN: Final = 30  # seconds
_NO_BALANCE: Final = (
    (
        "The balance of acquisition links (获客助手) is used up: the link brings nobody. Buy more under 客户与上下游 → 获客助手, "
        "or use a staff code."
    ),
    "获客助手余额已用完，该链接无法添加客户。请在“客户与上下游 → 获客助手”中购买，或改用员工活码。",
)


def open_code(client: Client, code: Opening) -> Handle:
    """Make it. A repeat makes another one, and what was made cannot be found again."""
    if code.kind == "group":
        return Handle(ways.add_join_way(client, _join_way(code)))
    if code.kind == "link":
        made = links.create_link(client, _title(code), code.staff_ids, skip_verify=code.skip_verify)
        return Handle(made.id, links.with_channel(made.url, code.state))
    config_id, picture_url = ways.add_contact_way(client, _contact_way(code))
    return Handle(config_id, picture_url=picture_url)


def change_code(client: Client, handle: Handle, code: Opening) -> None:
    """Have it be so. Safe to repeat."""
    if code.kind == "group":
        ways.update_join_way(client, _join_way(code, handle.id))
    elif code.kind == "link":
        body = {
            "link_id": handle.id,
            "link_name": _title(code),
            "range": {"user_list": list(code.staff_ids), "department_list": []},
            "skip_verify": code.skip_verify,
        }
        client.post("externalcontact/customer_acquisition/update_link", body)
    else:
        ways.update_contact_way(client, _contact_way(code, handle.id))


def close_code(client: Client, handle: Handle, kind: CodeKind) -> None:
    """Take it away; one that is gone is no error."""
    try:
        if kind == "group":
            ways.delete_join_way(client, handle.id)
        elif kind == "link":
            links.delete_link(client, handle.id)
        else:
            ways.delete_contact_way(client, handle.id)
    except PlatformRefused as refusal:
        if refusal.errcode != _NO_SUCH_WAY:
            raise


def code_now(client: Client, handle: Handle, kind: CodeKind) -> OpenCode | None:
    """How it is there now, ``None`` when it is no more."""
    if kind == "link":
        return _link_now(client, handle.id)
    try:
        if kind == "group":
            joins = ways.join_way(client, handle.id)
            return OpenCode(group_ids=joins.groups, state=joins.state)
        way = ways.contact_way(client, handle.id)
    except PlatformRefused as refusal:
        if refusal.errcode != _NO_SUCH_WAY:
            raise
        return None
    return OpenCode(way.staff, way.skip_verify, bool(way.departments), state=way.state)


def _link_now(client: Client, link_id: str) -> OpenCode | None:
    try:
        found = links.link(client, link_id)
    except PlatformRefused:
        if _listed(client, link_id):
            raise
        return None
    trouble = _NO_BALANCE if links.balance(client).left <= 0 else None
    return OpenCode(found.staff, found.skip_verify, bool(found.departments), trouble=trouble)


def _listed(client: Client, link_id: str) -> bool:
    cursor = ""
    while True:
        ids, cursor = links.link_ids(client, cursor)
        if link_id in ids:
            return True
        if not cursor:
            return False


def code_picture(client: Client, handle: Handle, kind: CodeKind) -> bytes:
    """The platform's picture of the QR. Its address is another host's, which is told no token."""
    url = ways.join_way(client, handle.id).qr_code if kind == "group" else handle.picture_url
    try:
        with client.ports.http.stream("GET", url, timeout=_PICTURE_TIMEOUT) as response:
            response.raise_for_status()
            read = bytearray()
            for piece in response.iter_bytes():
                read += piece
                if len(read) > _PICTURE_BYTES:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as problem:
        raise _no_picture(f"{type(problem).__name__}") from None
    if not read or len(read) > _PICTURE_BYTES:
        raise _no_picture(f"{len(read)} bytes")
    return bytes(read)


def _contact_way(code: Opening, config_id: str = "") -> ContactWay:
    # Always of the kind for several: the kind cannot be changed, and who serves can.
    return ContactWay(
        staff=code.staff_ids,
        remark=_title(code),
        state=code.state,
        skip_verify=code.skip_verify,
        config_id=config_id,
    )


def _join_way(code: Opening, config_id: str = "") -> JoinWay:
    assert code.chats is not None
    return JoinWay(
        code.chats.group_ids,
        remark=_title(code),
        state=code.state,
        makes_more=code.chats.new_groups,
        base_name=code.chats.base_name if code.chats.new_groups else "",
        base_number=code.chats.base_number if code.chats.new_groups else 0,
        config_id=config_id,
    )


def _title(code: Opening) -> str:
    return code.title[:_LONGEST]


def _no_picture(said: str) -> TryLater:
    return TryLater(
        reason=f"WeCom has made the code; its picture could not be fetched ({said}). Check that this server may reach "
        "p.qpic.cn and wework.qpic.cn.",
        reason_zh=f"企业微信已生成活码，但未能下载二维码图片（{said}）。请确认服务器可访问 p.qpic.cn 与 wework.qpic.cn。",
        retry_after=_AGAIN,
    )
