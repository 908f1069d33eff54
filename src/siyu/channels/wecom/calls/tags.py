"""Tags of the corp. An application may change only those that it made."""

from collections.abc import Sequence
from typing import Any

from siyu.channels.types import Tag
from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row


def tags(client: Client, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = ()) -> list[Tag]:
    """All tags, or those with these ids and those of these groups; what was deleted is left out."""
    body: dict[str, Any] = {}
    if tag_ids:
        body["tag_id"] = list(tag_ids)
    if group_ids:
        body["group_id"] = list(group_ids)
    answer = client.post("externalcontact/get_corp_tag_list", body, secret=CONTACTS)
    answer.whole("tag_group")
    return [tag for group in answer.rows("tag_group") if not group.flag("deleted") for tag in _tags(group)]


def add_tags(
    client: Client,
    agent_id: str,
    wanted: Sequence[tuple[str, int]],
    *,
    group_id: str = "",
    group_name: str = "",
    group_order: int = 0,
) -> list[Tag]:
    """Make tags, as (name of up to 30 characters, order), in a group that is there or in a new one.

    A name that is there already is refused with 40071: not safe to repeat blindly.
    """
    body: dict[str, Any] = {"tag": [{"name": name, "order": order} for name, order in wanted]}
    if group_id:
        body["group_id"] = group_id
    if group_name:
        body["group_name"] = group_name
    if group_order:
        body["order"] = group_order
    _agent(body, agent_id)
    return list(_tags(client.post("externalcontact/add_corp_tag", body, secret=CONTACTS).row("tag_group")))


def edit_tag(client: Client, agent_id: str, tag_id: str, *, name: str = "", order: int | None = None) -> None:
    """Name or order a tag or a group anew. Safe to repeat."""
    body: dict[str, Any] = {"id": tag_id}
    if name:
        body["name"] = name
    if order is not None:
        body["order"] = order
    _agent(body, agent_id)
    client.post("externalcontact/edit_corp_tag", body, secret=CONTACTS)


def delete_tags(client: Client, agent_id: str, tag_ids: Sequence[str] = (), group_ids: Sequence[str] = ()) -> None:
    """Delete tags and whole groups; a group ends with its last tag."""
    body: dict[str, Any] = {}
    if tag_ids:
        body["tag_id"] = list(tag_ids)
    if group_ids:
        body["group_id"] = list(group_ids)
    _agent(body, agent_id)
    client.post("externalcontact/del_corp_tag", body, secret=CONTACTS)


def mark(client: Client, staff_id: str, contact_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Put tags on a customer in the name of a member, and take others off. Safe to repeat."""
    body: dict[str, Any] = {"userid": staff_id, "external_userid": contact_id}
    if add:
        body["add_tag"] = list(add)
    if remove:
        body["remove_tag"] = list(remove)
    client.post("externalcontact/mark_tag", body, secret=CONTACTS)


def _agent(body: dict[str, Any], agent_id: str) -> None:
    if agent_id:
        body["agentid"] = int(agent_id)


def _tags(group: Row) -> list[Tag]:
    return [
        Tag(
            one.required("id"),
            one.text("name"),
            group.required("group_id"),
            group.text("group_name"),
            one.number("order"),
        )
        for one in group.rows("tag")
        if not one.flag("deleted")
    ]
