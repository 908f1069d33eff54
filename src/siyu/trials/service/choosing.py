"""Who gets a piece: chosen by hand or by a draw, the others told, and the pieces sent."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.draws import service as draws
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import written
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotPosted, Posting, Request, Undo
from siyu.timeline import service as timeline
from siyu.trials.rules import applying, pieces
from siyu.trials.service.making import SYSTEM, alone, announce_segment, record
from siyu.trials.service.moving import give_points_back, take_points, told
from siyu.trials.store import applications as tables
from siyu.trials.store import trials as kept
from siyu.trials.types import Application, ApplicationState, TooFewPieces, Trial

MOST_AT_ONCE: Final = 1000
_MOST_PARCEL: Final = 200
_CHOSEN: Final[tuple[ApplicationState, ...]] = ("chosen", "sent", "reported", "sent_back", "rewarded", "missed")
_SENT: Final[tuple[ApplicationState, ...]] = ("sent", "reported", "sent_back", "rewarded", "missed")


def choose(
    conn: Connection, principal: Principal, trial_id: int, application_ids: Collection[int], now: datetime
) -> list[Application]:
    """Choose these applications by hand: each gets a piece, or none of them. Never more than there are pieces.

    Audited. Safe to repeat: who is chosen already stays so.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        principal: who chooses.
        trial_id: which is live.
        application_ids: up to 1,000.
        now: the present.

    Raises:
        NotAllowed: without the right ``trials.serve``.
        NotFound: there is no such trial, or it has no such application.
        BadInput: none or too many are named.
        Conflict: its chosen are drawn, it is not live, or an application was withdrawn.
        TooFewPieces: fewer are left.
    """
    access.require(principal, "trials.serve")
    _check_many(application_ids)
    identity.hold_people(conn, alone=False)
    found = alone(conn, trial_id)
    wanted = locked(conn, trial_id, application_ids)
    new = [one for one in wanted if one.state not in _CHOSEN]
    if not new:
        return wanted
    if found.terms.how == "draw":
        raise Conflict(
            reason="its chosen are drawn; nobody chooses them by hand.",
            reason_zh="该试用由抽选产生入选者，不能手工选择。",
        )
    _check_live(found)
    for one in new:
        if one.state != "applied":
            raise Conflict(
                reason=f"application {one.id} is '{one.state}' and cannot be chosen; leave it out.",
                reason_zh=f"申请 {one.id} 已撤回或未入选，不能选中，请去掉后重试。",
            )
    _give(conn, found, new, principal.actor, now)
    record(conn, principal.actor, trial_id, now, {"applications": [one.id for one in new]}, action="trials.chose")
    return list(tables.lock(conn, trial_id, application_ids).values())


def settle_trial(conn: Connection, principal: Principal, trial_id: int, now: datetime) -> Trial:
    """Have the choosing be over: what is drawn is drawn now, all others are told that they were not chosen and get their points
    back. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``trials.serve``.
        NotFound: there is no such trial.
        Conflict: it is a draft or was ended, or one can still apply for it.
    """
    access.require(principal, "trials.serve")
    identity.hold_people(conn, alone=False)
    found = alone(conn, trial_id)
    if found.state == "chosen":
        return found
    _check_live(found)
    if now < found.terms.closes_at:
        at = written(found.terms.closes_at)
        raise Conflict(
            reason=f"one can apply for it until {at}; choose then.", reason_zh=f"申请将于 {at} 截止，请在截止后公布。"
        )
    return _settle(conn, found, principal.actor, now)


def settle_due(conn: Connection, now: datetime) -> int:
    """Have the choosing of the trial be over whose time for it is; returns how many that were, 0 or 1.

    Several may run at once: they wait for each other.
    """
    due = kept.due(conn, now)
    if due is None:
        return 0
    identity.hold_people(conn, alone=False)
    found = alone(conn, due)
    if found.state == "live":
        _settle(conn, found, SYSTEM.actor, now)
    return 1


def end_trial(conn: Connection, principal: Principal, trial_id: int, reason: str, now: datetime) -> Trial:
    """End a trial before its time: nobody applies, is chosen or gets a piece any more. Who waits, or was chosen and got no piece
    yet, is told and gets the points back. Who has a piece may still report. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``trials.manage``.
        NotFound: there is no such trial.
        BadInput: there is no reason.
    """
    access.require(principal, "trials.manage")
    said = access.reason_given(reason)
    identity.hold_people(conn, alone=False)
    found = alone(conn, trial_id)
    if found.state == "ended":
        return found
    if found.state == "live" and found.round_id is not None:
        draws.rank_entrants(conn, found.round_id, (), principal.actor, now)
    waiting = tables.lock_in_state(conn, trial_id, ["applied", "chosen"])
    _refuse(conn, found, waiting, now)
    if found.state != "draft":
        _take_pieces_back(conn, found, [one for one in waiting if one.state == "chosen"], principal.actor, now)
        _empty(conn, found, "ended", principal.actor, now)
    announce_segment(conn, trial_id, None)
    record(conn, principal.actor, trial_id, now, {"reason": said}, action="trials.ended")
    return kept.write(conn, replace(found, state="ended"), now)


def send_pieces(
    conn: Connection, principal: Principal, trial_id: int, application_ids: Collection[int], parcel: str, now: datetime
) -> list[Application]:
    """Say that the pieces of these applications were sent; their points are spent now. Audited. Safe to repeat.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        principal: who sent them.
        trial_id: of which.
        application_ids: up to 1,000 that were chosen.
        parcel: the number of the parcel, or how it went; up to 200 characters.
        now: the present.

    Raises:
        NotAllowed: without the right ``trials.serve``.
        NotFound: there is no such trial, or it has no such application.
        BadInput: none or too many are named, or the words are too long.
        Conflict: one was not chosen.
    """
    access.require(principal, "trials.serve")
    _check_many(application_ids)
    if len(parcel) > _MOST_PARCEL or "\x00" in parcel:
        raise BadInput(
            reason=f"say in up to {_MOST_PARCEL} characters how it was sent.",
            reason_zh=f"寄送说明最多 {_MOST_PARCEL} 个字符。",
        )
    identity.hold_people(conn, alone=False)
    found = alone(conn, trial_id)
    wanted = locked(conn, trial_id, application_ids)
    new = [one for one in wanted if one.state not in _SENT]
    for one in new:
        if one.state != "chosen":
            raise Conflict(
                reason=f"application {one.id} was not chosen; there is nothing to send.",
                reason_zh=f"申请 {one.id} 未入选，无需寄送。",
            )
    if not new:
        return wanted
    until = applying.due(found.terms, now)
    tables.set_sent(conn, [one.id for one in new], parcel.strip(), until, now)
    timeline.append(conn, [told("trial.sent", one, found, now, until=until.isoformat()) for one in new])
    record(conn, principal.actor, trial_id, now, {"applications": [one.id for one in new]}, action="trials.sent")
    take_points(conn, found, [one.id for one in new], principal.actor, now)
    _post(
        conn,
        [(f"trial_sent:{one.id}", pieces.sending(trial_id, one.customer_id)) for one in new],
        found,
        principal.actor,
        now,
    )
    return list(tables.lock(conn, trial_id, application_ids).values())


def locked(conn: Connection, trial_id: int, application_ids: Collection[int]) -> list[Application]:
    """These applications of a trial, locked.

    Raises:
        NotFound: it has no such application.
    """
    found = tables.lock(conn, trial_id, application_ids)
    if missing := sorted(set(application_ids) - found.keys()):
        raise NotFound(what="application for this trial", what_zh="该试用的申请", key=missing[0])
    return list(found.values())


def _settle(conn: Connection, found: Trial, actor: str, now: datetime) -> Trial:
    waiting = tables.lock_in_state(conn, found.id, ["applied"])
    if found.round_id is not None:
        names = [str(one.id) for one in waiting]
        drawn = set(draws.rank_entrants(conn, found.round_id, names, actor, now))
        won = [one for one in waiting if str(one.id) in drawn]
        if won:
            _give(conn, found, won, actor, now)
        waiting = [one for one in waiting if str(one.id) not in drawn]
    _refuse(conn, found, waiting, now)
    _empty(conn, found, "settled", actor, now)
    announce_segment(conn, found.id, None)
    record(conn, actor, found.id, now, {"not_chosen": len(waiting)}, action="trials.settled")
    return kept.write(conn, replace(found, state="chosen"), now)


def _give(conn: Connection, of: Trial, new: Sequence[Application], actor: str, now: datetime) -> None:
    """Have these be chosen, all or none; the account of the pieces says no as well when it has fewer."""
    if (left := _left(conn, of, now)) < len(new):
        raise TooFewPieces(name=of.terms.name, left=left, wanted=len(new))
    tables.set_state(conn, [one.id for one in new], "chosen", now)
    timeline.append(conn, [told("trial.chosen", one, of, now) for one in new])
    lines = [(f"trial_chosen:{one.id}", pieces.choosing(of.id, one.customer_id)) for one in new]
    _post(conn, lines, of, actor, now)


def _refuse(conn: Connection, of: Trial, waiting: Sequence[Application], now: datetime) -> None:
    """Tell these that they get nothing, and give their points back."""
    ids = [one.id for one in waiting]
    if not ids:
        return
    tables.set_state(conn, ids, "not_chosen", now)
    timeline.append(conn, [told("trial.not_chosen", one, of, now) for one in waiting])
    give_points_back(conn, of, ids, now)


def _take_pieces_back(conn: Connection, of: Trial, chosen: Sequence[Application], actor: str, now: datetime) -> None:
    posted = loyalty.posted_under(conn, [f"trial_chosen:{one.id}" for one in chosen])
    source = f"trial:{of.id}"
    wanted = [
        Undo(f"{key}:back", transaction_id, reason="cancelled", source=source, actor=actor)
        for key, transaction_id in posted.items()
    ]
    for answer in loyalty.undo(conn, wanted, now):
        loyalty.sure(answer)


def _empty(conn: Connection, of: Trial, why: str, actor: str, now: datetime) -> None:
    """What is left of the pieces is nobody's any more."""
    if left := _left(conn, of, now):
        _post(conn, [(f"trial:{of.id}:{why}", pieces.filling(of.id, -left))], of, actor, now)


