"""Moments of customers (客户朋友圈). Each member publishes by themselves; it cannot be taken back afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row


@dataclass(frozen=True, slots=True)
class MomentJob:
    """How far a moment is on its way to the members: ``begun``, ``running`` or ``done``."""

    state: str
    moment_id: str = ""
    refused_staff: tuple[str, ...] = ()
    refused_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """A comment or a like, by a contact or by a member of staff."""

    contact_id: str
    staff_id: str
    at: datetime


def add_moment(
    client: Client,
    text: str,
    attachments: Sequence[Mapping[str, Any]],
    *,
    staff: Sequence[str] = (),
    departments: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> str:
    """Ask members to publish; the answer is the id of a job that lives 24 hours. A repeat makes another one."""
    body: dict[str, Any] = {"text": {"content": text}, "attachments": list(attachments)}
    seen_by: dict[str, Any] = {}
    if staff or departments:
        seen_by["sender_list"] = {"user_list": list(staff), "department_list": [int(one) for one in departments]}
    if tags:
        seen_by["external_contact_list"] = {"tag_list": list(tags)}
    if seen_by:
        body["visible_range"] = seen_by
    return client.post("externalcontact/add_moment_task", body, secret=CONTACTS).required("jobid")


def moment_job(client: Client, job_id: str) -> MomentJob:
    """How far the job is."""
    answer = client.get("externalcontact/get_moment_task_result", {"jobid": job_id}, secret=CONTACTS)
    result = answer.row("result")
    return MomentJob(
        {1: "begun", 2: "running", 3: "done"}.get(answer.number("status"), "running"),
        result.name("moment_id"),
        result.row("invalid_sender_list").names("user_list"),
        result.row("invalid_external_contact_list").names("tag_list"),
    )


def moment_staff(client: Client, moment_id: str, cursor: str = "") -> tuple[dict[str, bool], str]:
    """A page of the members who were asked, each with whether they published, and the cursor behind it."""
    answer = client.post("externalcontact/get_moment_task", _page(moment_id, cursor), secret=CONTACTS)
    found = {one.required("userid"): one.number("publish_status") == 1 for one in answer.rows("task_list")}
    return found, answer.name("next_cursor")


def moment_customers(client: Client, moment_id: str, staff_id: str, cursor: str = "") -> tuple[tuple[str, ...], str]:
    """A page of the customers to whom one member's moment is to be shown, and the cursor behind it."""
    return _customers(client, "get_moment_customer_list", moment_id, staff_id, cursor)


def moment_shown(client: Client, moment_id: str, staff_id: str, cursor: str = "") -> tuple[tuple[str, ...], str]:
    """The same for customers to whom it was shown."""
    return _customers(client, "get_moment_send_result", moment_id, staff_id, cursor)


def moment_reactions(client: Client, moment_id: str, staff_id: str) -> tuple[list[Reaction], list[Reaction]]:
    """Comments and likes under one member's moment."""
    body = {"moment_id": moment_id, "userid": staff_id}
    answer = client.post("externalcontact/get_moment_comments", body, secret=CONTACTS)
    return [_reaction(one) for one in answer.rows("comment_list")], [_reaction(one) for one in answer.rows("like_list")]


def cancel_moment(client: Client, moment_id: str) -> None:
    """Nobody is asked any more; what was published stays. Safe to repeat."""
    client.post("externalcontact/cancel_moment_task", {"moment_id": moment_id}, secret=CONTACTS)


def _customers(client: Client, api: str, moment_id: str, staff_id: str, cursor: str) -> tuple[tuple[str, ...], str]:
    body = {"userid": staff_id, **_page(moment_id, cursor)}
    answer = client.post(f"externalcontact/{api}", body, secret=CONTACTS)
    return tuple(one.required("external_userid") for one in answer.rows("customer_list")), answer.name("next_cursor")


def _page(moment_id: str, cursor: str) -> dict[str, Any]:
    return {"moment_id": moment_id, "limit": 100, **({"cursor": cursor} if cursor else {})}


def _reaction(row: Row) -> Reaction:
    return Reaction(row.name("external_userid"), row.name("userid"), row.moment("create_time"))
