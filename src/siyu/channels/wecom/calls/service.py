"""Customer service (微信客服): conversations with whoever writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from siyu.channels.types import Grant
from siyu.channels.wecom.client import SERVICE, Client

MOST: Final = 1000
_ORIGINS: Final[Mapping[int, str]] = {3: "customer", 4: "system", 5: "staff"}
_STATES: Final[Mapping[int, str]] = {0: "new", 1: "robot", 2: "waits", 3: "staff", 4: "ended"}
_ANSWERS: Final = 5  # messages after each of the customer's, within:
_WINDOW: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """One message of a conversation. ``origin``: ``customer``, ``system`` or ``staff``."""

    id: str
    account_id: str
    contact_id: str
    at: datetime
    origin: str
    staff_id: str
    kind: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ServicePage:
    """A page of messages; ``cursor`` is to be kept once they are durable, and more may come behind an empty page."""

    messages: tuple[ServiceMessage, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class ServiceCustomer:
    """Somebody who wrote."""

    id: str
    name: str = field(repr=False)
    avatar: str = field(repr=False)
    union_id: str
    scene: str
    scene_param: str


def messages(client: Client, account_id: str, cursor: str, token: str = "", limit: int = MOST) -> ServicePage:
    """Messages of an account behind ``cursor``, of the last three days. ``token``: of the push, lives ten minutes."""
    body: dict[str, Any] = {"limit": limit, "voice_format": 0, "open_kfid": account_id}
    if cursor:
        body["cursor"] = cursor
    if token:
        body["token"] = token
    answer = client.post("kf/sync_msg", body, secret=SERVICE)
    found = tuple(
        ServiceMessage(
            one.required("msgid"),
            one.name("open_kfid") or account_id,
            one.name("external_userid"),
            one.moment("send_time"),
            _ORIGINS.get(one.number("origin"), "unknown"),
            one.name("servicer_userid"),
            one.name("msgtype"),
            one.row("text").text("content"),
        )
        for one in answer.rows("msg_list")
    )
    return ServicePage(found, answer.name("next_cursor") or cursor, answer.flag("has_more"))


def grants(found: Sequence[ServiceMessage]) -> tuple[Grant, ...]:
    """What customers allow by writing: five messages within 48 hours of their last one."""
    last: dict[str, datetime] = {}
    for one in found:
        if one.origin == "customer" and one.contact_id:
            last[one.contact_id] = max(one.at, last.get(one.contact_id, one.at))
    return tuple(Grant("kf", contact_id, _ANSWERS, at + _WINDOW) for contact_id, at in last.items())


def send_text(client: Client, account_id: str, contact_id: str, text: str, key: str) -> str:
    """Write to a customer: the platform's id of it. ``key`` (up to 32 of ``0-9a-zA-Z_-``) makes it safe to repeat."""
    body = {
        "touser": contact_id,
        "open_kfid": account_id,
        "msgid": key,
        "msgtype": "text",
        "text": {"content": text},
    }
    return client.post("kf/send_msg", body, secret=SERVICE).name("msgid")


def send_on_event(client: Client, code: str, text: str, key: str) -> str:
    """Greet or say goodbye with the code of an event, once and within 20 seconds of it."""
    body = {"code": code, "msgid": key, "msgtype": "text", "text": {"content": text}}
    return client.post("kf/send_msg_on_event", body, secret=SERVICE).name("msgid")


def state(client: Client, account_id: str, contact_id: str) -> tuple[str, str]:
    """Who has the conversation: ``new``, ``robot``, ``waits``, ``staff`` or ``ended``, and the member."""
    body = {"open_kfid": account_id, "external_userid": contact_id}
    answer = client.post("kf/service_state/get", body, secret=SERVICE)
    return _STATES.get(answer.number("service_state"), "unknown"), answer.name("servicer_userid")


def change_state(client: Client, account_id: str, contact_id: str, to: str, staff_id: str = "") -> str:
    """Hand a conversation on: the code with which something may be said, or nothing."""
    number = next(key for key, name in _STATES.items() if name == to)
    body: dict[str, Any] = {"open_kfid": account_id, "external_userid": contact_id, "service_state": number}
    if staff_id:
        body["servicer_userid"] = staff_id
    return client.post("kf/service_state/trans", body, secret=SERVICE).name("msg_code")


def customers(client: Client, contact_ids: Sequence[str], *, entered: bool = False) -> list[ServiceCustomer]:
    """Up to 100 of those who wrote; with ``entered`` also where they came from. Unknown ids are left out."""
    body = {"external_userid_list": list(contact_ids), "need_enter_session_context": int(entered)}
    answer = client.post("kf/customer/batchget", body, secret=SERVICE)
    return [
        ServiceCustomer(
            one.required("external_userid"),
            one.text("nickname"),
            one.text("avatar"),
            one.name("unionid"),
            one.row("enter_session_context").text("scene"),
            one.row("enter_session_context").text("scene_param"),
        )
        for one in answer.rows("customer_list")
    ]
