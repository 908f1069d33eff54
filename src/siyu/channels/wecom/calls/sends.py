"""Welcomes, group sends and messages to staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import pages

MOST_CUSTOMERS: Final = 10_000
MOST_GROUPS: Final = 2000
MOST_STAFF: Final = 1000
_PAGE: Final = 1000
_REPEATED_WITHIN: Final = 1800  # seconds in which the same message to the same member counts as a repeat


@dataclass(frozen=True, slots=True)
class Task:
    """What one member has to confirm; ``sent_at`` is there once they did."""

    staff_id: str
    status: int
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of it for one customer or group: status 0 to 3 as the platform counts."""

    contact_id: str
    group_id: str
    staff_id: str
    status: int
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A group send as the platform lists it."""

    msgid: str
    creator: str
    text: str


def welcome(client: Client, code: str, message: Mapping[str, Any]) -> None:
    """Greet. Safe to repeat: a code greets once."""
    client.post("externalcontact/send_welcome_msg", {"welcome_code": code, **message}, secret=CONTACTS)


def add_to_customers(
    client: Client, contact_ids: Sequence[str], message: Mapping[str, Any], sender: str = ""
) -> tuple[str, frozenset[str]]:
    """Ask staff to send to customers: the task's ``msgid``, and whom it cannot reach. A repeat asks again."""
    body: dict[str, Any] = {"chat_type": "single", "external_userid": list(contact_ids), **message}
    if sender:
        body["sender"] = sender
    answer = client.post("externalcontact/add_msg_template", body, secret=CONTACTS)
    return answer.name("msgid"), frozenset(answer.names("fail_list"))


def add_to_groups(
    client: Client, group_ids: Sequence[str], message: Mapping[str, Any], sender: str
) -> tuple[str, frozenset[str]]:
    """Ask the owner of groups to send to them. A repeat asks again."""
    assert group_ids  # none would mean: to all groups of the sender
    body = {"chat_type": "group", "chat_id_list": list(group_ids), "sender": sender, **message}
    answer = client.post("externalcontact/add_msg_template", body, secret=CONTACTS)
    return answer.name("msgid"), frozenset(answer.names("fail_list"))


def listed(client: Client, chat_type: str, start: int, end: int) -> Iterator[Listed]:
    """Group sends that applications made between two moments (seconds since 1970, up to a month)."""
    body = {"chat_type": chat_type, "start_time": start, "end_time": end, "filter_type": 0, "limit": 100}
    for page in pages(
        lambda cursor: client.post("externalcontact/get_groupmsg_list_v2", _behind(body, cursor), secret=CONTACTS)
    ):
        for one in page.rows("group_msg_list"):
            yield Listed(one.required("msgid"), one.name("creator"), one.row("text").text("content"))


def tasks(client: Client, msgid: str) -> Iterator[Task]:
    """What each member was asked."""
    body = {"msgid": msgid, "limit": _PAGE}
    for page in pages(
        lambda cursor: client.post("externalcontact/get_groupmsg_task", _behind(body, cursor), secret=CONTACTS)
    ):
        for one in page.rows("task_list"):
            sent_at = one.moment("send_time") if one.number("send_time") else None
            yield Task(one.required("userid"), one.number("status"), sent_at)


def deliveries(client: Client, msgid: str, staff_id: str) -> Iterator[Delivered]:
    """What became of it for each of one member's customers or groups."""
    body = {"msgid": msgid, "userid": staff_id, "limit": _PAGE}
    for page in pages(
        lambda cursor: client.post("externalcontact/get_groupmsg_send_result", _behind(body, cursor), secret=CONTACTS)
    ):
        for one in page.rows("send_list"):
            sent_at = one.moment("send_time") if one.number("send_time") else None
            yield Delivered(
                one.name("external_userid"),
                one.name("chat_id"),
                one.name("userid") or staff_id,
                one.number("status"),
                sent_at,
            )


def remind(client: Client, msgid: str) -> None:
    """Remind the members who have not confirmed; up to three times in 24 hours for one send."""
    client.post("externalcontact/remind_groupmsg_send", {"msgid": msgid}, secret=CONTACTS)


def cancel(client: Client, msgid: str) -> None:
    """Nobody has to confirm any more; what was sent stays. Safe to repeat."""
    client.post("externalcontact/cancel_groupmsg_send", {"msgid": msgid}, secret=CONTACTS)


def to_staff(client: Client, agent_id: str, staff_ids: Sequence[str], text: str) -> tuple[str, frozenset[str]]:
    """Write to up to 1,000 members of staff in the application: its id, and who cannot be reached.

    Safe to repeat for half an hour: the platform drops the same text to the same member.
    """
    body = {
        "touser": "|".join(staff_ids),
        "msgtype": "text",
        "agentid": int(agent_id),
        "text": {"content": text},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": _REPEATED_WITHIN,
    }
    answer = client.post("message/send", body)
    missed = [*answer.text("invaliduser").split("|"), *answer.text("unlicenseduser").split("|")]
    return answer.name("msgid"), frozenset(one for one in missed if one)


def add_group_welcome(
    client: Client, text: str, parts: Mapping[str, Mapping[str, str]], agent_id: str, *, notify: bool = True
) -> str:
    """Make a welcome for groups that their owners may choose: its id. A repeat makes another one; 100 at most."""
    body: dict[str, Any] = {"text": {"content": text}, **parts, "notify": int(notify)}
    if agent_id:
        body["agentid"] = int(agent_id)
    return client.post("externalcontact/group_welcome_template/add", body, secret=CONTACTS).required("template_id")


def _behind(body: Mapping[str, Any], cursor: str) -> dict[str, Any]:
    return {**body, **({"cursor": cursor} if cursor else {})}
