"""The worker's part of handovers: the platform is asked to do them, and what became of them, with pauses that grow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels.service import contacts
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, Desk, broken, pause
from siyu.channels.service.contacts import Sums
from siyu.channels.service.quotas import give_back, taken_of
from siyu.channels.service.rereading import ask_again
from siyu.channels.store import handovers as tables
from siyu.channels.types import Account, Channel, Departure, Group, Handover, HandoverRow, Reservation
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.errors import SiyuError, TryLater

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 100
# A customer who does not refuse goes after a day; before it hardly anything happens, behind it soon.
_FIRST_LOOK: Final = timedelta(minutes=10)
_LONGEST_LOOK: Final = timedelta(hours=2)
_DEADLINE: Final = timedelta(days=7)
_LOST: Final = (
    "The platform has not said for a week what became of it. Look into the admin console.",
    "平台一周内未返回结果，请在管理后台查看。",
)


def do_handovers(desk: Desk) -> int:
    """Do a piece of what is due, between two members of one account; returns how many requests were claimed.

    What a process that died was about to ask for is looked for on the platform before it is asked for again.
    """
    with desk.database.transaction() as conn:
        claimed = tables.claim(conn, desk.clock.now(), LEASE, _AT_ONCE)
        account = find_account(conn, claimed[0].account_id) if claimed else None
    if account is None:
        return 0
    answers, later, unsure = _asked(desk, account, claimed)
    now = desk.clock.now()
    before = [replace(one, state="sending") if unsure and one.state == "asked" else one for one in claimed]
    written = [_turned(one, answers.get(one.subject_id), later, now) for one in before]
    with desk.database.transaction() as conn:
        tables.write(conn, written)
        _tell(conn, account, claimed, written, now)
    return len(claimed)


def _asked(
    desk: Desk, account: Account, claimed: Sequence[HandoverRow]
) -> tuple[Mapping[str, Handover], timedelta | None, bool]:
    """What the platform says of each, how long it wants to be left alone, and whether it may have done what it did not
    answer.
    """
    first = claimed[0]
    answers: dict[str, Handover] = {}
    try:
        channel = desk.opens(account)
        if first.state != "asked":
            answers = _become(channel, claimed)
        if first.state != "waiting":
            missing = [one.subject_id for one in claimed if one.subject_id not in answers]
            answers |= {one.id: one for one in _ask(channel, first, missing)} if missing else {}
    except TryLater as wait:
        return answers, pause(0, wait), bool(wait.details.get("unsure"))
    except Exception as error:
        log.info("handovers.failed", account=account.id, exc_info=not isinstance(error, SiyuError))
        why = broken(error, first.tries)
        if first.state == "waiting" or not why.final:
            return answers, pause(first.tries), True
        for one in claimed:
            answers.setdefault(one.subject_id, Handover(one.subject_id, "failed", why.code, why.reason, why.reason_zh))
    return answers, None, False


def _ask(channel: Channel, first: HandoverRow, ids: Sequence[str]) -> list[Handover]:
    if first.kind == "group":
        return channel.hand_over_groups(ids, first.taker, left=first.giver_left)
    return channel.hand_over(first.giver, first.taker, ids, left=first.giver_left, said=first.said)


def _become(channel: Channel, claimed: Sequence[HandoverRow]) -> dict[str, Handover]:
    """What became of them, as far as the platform knows of this request."""
    first = claimed[0]
    if first.kind == "group":
        seen = channel.read("group", [one.subject_id for one in claimed])
        owned = [one for one in seen if isinstance(one, Group) and one.owner_id == first.taker]
        return {one.id: Handover(one.id, "done") for one in owned}
    asked = {one.subject_id: one.sent_at or one.asked_at for one in claimed}
    return {
        one.id: one
        for one in channel.handovers(first.giver, first.taker, left=first.giver_left)
        if one.id in asked
        and (one.at is None or one.at >= asked[one.id] - LEASE)
        # Of a request that may never have been made, an end without a time may be that of an earlier one.
        and (first.state == "waiting" or one.outcome in ("waiting", "done"))
    }


def _turned(row: HandoverRow, answer: Handover | None, later: timedelta | None, now: datetime) -> HandoverRow:
    """The request as it is now."""
    if answer is None and row.state == "waiting" and now - row.asked_at > _DEADLINE:
        return replace(row, state="failed", reason=_LOST[0], reason_zh=_LOST[1], ended_at=now)
    if answer is None or answer.outcome == "waiting":
        state = row.state if answer is None else "waiting"
        tries = row.tries + 1
        look = min(_LONGEST_LOOK, _FIRST_LOOK * int(2 ** min(tries - 1, 12)))
        return replace(row, state=state, tries=tries, due_at=now + (later or look))
    return replace(
        row,
        state=answer.outcome,
        code=answer.code,
        reason=answer.reason,
        reason_zh=answer.reason_zh,
        ended_at=answer.at or now,
    )


def _tell(
    conn: Connection, account: Account, before: Sequence[HandoverRow], written: Sequence[HandoverRow], now: datetime
) -> None:
    """Who went is noted as a transfer, so that the mirror does not tell of a loss; what was not used is given back."""
    went = [one for one in written if one.state == "done"]
    people = [one for one in went if one.kind == "contact"]
    sums = Sums()
    told = contacts.hear(
        conn,
        account,
        [Departure(one.giver, one.subject_id, "transfer", one.ended_at or now) for one in people],
        now,
        sums,
    )
    sums.ask("contact", [one.subject_id for one in people])
    sums.ask("group", [one.subject_id for one in went if one.kind == "group"])
    unused = [
        Reservation(one.subject_id, taken_of(one.taken))
        for one in before
        if one.taken and any(each.id == one.id and each.state in ("failed", "limit") for each in written)
    ]
    give_back(conn, account, unused, now)
    ask_again(conn, account.id, list(sums.asks), now)
    intake.put(conn, Lane.LIVE, told)
