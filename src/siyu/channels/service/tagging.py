"""Tags of an account, changed from here. What the platform holds afterwards is read again and mirrored at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar

from siyu.channels.service.acting import Desk, at_work, note
from siyu.channels.service.mirroring import mirror
from siyu.channels.service.rereading import ask_again
from siyu.channels.store import marks as tables
from siyu.channels.types import Account, Capability, Channel, PlatformRefused
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, SiyuError

_Answer = TypeVar("_Answer")

_MOST_NAME: Final = 30
_MOST_AT_ONCE: Final = 100


def make_tags(
    desk: Desk,
    principal: Principal,
    account_id: int,
    names: Sequence[str],
    *,
    group_id: str = "",
    group_name: str = "",
) -> dict[str, str]:
    """Make tags in a group that is there, or in the one with this name, which is made where it is missing.

    Safe to repeat: names that are there already are not made again.

    Args:
        desk: where it is done.
        principal: who does it.
        account_id: of which account.
        names: 1 to 100 of 1 to 30 characters.
        group_id: the platform's id of the group, or
        group_name: its name.

    Returns:
        the platform's id of each tag, by name.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: a name is empty, too long or there twice, or no group is named.
        NotFound, CannotAct, Conflict: there is no such account, or nothing can be done with it.
        PlatformRefused, TryLater: of the platform.
    """
    wanted = [_name(one) for one in names]
    if not wanted or len(wanted) > _MOST_AT_ONCE or len(set(wanted)) < len(wanted):
        raise BadInput(
            reason=f"name 1 to {_MOST_AT_ONCE} tags, each once.",
            reason_zh=f"请填写 1 至 {_MOST_AT_ONCE} 个不重复的标签。",
        )
    if bool(group_id) == bool(group_name):
        raise BadInput(reason="name the group, by its id or its name.", reason_zh="请指定标签组（ID 或名称）。")
    name = _name(group_name) if group_name else ""
    account, channel = at_work(desk, principal, account_id, Capability.TAGGING)
    before = _there(desk, account, group_id, name)
    if missing := [one for one in wanted if one not in before]:
        try:
            made = _doing(desk, account, lambda: channel.make_tags(missing, group_id=group_id, group_name=name))
        except PlatformRefused:
            # Another may have made them, or an answer of ours was lost: the refusal stands when they are not there.
            _read_again(desk, account, channel)
            if not set(wanted) <= (found := _there(desk, account, group_id, name)).keys():
                raise
            return {one: found[one] for one in wanted}
        _finish(desk, principal, account, channel, "tag.made", {"tags": [one.id for one in made], "names": missing})
        before |= {one.name: one.id for one in made}
    return {one: before[one] for one in wanted if one in before}


def change_tag(
    desk: Desk, principal: Principal, account_id: int, tag_id: str, *, name: str = "", order: int | None = None
) -> None:
    """Name or order a tag, or a group of tags, anew. An application may change only what it made. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: nothing is to be changed, or the name is too long.
        NotFound, CannotAct, Conflict: there is no such account, or nothing can be done with it.
        PlatformRefused, TryLater: of the platform; WeCom says 301002 where another application made it.
    """
    if not name and order is None:
        raise BadInput(reason="give it a name or an order.", reason_zh="请填写名称或排序。")
    said = _name(name) if name else ""
    account, channel = at_work(desk, principal, account_id, Capability.TAGGING)
    _doing(desk, account, lambda: channel.change_tag(tag_id, name=said, order=order))
    _finish(desk, principal, account, channel, "tag.changed", {"tag": tag_id, "name": said, "order": order})


def delete_tags(
    desk: Desk, principal: Principal, account_id: int, tag_ids: Sequence[str], group_ids: Sequence[str] = ()
) -> None:
    """Delete tags and whole groups, and take them off everybody. A group ends with its last tag. Safe to repeat.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: none is named, or too many.
        NotFound, CannotAct, Conflict: there is no such account, or nothing can be done with it.
        PlatformRefused, TryLater: of the platform; nothing is deleted when one of them is another application's.
    """
    if not 1 <= len(tag_ids) + len(group_ids) <= _MOST_AT_ONCE:
        raise BadInput(
            reason=f"name 1 to {_MOST_AT_ONCE} tags or groups.",
            reason_zh=f"请选择 1 至 {_MOST_AT_ONCE} 个标签或标签组。",
        )
    account, channel = at_work(desk, principal, account_id, Capability.TAGGING)
    try:
        _doing(desk, account, lambda: channel.delete_tags(list(tag_ids), list(group_ids)))
    except PlatformRefused:
        _read_again(desk, account, channel)
        with desk.database.transaction() as conn:
            if tables.still_there(conn, account.id, tag_ids, group_ids):
                raise
        return
    details: dict[str, object] = {"tags": sorted(tag_ids), "groups": sorted(group_ids)}
    _finish(desk, principal, account, channel, "tag.deleted", details)


def _doing(desk: Desk, account: Account, act: Callable[[], _Answer]) -> _Answer:
    """Do it; where the platform may have done it and did not say so, the tags are read again."""
    try:
        return act()
    except SiyuError as error:
        if error.details.get("unsure"):
            with desk.database.transaction() as conn:
                ask_again(conn, account.id, [("tags", "")], desk.clock.now())
        raise


def _finish(
    desk: Desk, principal: Principal, account: Account, channel: Channel, action: str, details: dict[str, object]
) -> None:
    """The act is done and in the audit, whatever becomes of the reading behind it; the worker reads once more."""
    with desk.database.transaction() as conn:
        now: datetime = desk.clock.now()
        note(conn, principal, account, details, now, action=action)
        ask_again(conn, account.id, [("tags", "")], now)
    with suppress(SiyuError):
        _read_again(desk, account, channel)


def _read_again(desk: Desk, account: Account, channel: Channel) -> None:
    began = desk.clock.now()
    seen = channel.read("tags", [""])
    with desk.database.transaction() as conn:
        mirror(conn, account, seen, began, heard=True)


def _there(desk: Desk, account: Account, group_id: str, group_name: str) -> dict[str, str]:
    with desk.database.transaction() as conn:
        return tables.tags_in(conn, account.id, group_id, group_name)


def _name(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= _MOST_NAME or not text.isprintable():
        raise BadInput(
            reason=f"a name has 1 to {_MOST_NAME} characters, all of which can be seen.",
            reason_zh=f"名称应为 1 至 {_MOST_NAME} 个可见字符。",
        )
    return text
