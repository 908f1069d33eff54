"""Customers and groups go from one member of staff to another: asked for in any number, one row each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.acting import RIGHT, Desk, able, at_work, note, wake
from siyu.channels.service.quotas import give_back, reserve, taken_of
from siyu.channels.store import handovers as tables
from siyu.channels.types import (
    Account,
    Capability,
    HandoverLimits,
    HandoverRow,
    Heirless,
    Reservation,
    Wanted,
)
from siyu.channels.types.acts import HandoverKind
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound

MOST_HANDOVERS: Final = 10_000
_MOST_SAID: Final = 200
_MOST_LISTED: Final = 20_000


def hand_over(
    conn: Connection,
    principal: Principal,
    account: Account,
    giver: str,
    taker: str,
    contact_ids: Sequence[str],
    now: datetime,
    *,
    said: str = "",
) -> list[HandoverRow]:
    """Have customers go from one member to another, behind this transaction. Whether the giver left, the mirror knows.

    The platform hands them over after a day, unless they refuse. Who went as often as the platform allows fails at once,
    as ``limit``. Safe to repeat: who is under way stays as they are.

    Args:
        conn: an open transaction.
        principal: who asks.
        account: of which account.
        giver: who has them.
        taker: who gets them.
        contact_ids: 1 to 10,000.
        now: the present.
        said: what they are told, up to 200 characters; only where the giver stays.

    Returns:
        the requests that are new.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: none or too many, giver and taker are one, or the words are too many.
        NotFound: the taker is no member of staff.
        CannotAct, Conflict: nothing can be done with the account.
    """
    limits = _allowed(principal, account, contact_ids)
    if not giver or giver == taker:
        raise BadInput(reason="giver and taker are two.", reason_zh="原跟进成员与接替成员不能相同。")
    if len(said) > _MOST_SAID:
        raise BadInput(
            reason=f"what customers are told has at most {_MOST_SAID} characters.",
            reason_zh=f"转接提示语不得超过 {_MOST_SAID} 个字符。",
        )
    left = _left(conn, account, giver, taker)
    rows = _keep(
        conn, principal, account, "contact", dict.fromkeys(contact_ids, (giver, left)), taker, limits, now, said=said
    )
    _note(conn, principal, account, "contact", taker, len(contact_ids), len(rows), now, giver=giver)
    return rows


def hand_over_groups(
    conn: Connection, principal: Principal, account: Account, taker: str, group_ids: Sequence[str], now: datetime
) -> list[HandoverRow]:
    """Have groups get another owner, behind this transaction; who owns them, and whether they left, the mirror knows.

    Groups take from the quota of their owner; what it has no room for fails at once, as ``limit``. Safe to repeat: what is
    under way stays as it is.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: none or too many.
        NotFound: the taker is no member of staff, or a group is not there.
        CannotAct, Conflict: nothing can be done with the account.
    """
    limits = _allowed(principal, account, group_ids)
    owners = tables.owners(conn, account.id, group_ids)
    if missing := [one for one in group_ids if one not in owners]:
        raise NotFound(what="group", what_zh="客户群", key=missing[0])
    here = tables.staff_here(conn, account.id, [taker, *owners.values()])
    if not here.get(taker):
        raise NotFound(what="member of staff", what_zh="员工", key=taker)
    asked = {one: (owners[one], not here.get(owners[one], False)) for one in dict.fromkeys(group_ids)}
    rows = _keep(conn, principal, account, "group", asked, taker, limits, now)
    _note(conn, principal, account, "group", taker, len(asked), len(rows), now)
    return rows


def handover_page(
    conn: Connection, account_id: int, *, before: int | None = None, limit: int = 200
) -> list[HandoverRow]:
    """Requests of an account, the newest first, older than the one with the id ``before``."""
    return tables.page(conn, account_id, before, limit)


def heirless(desk: Desk, principal: Principal, account_id: int, limit: int = _MOST_LISTED) -> list[Heirless]:
    """Customers of members who left, whom nobody has taken over; the platform is asked.

    Raises:
        NotAllowed: without the right ``channels.act``.
        NotFound, CannotAct, Conflict: there is no such account, or nothing can be done with it.
        PlatformRefused, TryLater: of the platform.
    """
    _, channel = at_work(desk, principal, account_id, Capability.HANDOVER)
    return list(islice(channel.heirless(), limit))


def _allowed(principal: Principal, account: Account, ids: Sequence[str]) -> HandoverLimits:
    access.require(principal, RIGHT)
    able(account, Capability.HANDOVER)
    if not 1 <= len(ids) <= MOST_HANDOVERS or not all(ids):
        raise BadInput(
            reason=f"name 1 to {MOST_HANDOVERS:,} of them.", reason_zh=f"请提交 1 至 {MOST_HANDOVERS:,} 个对象。"
        )
    limits = registry.about(account.channel).handovers
    assert limits is not None  # the registry holds a plugin that declares handovers to it
    return limits


def _left(conn: Connection, account: Account, giver: str, taker: str) -> bool:
    here = tables.staff_here(conn, account.id, [giver, taker])
    if not here.get(taker):
        raise NotFound(what="member of staff", what_zh="员工", key=taker)
    return not here.get(giver, False)


def _keep(
    conn: Connection,
    principal: Principal,
    account: Account,
    kind: HandoverKind,
    asked: Mapping[str, tuple[str, bool]],
    taker: str,
    limits: HandoverLimits,
    now: datetime,
    *,
    said: str = "",
) -> list[HandoverRow]:
    """Rows for all of (subject → giver, left) who are not under way; those over a limit have ended already."""
    busy = tables.under_way(conn, account.id, kind, asked)
    lately = tables.lately(conn, account.id, kind, asked, now - timedelta(days=limits.days))
    wanted = {one: told for one, told in asked.items() if (one, told[0]) not in busy}
    zone = ZoneInfo(registry.about(account.channel).zone)
    over = {
        one: _often(limits, lately[one][-limits.most] + timedelta(days=limits.days), zone)
        for one, (_, left) in wanted.items()
        if not left and len(lately.get(one, ())) >= limits.most
    }
    taken: dict[str, list[dict[str, Any]]] = {}
    if kind == "group" and limits.group_quota:
        taken = _quota(conn, account, limits.group_quota, {k: v for k, v in wanted.items() if k not in over}, over, now)
    made = tables.insert(
        conn,
        [
            {
                "account_id": account.id,
                "kind": kind,
                "subject_id": one,
                "giver": giver,
                "taker": taker,
                "giver_left": left,
                "said": "" if left else said,
                "actor": principal.actor,
                "state": "limit" if one in over else "asked",
                "reason": over.get(one, ("", ""))[0],
                "reason_zh": over.get(one, ("", ""))[1],
                "taken": taken.get(one, []),
                "asked_at": now,
                "ended_at": now if one in over else None,
            }
            for one, (giver, left) in wanted.items()
        ],
    )
    # Whom another transaction asked for at the same time takes from the quota there.
    twice = taken.keys() - {one.subject_id for one in made}
    give_back(conn, account, [Reservation(one, taken_of(taken[one])) for one in sorted(twice)], now)
    return made


def _quota(
    conn: Connection,
    account: Account,
    name: str,
    asked: Mapping[str, tuple[str, bool]],
    over: dict[str, tuple[str, str]],
    now: datetime,
) -> dict[str, list[dict[str, Any]]]:
    """Take for each; for whom there is no room goes into ``over``."""
    wanted = [Wanted(one, (name,), one, staff_id=giver) for one, (giver, _) in asked.items()]
    taken: dict[str, list[dict[str, Any]]] = {}
    for answer in reserve(conn, account, wanted, now):
        if isinstance(answer, Reservation):
            taken[answer.key] = [asdict(one) for one in answer.taken]
        else:
            over[answer.key] = (f"The quota is used up: {answer.en}.", f"配额已用完：{answer.zh}。")
    return taken


def _often(limits: HandoverLimits, free_at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    day = free_at.astimezone(zone).date().isoformat()
    return (
        f"It went to another member {limits.most} times in {limits.days} days, which is the most; again from {day}.",
        f"{limits.days} 天内已转接 {limits.most} 次，已达上限；{day} 后可再次转接。",
    )


def _note(
    conn: Connection,
    principal: Principal,
    account: Account,
    kind: HandoverKind,
    taker: str,
    asked: int,
    new: int,
    now: datetime,
    **more: str,
) -> None:
    details: dict[str, object] = {"kind": kind, "taker": taker, "asked": asked, "new": new, **more}
    note(conn, principal, account, details, now, action="handover.asked")
    wake(conn)
