"""What the platform counts: who was served how, and what happens in groups. Days are the platform's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row

_BEHAVIOUR: Final = (
    "chat_cnt",
    "message_cnt",
    "avg_reply_time",
    "negative_feedback_cnt",
    "new_apply_cnt",
    "new_contact_cnt",
)
_GROUPS: Final = (
    "new_chat_cnt",
    "chat_total",
    "chat_has_msg",
    "new_member_cnt",
    "member_total",
    "member_has_msg",
    "msg_total",
    "migrate_trainee_chat_cnt",
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts under the platform's names: of a day, or of the groups of one owner over the days asked for.

    Attributes:
        replied: of chats that customers began, in percent; ``None`` where it is not told.
    """

    counts: Mapping[str, int]
    day: datetime | None = None
    owner_id: str = ""
    replied: float | None = None


def behaviour(
    client: Client, start: int, end: int, staff: Sequence[str] = (), departments: Sequence[str] = ()
) -> list[Counted]:
    """What up to 100 members did together, by the day. ``avg_reply_time``: minutes. ``negative_feedback_cnt``: customers who deleted or blocked one of them.

    Args:
        client: the account.
        start: seconds since 1970, up to 180 days back.
        end: the same; up to 30 days behind the start.
        staff: whose.
        departments: or whose members.
    """
    body: dict[str, Any] = {"start_time": start, "end_time": end}
    if staff:
        body["userid"] = list(staff)
    if departments:
        body["partyid"] = [int(one) for one in departments]
    answer = client.post("externalcontact/get_user_behavior_data", body, secret=CONTACTS)
    return [
        Counted(_counts(one, _BEHAVIOUR), one.moment("stat_time"), replied=one.decimal("reply_percentage"))
        for one in answer.rows("behavior_data")
    ]


def groups_by_owner(
    client: Client, start: int, end: int, owners: Sequence[str], offset: int = 0, limit: int = 1000
) -> tuple[list[Counted], int]:
    """What happened in the groups of these owners between two days, and where the next page begins; 0 behind the last."""
    body = {
        "day_begin_time": start,
        "day_end_time": end,
        "owner_filter": {"userid_list": list(owners)},
        "order_by": 2,  # by how many groups they have, most first
        "order_asc": 0,
        "offset": offset,
        "limit": limit,
    }
    answer = client.post("externalcontact/groupchat/statistic", body, secret=CONTACTS)
    found = [Counted(_counts(one.row("data"), _GROUPS), owner_id=one.required("owner")) for one in answer.rows("items")]
    following = answer.number("next_offset")
    return found, following if following < answer.number("total") else 0


def groups_by_day(client: Client, start: int, end: int, owners: Sequence[str]) -> list[Counted]:
    """The same by the day."""
    body = {"day_begin_time": start, "day_end_time": end, "owner_filter": {"userid_list": list(owners)}}
    answer = client.post("externalcontact/groupchat/statistic_group_by_day", body, secret=CONTACTS)
    return [Counted(_counts(one.row("data"), _GROUPS), one.moment("stat_time")) for one in answer.rows("items")]


def _counts(row: Row, names: Sequence[str]) -> dict[str, int]:
    return {name: row.number(name) for name in names if name in row}
