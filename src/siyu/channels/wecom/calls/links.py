"""Links that bring customers (获客助手). An application sees only those that it made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from siyu.channels.wecom.client import Client
from siyu.kernel.errors import BadInput

MOST_CHANNEL: Final = 64
_CHATS: Final[Mapping[int, str]] = {0: "silent", 1: "wrote", 2: "unknown"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its id, name and address."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkNow:
    """Whom a link leads to, and whether they need not confirm."""

    staff: tuple[str, ...]
    departments: tuple[str, ...]
    skip_verify: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What the corp has bought of 获客助手, and what is left of it."""

    total: int
    left: int


@dataclass(frozen=True, slots=True)
class LinkCustomer:
    """Somebody who came by a link. ``chat``: ``wrote``, ``silent`` or ``unknown``."""

    contact_id: str
    staff_id: str
    chat: str
    state: str


def link_ids(client: Client, cursor: str = "", limit: int = 100) -> tuple[tuple[str, ...], str]:
    """A page of the ids of links, and the cursor behind it."""
    answer = client.post("externalcontact/customer_acquisition/list_link", {"limit": limit, "cursor": cursor})
    return answer.names("link_id_list"), answer.name("next_cursor")


def link(client: Client, link_id: str) -> LinkNow:
    """The link as it is now."""
    answer = client.post("externalcontact/customer_acquisition/get", {"link_id": link_id})
    reach = answer.row("range")
    return LinkNow(reach.names("user_list"), reach.names("department_list"), answer.row("link").flag("skip_verify"))


def balance(client: Client) -> Balance:
    """How many customers links may still bring."""
    answer = client.get("externalcontact/customer_acquisition_quota")
    return Balance(answer.number("total"), answer.number("balance"))


def create_link(
    client: Client, name: str, staff: Sequence[str], departments: Sequence[str] = (), *, skip_verify: bool = True
) -> Link:
    """Make a link to these members. A repeat makes another one."""
    reach = {"user_list": list(staff), "department_list": [int(one) for one in departments]}
    body = {"link_name": name, "range": reach, "skip_verify": skip_verify}
    made = client.post("externalcontact/customer_acquisition/create_link", body).row("link")
    return Link(made.required("link_id"), made.text("link_name"), made.text("url"))


def delete_link(client: Client, link_id: str) -> None:
    """Take a link away."""
    client.post("externalcontact/customer_acquisition/delete_link", {"link_id": link_id})


def link_customers(client: Client, link_id: str, cursor: str = "", limit: int = 1000) -> tuple[list[LinkCustomer], str]:
    """A page of those who came by the link, and the cursor behind it."""
    body: dict[str, Any] = {"link_id": link_id, "limit": limit, "cursor": cursor}
    answer = client.post("externalcontact/customer_acquisition/customer", body)
    found = [
        LinkCustomer(
            one.required("external_userid"),
            one.name("userid"),
            _CHATS.get(one.number("chat_status", 2), "unknown"),
            one.text("state"),
        )
        for one in answer.rows("customer_list")
    ]
    return found, answer.name("next_cursor")


def with_channel(url: str, channel: str) -> str:
    """The link's address with what comes along as ``state``.

    Raises:
        BadInput: it is longer than 64 bytes: the platform would cut it, and nobody could be told apart any more.
    """
    if len(channel.encode("utf-8", "replace")) > MOST_CHANNEL:
        raise BadInput(
            reason=f"the channel '{channel}' has more than {MOST_CHANNEL} bytes.",
            reason_zh=f"渠道参数“{channel}”超过 {MOST_CHANNEL} 字节。",
        )
    return f"{url}{'&' if '?' in url else '?'}customer_channel={quote(channel, safe='')}"