def _left(conn: Connection, of: Trial, now: datetime) -> int:
    return loyalty.balances(conn, [pieces.stock_of(of.id)], now)[0].balance


def _post(
    conn: Connection, wanted: Sequence[tuple[str, tuple[Posting, ...]]], of: Trial, actor: str, now: datetime
) -> None:
    requests = [Request(key, lines, "trial", f"trial:{of.id}", actor) for key, lines in wanted]
    refused = [one for one in loyalty.post(conn, requests, now) if isinstance(one, NotPosted)]
    if refused:
        raise refused[0].error


def _check_live(found: Trial) -> None:
    if found.state == "live":
        return
    said = {
        "draft": ("it was never live.", "试用尚未开始。"),
        "chosen": ("its chosen are known already.", "入选名单已公布。"),
        "ended": ("it has ended.", "试用已结束。"),
    }
    en, zh = said[found.state]
    raise Conflict(reason=f"nobody can be chosen: {en}", reason_zh=f"不能再选择：{zh}")


def _check_many(ids: Collection[int]) -> None:
    if not 1 <= len(set(ids)) <= MOST_AT_ONCE:
        raise BadInput(
            reason=f"name 1 to {MOST_AT_ONCE:,} applications at a time.",
            reason_zh=f"每次请选择 1 至 {MOST_AT_ONCE:,} 条申请。",
        )
