"""Group chats of customers."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from siyu.channels.types import Group, Member
from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row

MOST: Final = 1000
# 0 ordinary, 1 waits for an heir, 2 is being inherited, 3 was inherited.
STATUSES: Final = (0, 1, 2, 3)
_WAYS: Final[Mapping[int, str]] = {1: "invited", 2: "link", 3: "scan"}


def group_ids(client: Client, status: int, cursor: str = "", limit: int = MOST) -> tuple[tuple[str, ...], str]:
    """A page of the ids of groups in this status, and the cursor behind it; empty behind the last."""
    body: dict[str, Any] = {"status_filter": status, "limit": limit}
    if cursor:
        body["cursor"] = cursor
    answer = client.post("externalcontact/groupchat/list", body, secret=CONTACTS)
    answer.whole("group_chat_list")
    found = tuple(one.required("chat_id") for one in answer.rows("group_chat_list"))
    return found, answer.name("next_cursor")


def group(client: Client, group_id: str) -> Group:
    """One group with everybody in it."""
    body = {"chat_id": group_id, "need_name": 1}
    found = client.post("externalcontact/groupchat/get", body, secret=CONTACTS).row("group_chat")
    found.whole("member_list")
    return Group(
        id=found.required("chat_id"),
        name=found.text("name"),
        owner_id=found.name("owner"),
        created_at=found.moment("create_time"),
        notice=found.text("notice"),
        version=found.name("member_version"),
        members=tuple(_member(one) for one in found.rows("member_list")),
        admin_ids=tuple(one.required("userid") for one in found.rows("admin_list")),
    )


def chat_id(client: Client, open_gid: str) -> str:
    """The id of the group that a mini program knows as ``open_gid``."""
    body = {"opengid": open_gid}
    return client.post("externalcontact/opengid_to_chatid", body, secret=CONTACTS).required("chat_id")


def _member(row: Row) -> Member:
    kind: Literal["staff", "customer"] = "staff" if row.number("type") == 1 else "customer"
    return Member(
        id=row.required("userid"),
        kind=kind,
        joined_at=row.moment("join_time"),
        way=_WAYS.get(row.number("join_scene"), ""),
        invited_by=row.row("invitor").name("userid"),
        state=row.text("state"),
        union_id=row.name("unionid"),
        name=row.text("name"),
    )
