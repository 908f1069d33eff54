"""Customers and groups go from one member to another (继承)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row

MOST: Final = 100
_STATUS: Final[Mapping[int, str]] = {1: "done", 2: "waits", 3: "refused", 4: "limit", 5: "none"}


@dataclass(frozen=True, slots=True)
class Failed:
    """What did not go: the platform's code, 0 where it did."""

    id: str
    errcode: int
    errmsg: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What became of one customer's transfer: ``done``, ``waits``, ``refused``, ``limit`` or ``none``."""

    contact_id: str
    status: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A customer of a member who left, whom nobody has taken over."""

    staff_id: str
    contact_id: str
    left_at: datetime


def transfer(
    client: Client,
    giver: str,
    taker: str,
    contact_ids: Sequence[str],
    *,
    resigned: bool = False,
    said: str = "",
) -> list[Failed]:
    """Hand up to 100 customers over; they go after 24 hours unless they refuse. One answer for each.

    Args:
        client: the account.
        giver: who has them.
        taker: who gets them.
        contact_ids: whom.
        resigned: the giver has left.
        said: what the customer is told, up to 200 characters; only where the giver stays.
    """
    body: dict[str, Any] = {"handover_userid": giver, "takeover_userid": taker, "external_userid": list(contact_ids)}
    if said and not resigned:
        body["transfer_success_msg"] = said
    answer = client.post(f"externalcontact/{_part(resigned)}transfer_customer", body, secret=CONTACTS)
    return [Failed(one.required("external_userid"), one.number("errcode")) for one in answer.rows("customer")]


def transfer_results(
    client: Client, giver: str, taker: str, cursor: str = "", *, resigned: bool = False
) -> tuple[list[Transfer], str]:
    """A page of what became of transfers between two members, and the cursor behind it."""
    body = {"handover_userid": giver, "takeover_userid": taker}
    if cursor:
        body["cursor"] = cursor
    answer = client.post(f"externalcontact/{_part(resigned)}transfer_result", body, secret=CONTACTS)
    found = [
        Transfer(
            one.required("external_userid"),
            _STATUS.get(one.number("status"), "unknown"),
            one.moment("takeover_time") if one.number("takeover_time") else None,
        )
        for one in answer.rows("customer")
    ]
    return found, answer.name("next_cursor")


def unassigned(client: Client, cursor: str = "", size: int = 1000) -> tuple[list[Unassigned], str]:
    """A page of customers whose member left, and the cursor behind it."""
    body = {"cursor": cursor, "page_size": size}
    answer = client.post("externalcontact/get_unassigned_list", body, secret=CONTACTS)
    found = [
        Unassigned(one.required("handover_userid"), one.required("external_userid"), one.moment("dimission_time"))
        for one in answer.rows("info")
    ]
    return found, "" if answer.flag("is_last") else answer.name("next_cursor")


def transfer_groups(client: Client, group_ids: Sequence[str], owner: str, *, resigned: bool) -> list[Failed]:
    """Give up to 100 groups another owner; only those come back that did not go."""
    api = "transfer" if resigned else "onjob_transfer"
    body = {"chat_id_list": list(group_ids), "new_owner": owner}
    answer = client.post(f"externalcontact/groupchat/{api}", body, secret=CONTACTS)
    return [_failed_group(one) for one in answer.rows("failed_chat_list")]


def _part(resigned: bool) -> str:
    return "resigned/" if resigned else ""


def _failed_group(row: Row) -> Failed:
    return Failed(row.required("chat_id"), row.number("errcode"), row.text("errmsg"))
