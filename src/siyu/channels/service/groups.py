"""Group chats and who is in them: compared by the batch, written, and told."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.channels.rules.contacts import stays_by_id
from siyu.channels.rules.ties import Tie, Turn
from siyu.channels.service import telling
from siyu.channels.service.contacts import Sums
from siyu.channels.service.telling import Telling
from siyu.channels.store import groups as tables
from siyu.channels.types.handed import Account
from siyu.channels.types.seen import Group, Member
from siyu.intake.types import Message


def read_again(
    conn: Connection,
    account: Account,
    seen: Mapping[str, Group],
    gone: Collection[str],
    *,
    now: datetime,
    sums: Sums,
) -> list[Message]:
    """Bring groups up to date with what was read of them; returns what is to be told.

    Args:
        conn: an open transaction.
        account: whose.
        seen: groups as they are.
        gone: groups that are no more: everybody has left them.
        now: when the reading began.
        sums: counts what happened.
    """
    if not seen and not gone:
        return []
    known = tables.lock(conn, account.id, {*seen, *gone}, make=seen)
    current = {group_id for group_id, seen_at in known.items() if seen_at is None or now >= seen_at}
    stays = tables.members(conn, account.id, current)
    tables.write(conn, account.id, [seen[group_id] for group_id in sorted(current & seen.keys())], now)
    tables.end(conn, account.id, current & set(gone), now)
    written: list[tuple[str, str, Tie]] = []
    messages = []
    for group_id in sorted(current):
        group = seen.get(group_id)
        people = {one.id: one for one in group.members} if group else {}
        shown = {one.id: _shown(one, now) for one in people.values()}
        for member_id, turn in stays_by_id(stays.get(group_id, {}), shown, now).items():
            assert turn.tie is not None
            old = stays.get(group_id, {}).get(member_id)
            version = old.details["version"] if old else 0
            tie = replace(turn.tie, details={**turn.tie.details, "version": version + bool(turn.happened)})
            written.append((group_id, member_id, tie))
            if turn.happened and tie.details["kind"] == "customer":
                told = _telling(account, group_id, member_id, replace(turn, tie=tie), people.get(member_id))
                messages.append(telling.message(account, told, now))
                sums.began += sum(one.what == "began" for one in turn.happened)
                sums.ended += sum(one.what == "ended" for one in turn.happened)
    tables.write_members(conn, account.id, written)
    return messages


def _telling(account: Account, group_id: str, member_id: str, turn: Turn, member: Member | None) -> Telling:
    tie = turn.tie
    assert tie is not None
    told = Telling(member_id, f"group/{group_id}/{member_id}/{tie.details['version']}", tie.details["union_id"])
    told.relations = [telling.relation(account, "group_member", group_id, tie)]
    told.since = tie.since
    if member is not None and member.name:
        told.traits = {"nickname": member.name}
    for one in turn.happened:
        if one.what == "began":
            how = {name: tie.details[name] for name in ("way", "invited_by", "state")}
            told.happened.append(telling.fact("chat.joined", one.at, account=account.id, group=group_id, **how))
            told.act(one.at)
        else:
            told.happened.append(telling.fact("chat.left", one.at, account=account.id, group=group_id))
    return told


def _shown(member: Member, moment: datetime) -> Tie:
    details: dict[str, Any] = {
        "kind": member.kind,
        "union_id": member.union_id,
        "way": member.way,
        "invited_by": member.invited_by,
        "state": member.state,
        "version": 0,
    }
    return Tie(member.joined_at, moment, details=details)
