"""The accounts and ways by which people would be reached."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import Account, Address, Quota, Way
from siyu.kernel.errors import BadInput
from siyu.touch.types import Message, Wish


@dataclass(frozen=True, slots=True)
class Roads:
    """The accounts of a batch, and where everybody in it is reached."""

    accounts: Mapping[int, Account]
    addresses: Mapping[Wish, Mapping[int, Address]]

    @property
    def channels(self) -> dict[int, str]:
        """Account → channel."""
        return {one.id: one.channel for one in self.accounts.values()}

    @property
    def closed(self) -> set[int]:
        """Accounts that are paused."""
        return {one.id for one in self.accounts.values() if one.state == "paused"}


def roads(conn: Connection, wanted: Mapping[Wish, Sequence[int]], fallback: str = "") -> Roads:
    """Where these customers are reached by each wish: one lookup for each, however many they are. ``fallback`` is the member
    of staff who speaks to whom nobody follows.
    """
    accounts = {one.id: one for one in channels.accounts(conn)}
    found: dict[Wish, dict[int, Address]] = {}
    for wish, customer_ids in wanted.items():
        account = accounts.get(wish.account_id)
        if account is None or account.state == "paused":
            continue
        found[wish] = channels.addresses(conn, account, wish.way, customer_ids, fallback=fallback)
    return Roads(accounts, found)


def check(conn: Connection, used: Iterable[tuple[tuple[Wish, ...], Message]]) -> None:
    """Pass when every wish can be carried out with its message. One of an account that is not there is for the gate to
    pass over: a plan outlives accounts.

    Raises:
        BadInput: an account has no such way, the way reaches no single customers, or needs a detail that is not there.
    """
    asked: dict[Wish, set[str] | None] = {}
    for wishes, message in used:
        for wish in wishes:
            before = asked.get(wish)
            own = set(message.details)
            asked[wish] = own if before is None else before & own
    accounts = {one.id: one for one in channels.accounts(conn)} if asked else {}
    for wish, details in asked.items():
        if wish.account_id in accounts:
            _check_way(accounts[wish.account_id], wish.way, details or set())


def _check_way(account: Account, name: str, details: set[str]) -> None:
    about = channels.about(account.channel)
    way = next((one for one in about.ways if one.name == name and one.subject == "customer"), None)
    if way is None:
        known = ", ".join(sorted(one.name for one in about.ways if one.subject == "customer")) or "-"
        raise BadInput(
            reason=f"by {about.en} single customers are reached by these ways: {known}; not by '{name}'.",
            reason_zh=f"{about.zh}可触达单个客户的方式有：{known}，不包括“{name}”。",
        )
    missing = sorted(_needed(way, about.quotas) - details)
    if missing:
        raise BadInput(
            reason=f"a message by '{name}' needs the detail '{missing[0]}'.",
            reason_zh=f"通过“{name}”发送的消息须填写“{missing[0]}”。",
        )


def _needed(way: Way, quotas: Sequence[Quota]) -> set[str]:
    return {one.by for one in quotas if one.name in way.quotas and one.by}
