"""Codes by which customers add a member (联系我), and by which they join a group (加入群聊)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row
from siyu.kernel.errors import BadInput

SCENE_MINI_PROGRAM: Final = 1
SCENE_CODE: Final = 2
MOST_LISTED: Final = 1000
MOST_CHARACTERS: Final = 30  # of a state or a remark


@dataclass(frozen=True, slots=True)
class ContactWay:
    """A code by which a customer adds one of the members.

    Attributes:
        config_id: the platform's key; it cannot be found again when it is lost.
        staff: up to 100 members; one alone where ``many`` is false.
        state: up to 30 characters that come with everybody who used the code.
        skip_verify: the member need not confirm.
        exclusive: a customer may add only one of the members.
        further: what else the platform knows (``is_temp``, ``expires_in``, ``conclusions`` …), as it writes it.
    """

    staff: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    many: bool = True
    scene: int = SCENE_CODE
    style: int = 0
    remark: str = ""
    state: str = ""
    skip_verify: bool = True
    exclusive: bool = False
    config_id: str = ""
    qr_code: str = ""
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinWay:
    """A code by which a customer joins one of up to five groups."""

    groups: tuple[str, ...]
    scene: int = SCENE_CODE
    remark: str = ""
    state: str = ""
    makes_more: bool = True
    base_name: str = ""
    base_number: int = 0
    config_id: str = ""
    qr_code: str = ""


def add_contact_way(client: Client, way: ContactWay) -> tuple[str, str]:
    """Make a code: its ``config_id`` and the address of its picture. A repeat makes another one.

    Raises:
        BadInput: its state or remark has more than 30 characters.
    """
    body = {"type": 2 if way.many else 1, "scene": way.scene, **_contact_way(way)}
    if way.exclusive:
        body["is_exclusive"] = True
    answer = _ask(client, "add_contact_way", body)
    return answer.required("config_id"), answer.text("qr_code")


def update_contact_way(client: Client, way: ContactWay) -> None:
    """Change the code with this ``config_id``; members and departments are replaced. Safe to repeat."""
    _ask(client, "update_contact_way", _contact_way(way), way.config_id)


def contact_way(client: Client, config_id: str) -> ContactWay:
    """The code as it is now."""
    found = _ask(client, "get_contact_way", {}, config_id).row("contact_way")
    return ContactWay(
        staff=found.names("user"),
        departments=found.names("party"),
        many=found.number("type") == 2,
        style=found.number("style"),
        skip_verify=found.flag("skip_verify"),
        exclusive=found.flag("is_exclusive"),
        **_of_both(found),
    )


def contact_ways(
    client: Client, start: int, end: int, cursor: str = "", limit: int = MOST_LISTED
) -> tuple[tuple[str, ...], str]:
    """A page of the codes made between two moments (seconds since 1970), and the cursor behind it."""
    body: dict[str, Any] = {"start_time": start, "end_time": end, "limit": limit}
    if cursor:
        body["cursor"] = cursor
    answer = _ask(client, "list_contact_way", body)
    return tuple(one.required("config_id") for one in answer.rows("contact_way")), answer.name("next_cursor")


def delete_contact_way(client: Client, config_id: str) -> None:
    """Take a code away; who scans it afterwards reaches nobody."""
    _ask(client, "del_contact_way", {}, config_id)


def add_join_way(client: Client, way: JoinWay) -> str:
    """Make a code for groups: its ``config_id``. A repeat makes another one."""
    return _ask(client, "groupchat/add_join_way", _join_way(way)).required("config_id")


def update_join_way(client: Client, way: JoinWay) -> None:
    """Change the code with this ``config_id``; all is replaced. Safe to repeat."""
    _ask(client, "groupchat/update_join_way", _join_way(way), way.config_id)


def join_way(client: Client, config_id: str) -> JoinWay:
    """The code as it is now."""
    found = _ask(client, "groupchat/get_join_way", {}, config_id).row("join_way")
    return JoinWay(
        groups=found.names("chat_id_list"),
        makes_more=found.flag("auto_create_room"),
        base_name=found.text("room_base_name"),
        base_number=found.number("room_base_id"),
        **_of_both(found),
    )


def delete_join_way(client: Client, config_id: str) -> None:
    """Take a code for groups away."""
    _ask(client, "groupchat/del_join_way", {}, config_id)


def _ask(client: Client, api: str, body: Mapping[str, Any], config_id: str = "") -> Row:
    """Call an API of customers; of the code with this ``config_id``, where one is given."""
    of_one = {"config_id": config_id} if config_id else {}
    return client.post(f"externalcontact/{api}", {**of_one, **body}, secret=CONTACTS)


def _of_both(found: Row) -> dict[str, Any]:
    """What both kinds of codes have, as the platform shows it."""
    return {
        "scene": found.number("scene"),
        "remark": found.text("remark"),
        "state": found.text("state"),
        "config_id": found.required("config_id"),
        "qr_code": found.text("qr_code"),
    }


def _contact_way(way: ContactWay) -> dict[str, Any]:
    return {
        **_said(way),
        "style": way.style,
        "skip_verify": way.skip_verify,
        "user": list(way.staff),
        "party": [int(one) for one in way.departments],
        **way.further,
    }


def _join_way(way: JoinWay) -> dict[str, Any]:
    return {
        **_said(way),
        "scene": way.scene,
        "auto_create_room": int(way.makes_more),
        "room_base_name": way.base_name,
        "room_base_id": way.base_number,
        "chat_id_list": list(way.groups),
    }


def _said(way: ContactWay | JoinWay) -> dict[str, str]:
    """State and remark. The platform refuses a longer state, or cuts it: then nobody could be told apart any more."""
    for name, zh, value in (("state", "渠道参数", way.state), ("remark", "备注", way.remark)):
        if len(value) > MOST_CHARACTERS:
            raise BadInput(
                reason=f"the {name} '{value}' has more than {MOST_CHARACTERS} characters.",
                reason_zh=f"{zh}“{value}”超过 {MOST_CHARACTERS} 个字符。",
            )
    return {"state": way.state, "remark": way.remark}
