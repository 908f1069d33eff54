"""Customers and who serves them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from siyu.channels.types import Contact, Follow, PlatformRefused
from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.errors import NO_CUSTOMERS
from siyu.channels.wecom.row import Row, pages

MOST_STAFF: Final = 100
MOST_CONTACTS: Final = 100
# How they met, in our words; what is not here is ``other``.
WAYS: Final[Mapping[int, str]] = {
    0: "unknown",
    1: "scan",
    2: "search",
    3: "card",
    4: "group",
    5: "phone_book",
    6: "wechat_contact",
    7: "wechat_request",
    8: "app",
    9: "search",
    10: "wechat_channels",
    11: "calendar",
    12: "meeting",
    13: "wechat_friend",
    14: "device",
    15: "service_visit",
    16: "link",
    201: "shared",
    202: "assigned",
}
_TAGS_OF_THE_CORP: Final = frozenset({1, 3})  # 2: a member's own, which has no id


def contact(client: Client, contact_id: str) -> Contact:
    """One customer with everybody who serves them; 500 come at a time."""
    api = "externalcontact/get"
    found: Contact | None = None
    follows: list[Follow] = []
    for page in pages(
        lambda cursor: client.get(
            api, {"external_userid": contact_id, **({"cursor": cursor} if cursor else {})}, secret=CONTACTS
        )
    ):
        page.whole("follow_user")
        found = found or _contact(page.row("external_contact"))
        follows += [_follow(one) for one in page.rows("follow_user")]
    assert found is not None  # there is always a first page
    return replace(found, follows=tuple(follows))


def page_of(client: Client, staff_ids: Sequence[str], cursor: str = "", limit: int = MOST_CONTACTS) -> tuple[Row, str]:
    """A page of the customers of up to 100 members, as the platform tells it, and the cursor behind it.

    The cursor is empty behind the last page.
    """
    body = {"userid_list": list(staff_ids), "cursor": cursor, "limit": limit}
    answer = client.post("externalcontact/batch/get_by_user", body, secret=CONTACTS)
    answer.whole("external_contact_list")
    return answer, answer.name("next_cursor")


def contacts_on(page: Row) -> list[Contact]:
    """The customers on such a page, each with that one member."""
    return [
        _contact(one.row("external_contact"), (_follow(one.row("follow_info")),), complete=False)
        for one in page.rows("external_contact_list")
    ]


def contact_ids(client: Client, staff_id: str) -> tuple[str, ...]:
    """The ids of all customers of a member. Who has none is no error."""
    try:
        answer = client.get("externalcontact/list", {"userid": staff_id}, secret=CONTACTS)
    except PlatformRefused as refusal:
        if refusal.errcode == NO_CUSTOMERS:
            return ()
        raise
    answer.whole("external_userid")
    return answer.names("external_userid")


def remark(client: Client, staff_id: str, contact_id: str, fields: Mapping[str, Any]) -> None:
    """Write what a member notes of a customer; fields that are not named stay. Safe to repeat.

    Args:
        client: the account.
        staff_id: whose note.
        contact_id: of whom.
        fields: ``remark`` (20 characters), ``description`` (150), ``remark_company`` (20), ``remark_mobiles`` (replaces
            all; ``[""]`` clears), ``remark_pic_mediaid``.
    """
    client.post(
        "externalcontact/remark", {"userid": staff_id, "external_userid": contact_id, **fields}, secret=CONTACTS
    )


def _contact(row: Row, follows: tuple[Follow, ...] = (), *, complete: bool = True) -> Contact:
    return Contact(
        id=row.required("external_userid"),
        name=row.text("name"),
        kind="wecom" if row.number("type") == 2 else "wechat",
        avatar=row.text("avatar"),
        gender={1: "male", 2: "female"}.get(row.number("gender"), ""),
        union_id=row.name("unionid"),
        follows=follows,
        complete=complete,
    )


def _follow(row: Row) -> Follow:
    """Of a customer's details, where tags come with names, or of a batch, where they are ids alone."""
    tags = [
        one.name("tag_id") for one in row.rows("tags") if one.number("type") in _TAGS_OF_THE_CORP and "tag_id" in one
    ]
    return Follow(
        staff_id=row.required("userid"),
        since=row.moment("createtime"),
        tag_ids=tuple(dict.fromkeys([*tags, *row.names("tag_id")])),
        remark=row.text("remark"),
        description=row.text("description"),
        phones=tuple(phone for phone in row.names("remark_mobiles") if phone),
        way=WAYS.get(row.number("add_way"), "other"),
        state=row.text("state"),
    )
